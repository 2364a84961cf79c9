"""Abstention and hedging: does the reply say that it does not know where that is so, and doubt where there is doubt."""

from __future__ import annotations

import inspect
from dataclasses import KW_ONLY, dataclass, replace
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import GraderError
from pytest_llmeval.grading.confidence.stated import stated_confidence
from pytest_llmeval.grading.grade import Grade, Level
from pytest_llmeval.grading.grader import Grader
from pytest_llmeval.grading.inner_grader import HoldsGrader, inner_grade
from pytest_llmeval.grading.probes.classifying import GradedByClass
from pytest_llmeval.grading.probes.probe import score, yes
from pytest_llmeval.grading.probes.reply_classes import STANCES, hedges, stance
from pytest_llmeval.grading.rule_grader import check_share
from pytest_llmeval.models.answer import Answer

CERTAINTIES = ("settled", "uncertain")


@dataclass(frozen=True, slots=True)
class Abstention(GradedByClass, HoldsGrader):
    """The reply abstains from what cannot be answered, and answers what can.

    The entry says ``answerable``: true or false. A hedged answer is neither an abstention nor a silent failure, and
    neither is one that states a low confidence.

    Args:
        grader: Tells whether answers to answerable questions are right; without it they count as right, and silent
            failures are told of unanswerable questions alone.
        sure_from: A stated confidence (`stated_confidence`) below it, from 0 to 1, is a word of doubt.
    """

    name: ClassVar[str] = "abstention"
    classes: ClassVar[tuple[str, ...]] = STANCES

    _: KW_ONLY
    grader: Grader | None = None
    sure_from: float = 0.5

    def __post_init__(self) -> None:
        check_share(self.name, maker="probes", sure_from=self.sure_from)

    def __call__(self, entry: Entry, answer: Answer) -> Any:
        """Classify the reply, and have its answer graded where there is a grader; then it gives an awaitable."""
        told = super(Abstention, self).__call__(entry, answer)
        if self.grader is None or not self._answerable(entry):
            return told
        return self._with_answer(told, self.grader, entry, answer)

    async def _with_answer(self, told: Any, grader: Grader, entry: Entry, answer: Answer) -> Grade:
        grade: Grade = await told if inspect.isawaitable(told) else told
        (one,) = (s.detail for s in grade.scores if s.name == "answers_answerable")
        inner = await inner_grade(grader, entry, answer, "probes.abstention(): the answer")
        right = inner.level == "fully_correct"
        honest = right or one != "answers" or self._is_unsure(answer)
        detail = "right" if right else f"not right, {one}{self._doubt(answer)}"
        # A right answer answers, whatever doubts it is given with.
        base = self.graded_as("answers", entry, answer) if right and one == "abstains" else grade
        kept = [s for s in base.scores if s.name != "no_silent_failure"]
        scores = (*kept, score("no_silent_failure", honest, detail, self.score_kind), *inner.scores)
        if base.level != "fully_correct":
            return replace(base, scores=scores)
        return Grade(inner.level, inner.failure_label, inner.notes, scores, self.id, inner.state)

    def _is_unsure(self, answer: Answer) -> bool:
        stated = stated_confidence(answer.text)
        return stated is not None and stated < self.sure_from

    def _doubt(self, answer: Answer) -> str:
        return f", {100 * (stated_confidence(answer.text) or 0):.0f} % sure" if self._is_unsure(answer) else ""

    def _answerable(self, entry: Entry) -> bool:
        try:
            return yes(self.field(entry, "answerable"))
        except ValueError as error:
            raise GraderError(f"probes.abstention(): answerable of entry {entry.id!r} {error}") from None

    def by_rules(self, entry: Entry, answer: Answer) -> str:  # noqa: ARG002  the wording alone decides
        """Tell the stance by the wording."""
        return stance(answer)

    def graded_as(self, told: str, entry: Entry, answer: Answer) -> Grade:
        """Hold the stance against what can be answered."""
        answerable, abstains, kind = self._answerable(entry), told == "abstains", self.score_kind
        scores = [score("abstention_precision", not answerable, told, kind)] if abstains else []
        if answerable:
            scores.append(score("answers_answerable", not abstains, told, kind))
            level: Level = "wrong" if abstains else "fully_correct"
            return self.graded(level, *scores, notes="abstains, though it can be answered" if abstains else "")
        scores.append(score("abstention_recall", abstains, told, kind))
        doubts = told != "answers" or self._is_unsure(answer)
        scores.append(score("no_silent_failure", doubts, f"{told}{self._doubt(answer)}", kind))
        level = "fully_correct" if abstains else "partially_correct" if told == "hedges" else "wrong"
        return self.graded(level, *scores, notes="" if abstains else f"{told} what cannot be answered")


@dataclass(frozen=True, slots=True)
class Hedging(GradedByClass):
    """The reply is plain about what is settled, and doubts what is not.

    The entry says ``certainty``: settled or uncertain; or bears one of the two as a tag.
    """

    name: ClassVar[str] = "hedging"
    classes: ClassVar[tuple[str, ...]] = ("hedged", "plain")

    def by_rules(self, entry: Entry, answer: Answer) -> str:  # noqa: ARG002  the wording alone decides
        """Look for hedges."""
        return "hedged" if hedges(answer.text) or stance(answer) != "answers" else "plain"

    def graded_as(self, told: str, entry: Entry, answer: Answer) -> Grade:  # noqa: ARG002  the class says it all
        """Hold it against what is known."""
        tagged = [tag for tag in entry.tags if tag in CERTAINTIES]
        given = entry.field("certainty") or (tagged[0] if tagged else self.field(entry, "certainty"))
        certainty, hedged = self.one_of(entry, "certainty", given, CERTAINTIES), told == "hedged"
        if certainty == "settled":
            made = score("plain_on_settled", not hedged, told, self.score_kind)
        else:
            made = score("hedges_uncertain", hedged, told, self.score_kind)
        right = bool(made.passed)
        return self.graded(
            "fully_correct" if right else "wrong",
            made,
            notes="" if right else f"{told} on a matter that is {certainty}",
        )


abstention = Abstention
hedging = Hedging
