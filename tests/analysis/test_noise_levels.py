"""Variants by noise level: entries count once, and what crashed is not graceful."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]  # it ships no types

from pytest_llmeval.analysis.noise_levels import NoiseLevels, level_of
from pytest_llmeval.analysis.verdicts import success_of, verdict_of
from pytest_llmeval.runs.record import Record
from tests.reports.samples import trial


def variant(
    name: str, grade: str | None = "wrong", *, level: object = None, kind: str = "malformed", **fields: Any
) -> Record:
    how = {"kind": kind, "settings": {"seed": 0} if level is None else {"level": level, "seed": 0}}
    made = f"{name}-{kind}{level}"
    fields = {"answer": "It is Lyon.", **fields}
    return trial(grade, question_id=made, nodeid=f"t.py::t[{made}]", parent_id=name, perturbation=how, **fields)


def levels(*records: Record) -> NoiseLevels:
    noise = NoiseLevels()
    for one in records:
        noise.add(one, success=success_of(one), verdict=verdict_of(one))
    return noise


def test_each_kind_has_a_row_for_each_level_from_the_lowest() -> None:
    noise = levels(
        variant("a", level=0.5),
        variant("a", "fully_correct", level=0.1),
        variant("b", level=0.1, answer="I don't know."),
        variant("a", kind="case"),
    )
    found = [(one.kind, one.level, one.entries, one.count, one.n) for one in noise.figures()]
    assert found == [("case", None, 1, 0, 1), ("malformed", 0.1, 2, 2, 2), ("malformed", 0.5, 1, 0, 1)]
    low = noise.figures()[1]
    assert low.right is not None
    assert (low.right.value, low.graceful.value) == (0.5, 1.0)
    assert low.endings == {"valid": 1, "says so": 1}
    whole = noise.whole()
    assert whole is not None
    assert (whole.entries, whole.count, whole.n) == (2, 2, 4)


def test_an_entry_counts_once_however_many_samples_it_has() -> None:
    samples = [variant("a", level=0.1, sample=number) for number in (1, 2, 3)]
    (one,) = levels(*samples, variant("b", "fully_correct", level=0.1)).figures()
    assert (one.graceful.value, one.count, one.n) == (0.5, 1, 4)


def test_a_crash_is_not_graceful_and_says_nothing_of_accuracy() -> None:
    (one,) = levels(variant("a", None, outcome="error", error="ValueError: no", crashed=True)).figures()
    assert (one.right, one.graceful.value, one.endings) == (None, 0.0, {"crashed": 1})


def test_originals_and_broken_providers_are_in_no_row() -> None:
    noise = levels(trial("fully_correct"), variant("a", None, outcome="error", error="500"))
    assert (noise.figures(), noise.whole()) == ((), None)


@pytest.mark.parametrize(
    ("settings", "level"),
    [({"rate": 0.3}, 0.3), ({"level": 1}, 1.0), ({"level": True}, None), ({"rate": "much"}, None), ({}, None)],
)
def test_a_level_is_a_number_among_the_settings(settings: dict[str, object], level: float | None) -> None:
    assert level_of(settings) == level


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_the_interval_is_wilson_s(ended: list[bool]) -> None:
    noise = levels(*(variant(f"e{n}", "fully_correct" if one else "wrong", level=0.1) for n, one in enumerate(ended)))
    (found,) = noise.figures()
    low, high = proportion_confint(sum(ended), len(ended), method="wilson")
    assert found.graceful.interval == pytest.approx((low, high), abs=1e-9)
