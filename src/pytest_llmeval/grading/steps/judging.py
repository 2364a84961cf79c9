"""The judge of one step: whether an answer takes the step that a rubric names, whatever its result is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.grading.context import context_of
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.judge.port import Judge
from pytest_llmeval.grading.judge.rubric import Dimension, Rubric
from pytest_llmeval.grading.judge.rubric_judge import RubricJudge
from pytest_llmeval.models.answer import Answer

STEP = Rubric(
    [
        Dimension(
            "step",
            (0, 1),
            anchors={1: "the answer takes this step, and takes it rightly", 0: "the step is missing, or it is wrong"},
            asks="Does the answer take the one step that the criteria name?",
        )
    ],
    guidance=(
        "The criteria name one step of several on the way to the result. Judge this step alone: an answer with a wrong "
        "result may take it rightly, and one with the right result may not. A step that the answer does not show is "
        "missing, unless what it does show cannot be had without it."
    ),
)
"""The same for every step, so that judges can be calibrated on steps; which step it is stands in the criteria."""


@dataclass(frozen=True, slots=True)
class StepJudge:
    """Asks the judges of the run about the step that an entry's ``criteria`` name.

    Args:
        judges: Who judges; by default the judges of the run.
    """

    name: ClassVar[str] = "step_judge"
    runs_inline: ClassVar[bool] = True

    _: KW_ONLY
    judges: Sequence[Judge] = ()

    @property
    def id(self) -> str:
        """Return the name with the version of the rubric."""
        return f"{self.name}(#{STEP.hash[:8]})"

    async def __call__(self, entry: Entry, answer: Answer) -> Grade:
        """Ask.

        Raises:
            FatalProviderError: Where a judge can never be asked.
        """
        context = context_of(answer)
        if context is not None:  # a verdict on a step is none on the answer, which people's grades are of
            answer = replace(answer, context=replace(context, judged=[]))
        return await RubricJudge(STEP, judges=self.judges)(entry, answer)
