"""Error modes: in what way an answer that is not fully correct is wrong."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace
from typing import ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.grading.error_modes import MODE_SCORES, is_fabricated, only_leaves_out
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.grader import Grader
from pytest_llmeval.grading.inner_grader import NO_GRADER, HoldsGrader, check_inner
from pytest_llmeval.grading.judge.choice import because
from pytest_llmeval.grading.probes.classifying import ClassifyingProbe
from pytest_llmeval.grading.probes.probe import score
from pytest_llmeval.grading.probes.reply_classes import stance
from pytest_llmeval.grading.rule_grader import texts_of
from pytest_llmeval.grading.running import grade_answer
from pytest_llmeval.grading.wording import says, words_of
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.models.loop_thread import run_in_thread

OTHER = "other"
"""An error of which nothing more can be told."""


@dataclass(frozen=True, slots=True)
class ErrorMode(ClassifyingProbe, HoldsGrader):
    """Tells in what way an answer that is not fully correct is wrong, beside its grade, which stays as it is.

    An answer has one mode at most; one that is fully correct has none, and no judge is asked about it. By rule, the
    first of these that fits, else ``other``:

    =============  ==================================================================================================
    mode           by rule
    =============  ==================================================================================================
    fabrication    the grader counted citations, and one of them is not real
    conflation     the reply says what belongs to something else, which the entry lists in ``confusable``
    hallucination  the grader's failure label is hallucination
    omission       the reply states no answer, is partially correct, or merely leaves out key points
    inconsistent   told by judges: the reply contradicts itself; a summary tells it of samples that disagree
    =============  ==================================================================================================

    Args:
        grader: Tells whether the answer is right.
    """

    name: ClassVar[str] = "error_mode"
    classes: ClassVar[tuple[str, ...]] = (*MODE_SCORES, OTHER)

    _: KW_ONLY
    grader: Grader = NO_GRADER

    def __post_init__(self) -> None:
        check_inner(f"probes.{self.name}", self.grader, "grader=")

    async def __call__(self, entry: Entry, answer: Answer) -> Grade:
        """Have the answer graded, and where it is not fully correct classify it."""
        inner = await grade_answer([self.grader], entry, answer, run_in_thread=run_in_thread)
        if inner.level is None:
            return replace(inner, grader=self.id)
        if inner.level == "fully_correct":
            return self._with(None, inner)
        mode = await self.class_of(entry, answer, lambda: mode_by_rules(entry, answer, inner))
        return self._with(mode, inner)

    def _with(self, mode: str | None, inner: Grade) -> Grade:
        kind = self.score_kind if mode else "heuristic"
        made = (score(name, one != mode, mode or "", kind) for one, name in MODE_SCORES.items())
        told = (f"error mode: {mode}", because(mode)) if mode else ()
        notes = "; ".join(part for part in (*told, inner.notes) if part)
        return replace(inner, scores=(*made, *inner.scores), notes=notes, grader=self.id)


def mode_by_rules(entry: Entry, answer: Answer, grade: Grade) -> str:
    """Tell the mode of an answer that is not fully correct; see `ErrorMode` for the rules."""
    if is_fabricated(grade.scores):
        return "fabrication"
    said = words_of(answer.text)
    if any(says(said, wording) for wording in texts_of(entry.field("confusable") or ())):
        return "conflation"
    if grade.failure_label == "hallucination":
        return "hallucination"
    leaves_out = grade.level == "partially_correct" or only_leaves_out(grade.scores)
    return "omission" if leaves_out or stance(answer) == "abstains" else OTHER


error_mode = ErrorMode
