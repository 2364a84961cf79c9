"""Grades, and what becomes of several."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.grading.grade import LEVELS, Grade, Level, Score, State, lowest


def test_the_lowest_of_several_grades_counts_and_every_score_is_kept_in_order() -> None:
    good = Grade("fully_correct", scores=(Score("a", 1.0),), grader="one")
    bad = Grade("wrong", "hallucination", "made up", (Score("b", 0.0),), "two")
    combined = lowest([good, bad, good])
    assert (combined.level, combined.failure_label, combined.notes, combined.grader) == (
        "wrong",
        "hallucination",
        "made up",
        "two",
    )
    assert [score.name for score in combined.scores] == ["a", "b", "a"]


@pytest.mark.parametrize(
    ("states", "lowest_state"),
    [
        (("graded", "unextractable"), "unextractable"),
        (("truncated", "graded"), "truncated"),
        (("unscored", "unextractable", "graded"), "unscored"),
    ],
)
def test_a_grade_without_level_is_below_every_level_and_unscored_is_below_that(
    states: tuple[State, ...], lowest_state: State
) -> None:
    grades = [Grade("wrong" if state == "graded" else None, state=state) for state in states]
    assert lowest(grades).state == lowest_state


def test_of_equally_low_grades_the_one_with_a_label_counts_and_all_notes_are_heard() -> None:
    plain = Grade("partially_correct", notes="left out: the size", grader="points")
    labelled = Grade("partially_correct", "retrieval_miss", "missing file: a.py", grader="evidence")
    combined = lowest([plain, labelled, Grade("fully_correct", notes="fine")])
    assert combined.failure_label == "retrieval_miss"
    assert combined.notes == "left out: the size; missing file: a.py"
    assert combined.grader == "evidence"


def test_one_grade_is_its_own_lowest() -> None:
    only = Grade("wrong", notes="n", context=object())
    assert lowest([only]) is only


def test_no_grade_has_no_lowest() -> None:
    with pytest.raises(ValueError, match="empty"):
        lowest([])


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_score_outside_its_range_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match=r"score 'x' must lie between 0 and 1"):
        Score("x", value)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"level": "good"}, "grade must be one of fully_correct"),
        ({"level": "wrong", "failure_label": "lazy"}, "failure label must be one of missing_evidence"),
        ({"level": None}, "cannot be in state 'graded'"),
        ({"level": "wrong", "state": "unscored"}, "cannot be in state 'unscored'"),
    ],
)
def test_a_grade_that_contradicts_itself_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Grade(**fields)


@pytest.mark.parametrize(("level", "reached"), [*zip(LEVELS, (True, True, False, False), strict=True)])
def test_a_level_reaches_itself_and_all_below(level: Level, reached: bool) -> None:
    assert Grade(level).reaches("partially_correct") is reached


def test_without_a_level_nothing_is_reached_and_unscored_tells_nothing() -> None:
    assert Grade(None, state="truncated").reaches("wrong") is False
    assert Grade(None, state="unscored").reaches("wrong") is None


def test_a_grade_reads_as_its_level_or_its_state() -> None:
    assert str(Grade("wrong")) == "wrong"
    assert str(Grade(None, state="truncated")) == "truncated"


def test_the_score_of_a_grade_is_its_lowest_measured_one() -> None:
    assert Grade("wrong", scores=(Score("a", 0.7), Score("b", None), Score("c", 0.2))).score == 0.2
    assert Grade("wrong").score is None


def test_the_context_is_no_part_of_what_a_grade_is() -> None:
    assert Grade("wrong", context=object()) == Grade("wrong")
    assert "context" not in repr(Grade("wrong", context=object()))
