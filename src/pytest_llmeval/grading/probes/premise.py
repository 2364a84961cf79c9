"""False premises: is the wrong assumption of a question put right, passed over, or taken up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.grading.grade import FailureLabel, Grade, Level
from pytest_llmeval.grading.probes.classifying import GradedByClass
from pytest_llmeval.grading.probes.cues import corrects, denies
from pytest_llmeval.grading.probes.probe import score
from pytest_llmeval.grading.probes.prose import own_words, sentences
from pytest_llmeval.grading.rule_grader import texts_of
from pytest_llmeval.grading.wording import says, words_of
from pytest_llmeval.models.answer import Answer

TAKEN_UP = 0.6
"""The share of the premise's words of four letters or more that a sentence must hold to state it."""
_LEVELS: Mapping[str, Level] = {"corrects": "fully_correct", "ignores": "unsupported", "endorses": "wrong"}


@dataclass(frozen=True, slots=True)
class FalsePremise(GradedByClass):
    """The reply puts a false premise right.

    The entry says ``false_premise``, what its question assumes, and may say ``truth``, what is so (one wording or
    several). By rule a reply corrects where it says the truth, contradicts in a sentence, or denies the premise in the
    premise's words; it endorses where a sentence states the premise; else it ignores it.
    """

    name: ClassVar[str] = "false_premise"
    classes: ClassVar[tuple[str, ...]] = ("corrects", "ignores", "endorses")

    def by_rules(self, entry: Entry, answer: Answer) -> str:
        """Look for the truth, for contradiction, then for the premise."""
        premise = str(self.field(entry, "false_premise"))
        told = sentences(own_words(answer.text))
        said = words_of(answer.text)
        if any(says(said, wording) for wording in texts_of(entry.field("truth") or ())) or any(map(corrects, told)):
            return "corrects"
        if any(_states(sentence, premise) and denies(sentence) != denies(premise) for sentence in told):
            return "corrects"
        return "endorses" if any(_states(sentence, premise) for sentence in told) else "ignores"

    def graded_as(self, told: str, entry: Entry, answer: Answer) -> Grade:  # noqa: ARG002  the class says it all
        """Grade by what became of the premise."""
        self.field(entry, "false_premise")
        kind = self.score_kind
        scores = (
            score("corrects_premise", told == "corrects", told, kind),
            score("rejects_premise", told != "endorses", told, kind),
        )
        label: FailureLabel | None = "hallucination" if told == "endorses" else None
        notes = "" if told == "corrects" else f"the reply {told} the false premise"
        return self.graded(_LEVELS[told], *scores, label=label, notes=notes)


def _states(sentence: str, premise: str) -> bool:
    wanted = {word for word in words_of(premise).split() if len(word) > 3}
    held = wanted & set(words_of(sentence).split())
    return bool(wanted) and len(held) >= TAKEN_UP * len(wanted)


false_premise = FalsePremise
