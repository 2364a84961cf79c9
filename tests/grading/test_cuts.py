"""An answer that was cut off is never told as wrong."""

from __future__ import annotations

import pytest

from pytest_llmeval.grading.cuts import honest_about_cuts
from pytest_llmeval.grading.grade import Grade, Level, Score, State
from pytest_llmeval.models.answer import Answer, FinishReason

SCORES = (Score("recall", 0.5),)


@pytest.mark.parametrize("level", ["partially_correct", "unsupported", "wrong"])
@pytest.mark.parametrize(("reason", "state"), [("length", "truncated"), ("content_filter", "filtered")])
def test_a_cut_answer_below_fully_correct_has_no_level_but_keeps_scores_and_notes(
    level: Level, reason: FinishReason, state: State
) -> None:
    told = honest_about_cuts(
        Grade(level, "retrieval_miss", "missing a", SCORES, "g"), Answer("x", finish_reason=reason)
    )
    assert (told.level, told.failure_label, told.state) == (None, None, state)
    assert (told.scores, told.grader) == (SCORES, "g")
    assert told.notes.endswith("; missing a")


def test_the_notes_say_why_there_is_no_level() -> None:
    assert honest_about_cuts(Grade("wrong"), Answer("", finish_reason="length")).notes == (
        "the answer was cut off at its length limit"
    )
    assert honest_about_cuts(Grade("wrong"), Answer("", finish_reason="content_filter")).notes == (
        "a content filter withheld the answer"
    )


@pytest.mark.parametrize("reason", ["length", "content_filter", "refusal"])
def test_a_fully_correct_answer_stays_so_however_it_ended(reason: FinishReason) -> None:
    grade = Grade("fully_correct")
    assert honest_about_cuts(grade, Answer("42", finish_reason=reason)) is grade


def test_an_unextractable_answer_that_was_cut_off_is_truncated() -> None:
    cut = honest_about_cuts(Grade(None, state="unextractable"), Answer("4", finish_reason="length"))
    assert cut.state == "truncated"


def test_an_unscored_grade_says_nothing_about_the_model_and_stays() -> None:
    grade = Grade(None, state="unscored")
    assert honest_about_cuts(grade, Answer("", finish_reason="length")) is grade


def test_telling_it_twice_is_telling_it_once() -> None:
    answer = Answer("", finish_reason="length")
    once = honest_about_cuts(Grade("wrong", notes="n"), answer)
    assert honest_about_cuts(once, answer) is once


def test_a_refusal_keeps_its_level_and_the_notes_say_so() -> None:
    told = honest_about_cuts(Grade("wrong", notes="got nothing"), Answer("", finish_reason="refusal"))
    assert (told.level, told.notes) == ("wrong", "the model refused; got nothing")


@pytest.mark.parametrize("reason", ["stop", "tool_calls", "other", None])
def test_an_answer_that_came_to_its_end_is_graded_as_it_is(reason: FinishReason | None) -> None:
    grade = Grade("wrong")
    assert honest_about_cuts(grade, Answer("x", finish_reason=reason)) is grade
