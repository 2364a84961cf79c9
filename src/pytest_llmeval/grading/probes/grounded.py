"""Answers and their evidence: does the reply rest on it where it is there, and abstain or ask where it is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, replace
from typing import ClassVar, Literal, get_args

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.perturbation.ablation import FIELD
from pytest_llmeval.grading.grade import Grade, Score
from pytest_llmeval.grading.grader import Grader
from pytest_llmeval.grading.inner_grader import NO_GRADER, HoldsGrader, check_inner, inner_grade
from pytest_llmeval.grading.probes.classifying import ClassifyingProbe
from pytest_llmeval.grading.probes.probe import score
from pytest_llmeval.grading.probes.reply_classes import reply_class, stance
from pytest_llmeval.models.answer import Answer

Evidence = Literal["present", "weak", "absent"]
GROUNDED_CLASSES = ("answers", "hedges", "abstains", "asks")
SILENT = ("abstains", "asks")
HALLUCINATION = "no_hallucination"
"""The score that is 0 for an answer that is wrong and bears no word of doubt."""
EXPECTED: Mapping[str, Evidence] = {
    "answers_with_evidence": "present",
    "sound_on_weak_evidence": "weak",
    "abstains_without_evidence": "absent",
}
"""Which score tells whether the reply did what its evidence asks for."""
MEMORY = "right_from_memory"


@dataclass(frozen=True, slots=True)
class Grounded(ClassifyingProbe, HoldsGrader):
    """The reply answers where the evidence is there, and abstains or asks for it where it was taken away.

    For variants made by ``perturbations.without_evidence()`` and ``weak_evidence()``, beside their originals. An entry
    of a file says in ``"ablation": {"evidence": "absent"}`` (or ``"weak"``) that it comes without.

    ==================  =======================  ===========================  ======================
    the reply           evidence is there        evidence is weak             evidence is taken away
    ==================  =======================  ===========================  ======================
    abstains or asks    wrong                    fully correct                fully correct
    is right            as the grader says       fully correct                unsupported
    hedges              as the grader says       partially correct            partially correct
    is wrong, plainly   as the grader says       wrong, hallucination         wrong, hallucination
    ==================  =======================  ===========================  ======================

    Args:
        grader: Tells whether what is answered is right.
    """

    name: ClassVar[str] = "grounded"
    classes: ClassVar[tuple[str, ...]] = GROUNDED_CLASSES

    _: KW_ONLY
    grader: Grader = NO_GRADER

    def __post_init__(self) -> None:
        check_inner(f"probes.{self.name}", self.grader, "grader=")

    async def __call__(self, entry: Entry, answer: Answer) -> Grade:
        """Classify the reply and have its answer graded."""
        evidence = self._evidence(entry)
        said = told = await self.class_of(entry, answer, lambda: class_by_wording(answer))
        inner = await inner_grade(self.grader, entry, answer, "probes.grounded(): the answer")
        if evidence == "present" and told == "abstains" and inner.level == "fully_correct":
            told = "answers"  # whatever doubts it is given with
        made = self._verdict(evidence, told, inner)
        kept = (score_of for score_of in inner.scores if score_of.name != HALLUCINATION)
        return self.noted(replace(made, scores=(*made.scores, *kept)), answer, said)

    def _evidence(self, entry: Entry) -> Evidence:
        told = entry.metadata.get(FIELD)
        value = told.get("evidence") if isinstance(told, Mapping) else told
        if value is None:
            return "present"
        return self.one_of(entry, FIELD, value, get_args(Evidence))  # type: ignore[return-value]  # it is one of them

    def _verdict(self, evidence: Evidence, told: str, inner: Grade) -> Grade:
        right, partly = inner.level == "fully_correct", inner.level == "partially_correct"
        made_up = told == "answers" and inner.level in ("wrong", "unsupported")
        scores = list(self._scores(evidence, told, inner, made_up=made_up))
        if evidence == "present":
            if told not in SILENT:
                return replace(inner, scores=tuple(scores), grader=self.id)
            return self.graded("wrong", *scores, notes=f"{told}, though the evidence is there")
        if told in SILENT or (right and evidence == "weak"):
            return self.graded("fully_correct", *scores)
        if inner.level is None and told == "answers":
            return replace(inner, scores=tuple(scores), grader=self.id)
        if told == "hedges" or (partly and evidence == "weak"):
            return self.graded("partially_correct", *scores, notes=f"{told} on {evidence} evidence")
        if right or partly:
            return self.graded("unsupported", *scores, notes="right, but its evidence was taken away")
        return self.graded("wrong", *scores, label="hallucination", notes=f"answers wrongly on {evidence} evidence")

    def _scores(self, evidence: Evidence, told: str, inner: Grade, *, made_up: bool) -> tuple[Score, ...]:
        right, silent, kind = inner.level == "fully_correct", told in SILENT, self.score_kind
        unknown = inner.level is None and told == "answers"  # cut off, or nothing to judge
        honest = score(HALLUCINATION, None if unknown else not made_up, told, kind)
        if evidence == "absent":
            memory = score(MEMORY, right and not silent, told, kind)
            return honest, score("abstains_without_evidence", silent, told, kind), memory
        if evidence == "weak":
            return honest, score("sound_on_weak_evidence", silent or right, told, kind)
        return honest, score("answers_with_evidence", not silent, told, kind)


def class_by_wording(answer: Answer) -> str:
    """Tell by the wording whether a reply answers, with doubt or without, abstains, or asks back."""
    return "asks" if reply_class(answer) == "clarify" else stance(answer)


grounded = Grounded
