"""A grader is any callable from entry and answer to a verdict; here verdicts of every kind become grades."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeAlias

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import GraderError
from pytest_llmeval.grading.grade import Grade, Level, Score
from pytest_llmeval.models.answer import Answer

Verdict: TypeAlias = Grade | Score | bool | float
Grader: TypeAlias = Callable[[Entry, Answer], Verdict | Awaitable[Verdict]]


def grader_id(grader: Grader) -> str:
    """Return the id a grade is signed with: the grader's own ``id``, else its name."""
    own = getattr(grader, "id", None)
    if isinstance(own, str):
        return own
    return str(getattr(grader, "__qualname__", None) or type(grader).__qualname__).replace("<locals>.", "")


def as_grade(verdict: Any, grader: str) -> Grade:
    """Read what a grader returned.

    Args:
        verdict: A `Grade`, a `Score`, a bool (fully correct or wrong), or a number from 0 to 1
            (1 fully correct, 0 wrong, between them partially correct).
        grader: Id of the grader that returned it.

    Raises:
        GraderError: For anything else, NaN and numbers out of range among it.
    """
    if isinstance(verdict, Grade):
        return verdict if verdict.grader else _signed(verdict, grader)
    if isinstance(verdict, Score):
        if verdict.value is None and verdict.passed is None:
            return Grade(None, None, verdict.detail, (_stamped(verdict, grader),), grader, "unscored")
        return Grade(_level(verdict), None, verdict.detail, (_stamped(verdict, grader),), grader)
    if isinstance(verdict, bool):
        return as_grade(Score(grader, float(verdict), verdict), grader)
    if isinstance(verdict, int | float) and math.isfinite(verdict) and 0 <= verdict <= 1:
        return as_grade(Score(grader, float(verdict)), grader)
    raise GraderError(
        f"grader {grader} returned {verdict!r}; return a Grade, a Score, a bool, or a number between 0 and 1"
    )


def _level(score: Score) -> Level:
    if score.passed or (score.passed is None and score.value == 1):
        return "fully_correct"
    return "partially_correct" if score.value else "wrong"


def _stamped(score: Score, grader: str) -> Score:
    return score if score.grader else replace(score, grader=grader)


def _signed(grade: Grade, grader: str) -> Grade:
    return replace(grade, grader=grader, scores=tuple(_stamped(score, grader) for score in grade.scores))
