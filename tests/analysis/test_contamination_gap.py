"""Answers to contaminated entries beside those to clean ones."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import (  # type: ignore[import-untyped]  # statsmodels ships no types
    confint_proportions_2indep,
)

from pytest_llmeval.analysis.contamination_gap import ContaminationFigures, ContaminationUse
from pytest_llmeval.analysis.statistics.estimates import difference_interval, wilson_interval
from pytest_llmeval.analysis.statistics.fisher import fisher_exact
from pytest_llmeval.analysis.verdicts import success_of
from tests.analysis.two_runs import records

COUNTS = st.integers(1, 80).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def use(**letters: str) -> ContaminationUse:
    found = ContaminationUse()
    for state, said in letters.items():
        for one in records(said, contamination=None if state == "unchecked" else state):
            found.add(one, success=success_of(one))
    return found


def figures(**letters: str) -> ContaminationFigures:
    found = use(**letters).figures()
    assert found is not None
    return found


@settings(deadline=None)
@given(COUNTS, COUNTS, st.floats(0.5, 0.999))
def test_interval_of_independent_shares_is_that_of_an_independent_library(
    one: tuple[int, int], other: tuple[int, int], confidence: float
) -> None:
    (a, n), (b, m) = one, other
    around = (wilson_interval(a, n, confidence), wilson_interval(b, m, confidence))
    ours = difference_interval(a / n, around[0], b / m, around[1])
    theirs = confint_proportions_2indep(a, n, b, m, method="newcomb", compare="diff", alpha=1 - confidence)
    assert ours == pytest.approx(theirs, abs=1e-9)


@settings(deadline=None)
@given(COUNTS, COUNTS)
def test_the_gap_is_that_of_two_independent_shares(one: tuple[int, int], other: tuple[int, int]) -> None:
    (a, n), (b, m) = one, other
    gap = figures(flagged="C" * a + "W" * (n - a), clean="C" * b + "W" * (m - b)).gap
    assert gap is not None
    assert gap.value == pytest.approx(a / n - b / m)
    assert gap.interval == pytest.approx(
        confint_proportions_2indep(a, n, b, m, method="newcomb", compare="diff"), abs=1e-9
    )
    assert gap.p == fisher_exact(a, n, b, m)


def test_each_part_has_its_own_n_and_interval() -> None:
    found = figures(clean="CCW", flagged="C+-E", unchecked="CW")
    assert [(one.right, one.trials, one.entries) for one in (found.clean, found.flagged, found.unchecked)] == [
        (2, 3, 3),
        (2, 3, 3),
        (1, 2, 2),
    ]
    assert found.clean.share is not None
    assert found.clean.share.interval == wilson_interval(2, 3)
    assert found.flagged_entries == ("q0", "q1", "q2")


def test_samples_of_an_entry_are_no_further_entries() -> None:
    found = use(clean="CW")
    for sample, letters in enumerate(("WCW", "CCW", "CCC"), start=1):
        for one in records(letters, contamination="flagged", sample=sample):
            found.add(one, success=success_of(one))
    told = found.figures()
    assert told is not None
    assert told.gap is not None
    assert (told.flagged.right, told.flagged.trials, told.flagged.entries) == (6, 9, 3)
    assert told.gap.value == pytest.approx(6 / 9 - 1 / 2)
    assert told.gap.p == fisher_exact(2, 3, 1, 2)


def test_several_evals_of_an_entry_make_no_further_entries() -> None:
    found = ContaminationUse()
    for state, letters in (("clean", "CW"), ("flagged", "CCC"), (None, "WW")):
        for name in "ab":
            for one in records(letters, contamination=state, nodeid=f"t.py::test_{name}[q]"):
                found.add(one, success=success_of(one))
    told = found.figures()
    assert told is not None
    parts = (told.clean, told.flagged, told.unchecked)
    assert [(part.trials, part.entries) for part in parts] == [(4, 2), (6, 3), (4, 2)]
    assert told.flagged_entries == ("q0", "q1", "q2")


def test_samples_of_what_was_not_checked_are_no_further_entries_either() -> None:
    found = use(flagged="C")
    for sample in range(1, 6):
        for one in records("CW" * 5, sample=sample):
            found.add(one, success=success_of(one))
    told = found.figures()
    assert told is not None
    assert (told.unchecked.right, told.unchecked.trials, told.unchecked.entries) == (25, 50, 10)
    assert told.unchecked.share is not None
    assert told.unchecked.share.interval == wilson_interval(5, 10)


@pytest.mark.parametrize("letters", [{}, {"clean": "CW"}, {"unchecked": "CW", "clean": "C"}])
def test_where_nothing_is_contaminated_there_is_nothing_to_tell(letters: dict[str, Any]) -> None:
    assert use(**letters).figures() is None


@pytest.mark.parametrize("letters", [{"flagged": "CW"}, {"flagged": "E", "clean": "C"}, {"flagged": "C", "clean": "E"}])
def test_without_two_parts_there_is_no_gap(letters: dict[str, Any]) -> None:
    assert figures(**letters).gap is None
