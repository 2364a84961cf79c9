"""Error modes of two runs: counts, deltas and McNemar's test."""

from __future__ import annotations

import pytest

from pytest_llmeval.analysis.comparing.mode_changes import measure_modes
from pytest_llmeval.analysis.comparing.pairing import pair
from pytest_llmeval.analysis.statistics.paired import holm, mcnemar
from pytest_llmeval.runs.record import Record
from tests.analysis.two_runs import records, side_of


def with_modes(letters: str, modes: str) -> list[Record]:
    known = {"o": "omission", "h": "hallucination", " ": None}
    made = records(letters)
    return [one.model_copy(update={"error_mode": known[mode]}) for one, mode in zip(made, modes, strict=True)]


def test_modes_are_counted_on_both_sides_with_what_has_none() -> None:
    base, new = with_modes("WWWWC", "oooh "), with_modes("WWCCW", "o    ")
    found = measure_modes(pair(side_of(base), side_of(new)).pairs)
    assert [(one.mode, one.base, one.new) for one in found] == [
        ("hallucination", 1, 0),
        ("omission", 3, 1),
        ("no mode", 0, 2),
    ]
    p_values = holm([mcnemar(1, 0), mcnemar(2, 0), mcnemar(0, 2)])
    assert [one.p for one in found] == pytest.approx(p_values)


def test_without_any_mode_there_is_nothing_to_tell() -> None:
    base, new = records("WC"), records("CW", failure_label="hallucination")
    assert measure_modes(pair(side_of(base), side_of(new)).pairs) == []


def test_samples_that_contradict_each_other_are_inconsistent_on_their_own_side() -> None:
    base = [*records("W", answer="Lyon"), *records("C", sample=2)]
    new = [*records("W", answer="Lyon"), *records("W", answer="Lyon", sample=2)]
    found = measure_modes(pair(side_of(base), side_of(new)).pairs)
    assert [(one.mode, one.base, one.new) for one in found] == [("inconsistent", 1, 0), ("no mode", 0, 2)]


def test_what_nothing_graded_has_no_mode() -> None:
    base, new = [*with_modes("W", "o"), *records(" -")], [*with_modes("W", "o"), *records(" -")]
    found = measure_modes(pair(side_of(base), side_of(new)).pairs)
    assert [(one.mode, one.base, one.new) for one in found] == [("omission", 1, 1)]
