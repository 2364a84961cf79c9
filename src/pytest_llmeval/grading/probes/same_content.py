"""Format gaming: does a grader give more for the same content once it is dressed up."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.context import context_of
from pytest_llmeval.grading.grade import Grade, Kind, Score, rank
from pytest_llmeval.grading.grader import Grader, grader_id
from pytest_llmeval.grading.inner_grader import NO_GRADER, HoldsGrader
from pytest_llmeval.grading.probes.markup import marks_in, without_markup
from pytest_llmeval.grading.probes.probe import score
from pytest_llmeval.grading.running import grade_answer
from pytest_llmeval.models.answer import Answer

NO_FORMAT = "the reply has no markup"


@dataclass(frozen=True, slots=True)
class SameContent(HoldsGrader):
    """The grader's own grade, and whether it would be the same without bullets, headers and bold type.

    A reply with markup is graded twice: as it is, and as the same words in prose. The score ``ignores_markup`` is 0
    where the one with markup got the higher level, or on the same level the higher score; ``tolerates_markup`` is 0
    where it got the lower one. Both are absent for replies without markup, and where one of the two has no verdict.

    Args:
        grader: Any; a judge is asked twice.
    """

    name: ClassVar[str] = "same_content"
    runs_inline: ClassVar[bool] = True
    """It is a coroutine."""

    grader: Grader = NO_GRADER

    def __post_init__(self) -> None:
        if not callable(self.grader):
            raise ConfigurationError(f"probes.same_content({self.grader!r}): give the grader that is to be tried")

    @property
    def id(self) -> str:
        """Return the name with the id of the grader."""
        return f"{self.name}({grader_id(self.grader)})"

    async def __call__(self, entry: Entry, answer: Answer) -> Grade:
        """Grade once, or twice.

        Raises:
            GraderError: Where the grader crashed.
        """
        dressed = await grade_answer([self.grader], entry, answer, run_in_thread=asyncio.to_thread)
        found = self._told(None, NO_FORMAT, "heuristic")
        if marks_in(answer.text):
            context = context_of(answer)
            apart = replace(context, judged=[], confidence={}) if context is not None else None
            plain = replace(answer, text=without_markup(answer.text), context=apart)
            found = self._held(
                dressed, await grade_answer([self.grader], entry, plain, run_in_thread=asyncio.to_thread)
            )
        return replace(dressed, scores=(*dressed.scores, *found), grader=self.id)

    def _held(self, dressed: Grade, plain: Grade) -> tuple[Score, Score]:
        kinds: list[Kind] = [one.kind for one in (*dressed.scores, *plain.scores) if one.kind != "verifiable"]
        told = f"{dressed} with markup, {plain} without"
        if "unscored" in (dressed.state, plain.state):
            return self._told(None, told, "heuristic")
        one, other = _worth(dressed), _worth(plain)
        return self._told((one > other) - (one < other), told, kinds[0] if kinds else "verifiable")

    def _told(self, more: int | None, detail: str, kind: Kind) -> tuple[Score, Score]:
        ignores = score("ignores_markup", None if more is None else more <= 0, detail, kind)
        tolerates = score("tolerates_markup", None if more is None else more >= 0, detail, kind)
        return replace(ignores, grader=self.id), replace(tolerates, grader=self.id)


def _worth(grade: Grade) -> tuple[int, float]:
    """Return what can be compared: the level, then the lowest score; a grade without a level counts below all."""
    return (-rank(grade.level) if grade.level else -4, round(grade.score if grade.score is not None else 0.0, 9))


same_content = SameContent
