"""A list put to judges item by item, yes or no to each: the claims of an answer, its sentences."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.grading.context import TrialContext, judges_for
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.judge.asking import Vote, ask_judges
from pytest_llmeval.grading.judge.panel import decide
from pytest_llmeval.grading.judge.port import Judge
from pytest_llmeval.grading.judge.prompt import make_prompt
from pytest_llmeval.grading.judge.rubric import Dimension, Rubric
from pytest_llmeval.grading.judge.rubric_judge import RubricJudge
from pytest_llmeval.grading.judge.signature import Signature
from pytest_llmeval.grading.judge.verdict import LONGEST_RATIONALE
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.safe_text import one_line

AT_ONCE = 20
"""Items asked about in one prompt; more are asked in several."""


@dataclass(frozen=True, slots=True)
class SaidOfEach:
    """What judges said of the items of a list."""

    yes: tuple[bool, ...]
    """Of each, in their order."""
    why: str
    """The rationale of a judge who said the same, as a note."""


@dataclass(frozen=True, slots=True)
class NoVerdict:
    """Why judges gave no usable verdict."""

    why: str
    abstained: bool = False
    """Whether one of them said that a person should judge."""


@dataclass(frozen=True, slots=True)
class OneByOne:
    """What judges are asked about each item of a list; of a panel the majority counts, a tie being no.

    Args:
        noun: What an item is, in one word; the section with the list is named by its plural with s.
        asks: The question, with ``{n}`` for the item's number.
        yes: What yes means.
        no: What no means.
        guidance: What the judge should know besides.
        params: Sampling parameters of the judges.
    """

    noun: str
    asks: str
    yes: str
    no: str
    guidance: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def by(
        self, own: Sequence[Judge], context: TrialContext | None, params: Mapping[str, Any]
    ) -> tuple[tuple[Judge, ...], OneByOne, Signature] | None:
        """Settle who is asked: a grader's own judges, else those of the run; the trial notes their signature.

        Returns:
            The judges, what they are asked with these parameters, and how that is signed; None where there is no judge.
        """
        judges = judges_for(own, context)
        if not judges:
            return None
        asking = replace(self, params=params)
        signature = asking.signature(judges)
        if context is not None:
            context.judged_by.append(signature)
        return judges, asking, signature

    def signature(self, judges: Sequence[Judge]) -> Signature:
        """Identify judges, parameters, question and prompt, whatever the items are."""
        return RubricJudge(self._rubric(1), reference=False, params=self.params).signature(judges)

    async def ask(
        self,
        items: Sequence[str],
        entry: Entry,
        answer: Answer,
        judges: Sequence[Judge],
        material: Mapping[str, str] = MappingProxyType({}),
    ) -> SaidOfEach | NoVerdict:
        """Ask about each.

        Args:
            items: At least one; their words stand in the data, never in the instructions.
            entry: The question; the judge sees neither gold answer nor criteria.
            answer: The whole that the items are of.
            judges: Whom to ask, at least one.
            material: Further sections that the guidance speaks of, name to text.

        Returns:
            Yes or no to each, and the reason; or why there is no verdict.

        Raises:
            FatalProviderError: Where a judge can never be asked.
        """
        bare = entry.model_copy(update={"criteria": ()})
        parts = [items[at : at + AT_ONCE] for at in range(0, len(items), AT_ONCE)]
        told = await asyncio.gather(*(self._part(part, bare, answer, judges, material) for part in parts))
        faults = [one for one in told if isinstance(one, NoVerdict)]
        if faults:
            return next((one for one in faults if one.abstained), faults[0])
        heard = [one for one in told if isinstance(one, SaidOfEach)]
        why = one_line(" ".join(one.why for one in heard), LONGEST_RATIONALE)
        return SaidOfEach(tuple(yes for one in heard for yes in one.yes), f"the judge: {why}")

    async def _part(
        self, items: Sequence[str], entry: Entry, answer: Answer, judges: Sequence[Judge], material: Mapping[str, str]
    ) -> SaidOfEach | NoVerdict:
        listed = "\n".join(f"{number}. {item}" for number, item in enumerate(items, 1))
        rubric = self._rubric(len(items))
        prompt = make_prompt(entry, answer, rubric, False, {**material, f"{self.noun}s": listed})
        votes = await ask_judges(judges, prompt, rubric, self.params)
        grade = decide(votes, rubric, self.noun)
        if grade.state == "unscored":
            return NoVerdict(grade.notes, any(vote.abstained for vote in votes))
        return self._heard(len(items), grade, votes)

    def _rubric(self, items: int) -> Rubric:
        anchors = {1: self.yes, 0: self.no}
        asked = [
            Dimension(f"{self.noun}_{n}", (0, 1), anchors=anchors, asks=self.asks.format(n=n))
            for n in range(1, items + 1)
        ]
        return Rubric(asked, guidance=self.guidance)

    def _heard(self, items: int, grade: Grade, votes: Sequence[Vote]) -> SaidOfEach:
        values = {score.name: score.value for score in grade.scores}
        names = [f"{self.noun}_{number}" for number in range(1, items + 1)]
        yes = tuple((values[name] or 0.0) > 0.5 for name in names)
        verdicts = [vote.verdict for vote in votes if vote.verdict is not None]
        alike = (one for one in verdicts if tuple(bool(one.scores[name]) for name in names) == yes)
        return SaidOfEach(yes, next(alike, verdicts[0]).rationale)
