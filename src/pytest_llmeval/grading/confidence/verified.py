"""Confidence that another grader gives: what a verifier makes of an answer, without any say in its grade."""

from __future__ import annotations

from dataclasses import replace

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import UnscoredError
from pytest_llmeval.grading.combining import LEVEL_VALUES
from pytest_llmeval.grading.context import TrialContext, context_of
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.grader import Grader
from pytest_llmeval.grading.judge.rubric import TOTAL
from pytest_llmeval.grading.running import grade_answer
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.models.loop_thread import run_in_thread


async def verified(by: Grader, entry: Entry, answer: Answer) -> Grade:
    """Have a grader look at an answer beside those that grade it.

    What it finds is kept by nobody but the caller: a judge that is asked here is none of those that judged the trial,
    whose grade it does not make, and no gate has to trust it.

    Raises:
        GraderError: Where the grader crashed.
    """
    context = context_of(answer)
    aside = answer if context is None else replace(answer, context=_aside(context))
    try:
        return await grade_answer([by], entry, aside, run_in_thread=run_in_thread)
    except UnscoredError as error:
        return Grade(None, None, str(error), (), "", "unscored")


def _aside(context: TrialContext) -> TrialContext:
    """Return the same context with lists of its own."""
    return replace(context, checks=[], confidence={}, judged=[], judged_by=[], turns_kept=[])


def share_of(grade: Grade, grader: str) -> float | None:
    """Return a grade as a share: its total, or what its grader measures by its own name, else its lowest score.

    Args:
        grade: What the verifier said.
        grader: The verifier's name, without its settings.

    Returns:
        From 0 to 1; None where it reached no level. A grade without scores counts as its level.
    """
    if grade.level is None:
        return None
    known = {score.name: score.value for score in reversed(grade.scores)}
    for name in (TOTAL, grader):
        if known.get(name) is not None:
            return known[name]
    return LEVEL_VALUES[grade.level] if grade.score is None else grade.score
