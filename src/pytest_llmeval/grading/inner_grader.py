"""The grader that another one, or a task, is given to tell right answers by."""

from __future__ import annotations

from typing import Any

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, UnscoredError
from pytest_llmeval.grading.code.executing import executes_code
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.grader import Grader
from pytest_llmeval.grading.running import grade_answer
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.models.loop_thread import run_in_thread

NO_GRADER: Any = None
"""Stands for the one that was not given, so that its absence can be told in the user's words; see `check_inner`."""


def check_inner(maker: str, grader: object, argument: str = "") -> None:
    """Refuse what is no grader.

    Args:
        maker: What it was given to, as users write it: ``probes.grounded``.
        grader: What was given.
        argument: How users name it: ``grader=``; empty where it stands first.

    Raises:
        ConfigurationError: Where it cannot be called.
    """
    if not callable(grader):
        got = "none" if grader is NO_GRADER else repr(grader)
        raise ConfigurationError(
            f"{maker}() takes a grader that tells right answers, got {got}; write {maker}({argument}graders.contains())"
        )


class HoldsGrader:
    """What a grader with another one in its field ``grader`` says of it."""

    __slots__ = ()

    grader: Grader | None

    @property
    def executes_code(self) -> bool:
        """Tell whether the grader within runs code out of answers, which has to be allowed."""
        return self.grader is not None and executes_code(self.grader)


async def inner_grade(grader: Grader, entry: Entry, answer: Answer, whose: str) -> Grade:
    """Have an answer graded.

    Args:
        grader: By whom.
        entry: What was asked.
        answer: The answer.
        whose: What it is to whoever has it graded: ``probes.grounded(): the answer``.

    Raises:
        UnscoredError: Where there is no verdict.
    """
    grade = await grade_answer([grader], entry, answer, run_in_thread=run_in_thread)
    if grade.state == "unscored":
        raise UnscoredError(f"{whose} could not be graded: {grade.notes}")
    return grade
