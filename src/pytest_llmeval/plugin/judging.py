"""The judges of a run in a test's hand: what the ``judge`` fixture gives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pytest_llmeval.grading.context import TrialContext
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.grader import as_grade
from pytest_llmeval.grading.judge.rubric import Rubric
from pytest_llmeval.grading.judge.rubric_judge import rubric_judge
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.models.loop_thread import LoopThread


class TrialJudge:
    """The ``judge`` fixture: grades what a test hands it, by the judges of the run.

    Args:
        context: Of the trial; holds the entry and the judges.
        loop: The session's loop.
    """

    def __init__(self, context: TrialContext, loop: LoopThread) -> None:
        self._context = context
        self._loop = loop

    async def agrade(self, answer: Answer | str, rubric: Rubric | None = None) -> Grade:
        """Grade an answer.

        Args:
            answer: The answer, or text.
            rubric: What to judge by; the four levels where None.

        Returns:
            The grade; in state ``unscored`` where no judge was named or none gave a usable verdict.
        """
        grader = rubric_judge(rubric, judges=tuple(self._context.judges))
        told = answer if isinstance(answer, Answer) else Answer(answer)
        verdict = await self._loop.join(_graded(grader, self._context, told))
        return as_grade(verdict, "rubric_judge")

    def grade(self, answer: Answer | str, rubric: Rubric | None = None) -> Grade:
        """Grade an answer from sync code; see `agrade`."""
        return self._loop.run(self.agrade(answer, rubric))


async def _graded(grader: Any, context: TrialContext, answer: Answer) -> Grade:
    grade: Grade = await grader(context.entry, replace(answer, context=context))
    return replace(grade, context=context)
