"""Verdicts of every kind become grades."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import GraderError
from pytest_llmeval.grading.grade import Grade, Level, Score
from pytest_llmeval.grading.grader import as_grade, grader_id
from pytest_llmeval.models.answer import Answer


@pytest.mark.parametrize(
    ("verdict", "level"),
    [
        (True, "fully_correct"),
        (False, "wrong"),
        (1, "fully_correct"),
        (1.0, "fully_correct"),
        (0, "wrong"),
        (0.5, "partially_correct"),
        (Score("s", 1.0), "fully_correct"),
        (Score("s", 0.8, True), "fully_correct"),
        (Score("s", 0.8, False), "partially_correct"),
        (Score("s", None, True), "fully_correct"),
    ],
)
def test_bools_numbers_and_scores_are_read_as_grades(verdict: Any, level: Level) -> None:
    grade = as_grade(verdict, "mine")
    assert grade.level == level
    assert grade.grader == "mine"
    assert [score.grader for score in grade.scores] == ["mine"]


def test_a_score_without_value_and_verdict_is_unscored() -> None:
    assert as_grade(Score("s", None, detail="no idea"), "mine").state == "unscored"


def test_an_unsigned_grade_is_signed_with_its_scores_and_keeps_its_context() -> None:
    context = object()
    signed = as_grade(Grade("wrong", "hallucination", "n", (Score("s", 0.0),), context=context), "mine")
    assert signed == Grade("wrong", "hallucination", "n", (Score("s", 0.0, grader="mine"),), "mine")
    assert signed.context is context


def test_a_signed_grade_stays_as_it_is() -> None:
    grade = Grade("wrong", grader="judge")
    assert as_grade(grade, "mine") is grade


@pytest.mark.parametrize("verdict", [None, "yes", 1.5, -1, float("nan"), float("inf"), [], object])
def test_what_is_no_verdict_is_an_error_that_names_the_grader(verdict: Any) -> None:
    with pytest.raises(GraderError, match=r"grader mine returned .*; return a Grade, a Score, a bool, or a number"):
        as_grade(verdict, "mine")


def test_a_grader_is_known_by_its_id_else_by_its_name() -> None:
    def polite(entry: Entry, answer: Answer) -> bool:
        return True

    class Counting:
        def __call__(self, entry: Entry, answer: Answer) -> bool:
            return True

    class Named(Counting):
        id = "named@2"

    assert grader_id(polite) == "test_a_grader_is_known_by_its_id_else_by_its_name.polite"
    assert grader_id(Counting()).endswith("Counting")
    assert grader_id(Named()) == "named@2"
