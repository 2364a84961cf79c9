"""Confidence over a run, signal by signal."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.analysis.confidence import AGREEMENT, Confidences, SignalFigures
from tests.cli.logs import trial


def figures(*records: tuple[bool, dict[str, Any]]) -> dict[str, SignalFigures]:
    found = Confidences()
    for number, (right, fields) in enumerate(records):
        found.add(trial(fields.pop("number", number), **fields), right=right)
    return {one.signal: one for one in found.figures()}


def sure(confidence: float, *, right: bool, **fields: Any) -> tuple[bool, dict[str, Any]]:
    return right, {"confidence": {"stated": confidence}, **fields}


def test_each_signal_is_told_apart_with_how_many_answers_have_it() -> None:
    found = figures(
        (True, {"confidence": {"stated": 0.9, "logprob": 0.5}}), (False, {"confidence": {"stated": 0.7}}), (True, {})
    )
    assert list(found) == ["stated", "logprob"]
    stated = found["stated"]
    assert (stated.answers.count, stated.answers.n, stated.right.count) == (2, 3, 1)
    assert stated.overconfidence == pytest.approx(0.3)
    assert (stated.auroc, found["logprob"].auroc) == (1.0, None)


def test_wrong_answers_that_are_very_sure_are_counted() -> None:
    stated = figures(*(sure(c, right=r) for c, r in [(0.95, False), (0.9, False), (0.5, False), (0.95, True)]))[
        "stated"
    ]
    assert (stated.very_sure_and_wrong.count, stated.very_sure_and_wrong.n) == (2, 3)
    assert stated.mean_confidence_when_wrong == pytest.approx(2.35 / 3)
    right = figures(sure(0.9, right=True))["stated"]
    assert (right.mean_confidence_when_wrong, right.very_sure_and_wrong.n) == (None, 0)


def test_samples_that_agree_are_a_signal_whatever_confidence_they_state() -> None:
    said = ["Paris. Confidence: 80%", "paris", "**Paris**. Confidence: high", "Rome"]
    found = figures(
        *((text != "Rome", {"number": 1, "sample": n, "answer": text}) for n, text in enumerate(said, 1)),
        (True, {"number": 2, "answer": "alone"}),
    )
    agreement = found[AGREEMENT]
    assert (agreement.answers.count, agreement.answers.n) == (4, 5)
    assert agreement.mean_confidence == pytest.approx((3 * 0.75 + 0.25) / 4)
    assert agreement.auroc == 1.0


def test_samples_of_which_no_two_agree_are_no_signal() -> None:
    assert figures(*((True, {"number": 1, "sample": n, "answer": f"text {n}"}) for n in (1, 2, 3))) == {}


def test_slices_are_told_with_their_number_where_it_is_not_too_small() -> None:
    # Even numbers are of the category "even": too sure; odd ones are not sure enough; the whole looks calibrated.
    records = [sure(0.9 if n % 2 == 0 else 0.1, right=n % 2 == 1, tags=["few"] if n < 3 else []) for n in range(40)]
    stated = figures(*records)["stated"]
    assert stated.overconfidence == pytest.approx(0.0)
    assert [(one.kind, one.name, one.right.n, one.bins) for one in stated.slices] == [
        ("category", "even", 20, 4),
        ("category", "odd", 20, 4),
    ]
    assert [one.mean_confidence for one in stated.slices] == [pytest.approx(0.9), pytest.approx(0.1)]
    assert all(one.ece == pytest.approx(0.9) for one in stated.slices)


def test_without_confidence_there_is_nothing() -> None:
    assert figures((True, {}), (False, {"difficulty": "hard"})) == {}
