"""Conversations turn by turn: each entry counts once, whatever its samples, and what was not checked is in no share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]  # scipy ships no types

from pytest_llmeval.analysis.turn_validity import TurnFigures, TurnValidity
from pytest_llmeval.grading.grade import Score
from pytest_llmeval.runs.record import Record
from tests.runs.samples import record


def talk(
    name: str, right: Sequence[bool | None] | None = None, kept: Sequence[bool | None] | None = None, **fields: Any
) -> Record:
    number = len(right or kept or ())
    scores = [
        Score(f"turn_{turn}", None if passed is None else float(passed), passed)
        for turn, passed in enumerate(right or (), 1)
    ]
    turns = [{"question": "?", "kept_format": (kept or [None] * number)[at]} for at in range(number)]
    return record(
        question_id=name,
        nodeid=f"t.py::t[{name}]",
        scores=[*scores, Score("turn_of", 1.0, True)],
        turns=turns,
        **fields,
    )


def figures(*records: Record) -> dict[str, TurnFigures]:
    found = TurnValidity()
    for one in records:
        found.add(one)
    return {one.measure: one for one in found.figures()}


def test_validity_is_told_turn_by_turn() -> None:
    found = figures(talk("a", [True, True, False]), talk("b", [True, False, False]), talk("c", [True, True, True]))
    right = found["right"]
    assert [(cell.turn, cell.n, round(cell.valid.value, 3)) for cell in right.turns] == [
        (1, 3, 1.0),
        (2, 3, 0.667),
        (3, 3, 0.333),
    ]
    assert (right.entries, right.trials, right.held_count, right.first_failing) == (3, 3, 1, (2, 2.5))
    assert right.held.value == pytest.approx(1 / 3)
    assert right.slope is not None
    assert right.slope.value == pytest.approx((-0.5 - 0.5 + 0) / 3)
    assert "in form" not in found


def test_the_format_is_a_measure_of_its_own() -> None:
    found = figures(talk("a", [True, None, True], [True, False, True]))
    assert [cell.turn for cell in found["right"].turns] == [1, 3]
    assert (found["right"].first_failing, found["in form"].first_failing) == (None, (2, 2.0))


def test_samples_of_an_entry_count_as_one() -> None:
    samples = [talk("a", [True, False], sample=number) for number in (1, 2, 3)]
    right = figures(*samples, talk("b", [True, True]))["right"]
    assert (right.turns[1].valid.value, right.turns[1].n, right.trials, right.entries) == (0.5, 4, 4, 2)
    assert right.slope is not None
    assert right.slope.value == -0.5


def test_without_conversations_there_is_nothing() -> None:
    assert figures(record(), talk("a", [None, None])) == {}


def test_a_conversation_of_one_turn_has_no_slope() -> None:
    assert figures(talk("a", [True]))["right"].slope is None


@given(st.lists(st.booleans(), min_size=3, max_size=25).filter(lambda told: len(set(told)) == 2))
def test_the_slope_of_one_conversation_is_that_of_linregress(passed: list[bool]) -> None:
    slope = figures(talk("a", list(passed)))["right"].slope
    known = stats.linregress(range(len(passed)), list(map(float, passed)))
    assert slope is not None
    half = stats.t.ppf(0.975, len(passed) - 2) * known.stderr
    bounds = max(-1, known.slope - half), min(1, known.slope + half)
    assert (slope.value, slope.low, slope.high) == pytest.approx((known.slope, *bounds), abs=1e-9)
