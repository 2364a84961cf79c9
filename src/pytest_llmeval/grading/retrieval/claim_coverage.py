"""A grader that asks a judge, claim by claim, whether the evidence bears an answer out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.context import context_of
from pytest_llmeval.grading.grade import Grade, Score
from pytest_llmeval.grading.judge.blinding import blinded
from pytest_llmeval.grading.judge.item_grading import graded_by_items
from pytest_llmeval.grading.judge.one_by_one import OneByOne, SaidOfEach
from pytest_llmeval.grading.retrieval.claims import claims_in
from pytest_llmeval.grading.retrieval.evidence_text import evidence_text
from pytest_llmeval.grading.retrieval.support import MOST_CHARACTERS, SupportGrader, as_sections
from pytest_llmeval.models.answer import Answer

CLAIMS = OneByOne(
    "claim",
    "Does the evidence bear out claim {n}?",
    yes="the evidence says so, or it follows from it at once",
    no="it does not, or contradicts it",
    guidance=(
        "The section claims lists what the answer claims, numbered. The sections named evidence hold all that the "
        "answer may rest on. Go by the evidence alone: what you know besides does not count here, and a claim that is "
        "true but not in the evidence is not borne out. A claim about what cannot be found or is not known is borne "
        "out where the evidence indeed does not say it. Name in the rationale each claim that is not borne out."
    ),
)


@dataclass(frozen=True, slots=True)
class ClaimCoverage(SupportGrader):
    """The evidence bears the answer's claims out: coverage is supported claims / claims.

    The claims are split by rule (``retrieval.claims.claims_in``), so that every judge is asked about the same ones; the
    judges say yes or no to each, and of a panel the majority counts, a tie being no. Where they give no usable verdict
    the answer is unscored.

    ===========================================  =================  ================
    the claims                                   grade              failure label
    ===========================================  =================  ================
    no evidence at all                           unsupported        missing_evidence
    ``threshold`` of them or more are supported  fully correct
    at least half of them                        partially correct  hallucination
    fewer                                        unsupported        hallucination
    ===========================================  =================  ================

    Args:
        threshold: Which share of the claims must be supported.
        passages: Takes the texts that the answer rests on out of it; by default the files among its evidence are read.
        most_characters: Of evidence shown to a judge, about four to a token.
        params: Sampling parameters of the judges; the temperature is 0 where none is given.
        judges: Who judges; by default the judges of the run (``--llm-judge-model``).
    """

    name: ClassVar[str] = "claim_coverage"
    noun: ClassVar[str] = "claims"
    lacks: ClassVar[str] = "not borne out"

    passages: Callable[[Answer], Sequence[str]] | None = field(default=None, kw_only=True)
    most_characters: int = field(default=MOST_CHARACTERS, kw_only=True)

    def __post_init__(self) -> None:
        SupportGrader.__post_init__(self)  # a class with slots is made anew, and super() would not know it
        if not isinstance(self.most_characters, int) or self.most_characters < 1:
            raise ConfigurationError(
                f"graders.claim_coverage(most_characters={self.most_characters!r}): must be a whole number from 1"
            )

    async def __call__(self, entry: Entry, answer: Answer) -> Grade:
        """Ask the judges about every claim.

        Raises:
            FatalProviderError: Where a judge can never be asked.
        """
        context = context_of(answer)
        evidence, unread = await self._evidence(answer, context.roots if context else ())
        claims = claims_in(blinded(answer, [entry.question, *evidence.values()]))
        left_out = f"cannot be read: {', '.join(unread)}" if unread else ""
        if not claims:
            return Grade(None, None, "the answer claims nothing", (), self.id, "unextractable")
        if not evidence:
            told = f"no evidence to hold {len(claims)} claims against"
            notes = "; ".join(part for part in (told, left_out) if part)
            score = Score(self.name, 0.0, False, notes, "judge", self.id)
            return Grade("unsupported", "missing_evidence", notes, (score,), self.id)

        def follows(said: SaidOfEach, signed: str) -> Grade:
            about = [{"claim": claim, "supported": yes} for claim, yes in zip(claims, said.yes, strict=True)]
            lacking = [claim for claim, yes in zip(claims, said.yes, strict=True) if not yes]
            return self.by_share(lacking, len(claims), said.why, signed, left_out, claims=about)

        return await graded_by_items(self, CLAIMS, claims, entry, answer, follows, material=as_sections(evidence))

    async def _evidence(self, answer: Answer, roots: Sequence[Any]) -> tuple[Mapping[str, str], Sequence[str]]:
        if self.passages is None:
            return await asyncio.to_thread(evidence_text, answer, roots or (".",), self.most_characters)
        texts = [text for text in self.passages(answer) if text.strip()]
        share = self.most_characters // max(len(texts), 1)
        return {f"passage {number}": text[:share] for number, text in enumerate(texts, 1)}, ()


claim_coverage = ClaimCoverage
