"""A grader that asks a judge, claim by claim, whether the evidence bears an answer out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.context import context_of
from pytest_llmeval.grading.grade import Grade, Level, Score
from pytest_llmeval.grading.judge.blinding import blinded
from pytest_llmeval.grading.judge.one_by_one import NoVerdict, OneByOne, SaidOfEach, no_verdict, noted
from pytest_llmeval.grading.judge.port import Judge
from pytest_llmeval.grading.judge.rubric_judge import NO_JUDGE
from pytest_llmeval.grading.retrieval.claims import claims_in
from pytest_llmeval.grading.retrieval.evidence_text import evidence_text
from pytest_llmeval.grading.rule_grader import check_share
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.safe_text import one_line

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
class ClaimCoverage:
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
    runs_inline: ClassVar[bool] = True
    """It is a coroutine."""

    _: KW_ONLY
    threshold: float = 1.0
    passages: Callable[[Answer], Sequence[str]] | None = None
    most_characters: int = 100_000
    params: Mapping[str, Any] = field(default_factory=dict)
    judges: Sequence[Judge] = ()

    def __post_init__(self) -> None:
        check_share(self.name, threshold=self.threshold)
        if not isinstance(self.most_characters, int) or self.most_characters < 1:
            raise ConfigurationError(
                f"graders.claim_coverage(most_characters={self.most_characters!r}): must be a whole number from 1"
            )

    @property
    def id(self) -> str:
        """Return the name, with the threshold where it is not 1."""
        return self.name if self.threshold == 1 else f"{self.name}(threshold={self.threshold:g})"

    async def __call__(self, entry: Entry, answer: Answer) -> Grade:
        """Ask the judges about every claim.

        Raises:
            FatalProviderError: Where a judge can never be asked.
        """
        context = context_of(answer)
        evidence, unread = await self._evidence(answer, context.roots if context else ())
        claims = claims_in(blinded(answer, [entry.question, *evidence.values()]))
        if not claims:
            return Grade(None, None, "the answer claims nothing", (), self.id, "unextractable")
        if not evidence:
            notes = f"no evidence to hold {len(claims)} claims against{_unread(unread)}"
            score = Score(self.name, 0.0, False, notes, "judge", self.id)
            return Grade("unsupported", "missing_evidence", notes, (score,), self.id)
        settled = CLAIMS.by(self.judges, context, self.params)
        if settled is None:
            return Grade(None, None, NO_JUDGE, (), self.id, "unscored")
        judges, asking, signature = settled
        shown = {f"evidence {n}": f"source: {path}\n{text}" for n, (path, text) in enumerate(evidence.items(), 1)}
        said = await asking.ask(claims, entry, answer, judges, shown)
        grade = self._graded(claims, said, f"{self.name}@{signature.hash}", _unread(unread))
        return noted(grade, said, signature, answer)

    async def _evidence(self, answer: Answer, roots: Sequence[Any]) -> tuple[Mapping[str, str], Sequence[str]]:
        if self.passages is None:
            return await asyncio.to_thread(evidence_text, answer, roots or (".",), self.most_characters)
        texts = [text for text in self.passages(answer) if text.strip()]
        share = self.most_characters // max(len(texts), 1)
        return {f"passage {number}": text[:share] for number, text in enumerate(texts, 1)}, ()

    def _graded(self, claims: Sequence[str], said: SaidOfEach | NoVerdict, signed: str, unread: str) -> Grade:
        if isinstance(said, NoVerdict):
            return no_verdict(self.name, said.why, signed)
        supported = said.yes
        lacking = [claim for claim, borne_out in zip(claims, supported, strict=True) if not borne_out]
        share = (len(claims) - len(lacking)) / len(claims)
        enough = round(share, 12) >= self.threshold
        told = f"not borne out: {'; '.join(one_line(claim, 160) for claim in lacking)}" if lacking else ""
        found = "; ".join(part for part in (told, unread.removeprefix("; ")) if part)
        score = Score(self.name, share, enough, found or f"{len(claims)} of {len(claims)} claims", "judge", signed)
        notes = f"{found}; {said.why}" if found else said.why
        level: Level = "fully_correct" if enough else "partially_correct" if share >= 0.5 else "unsupported"
        about = {"claims": [{"claim": c, "supported": s} for c, s in zip(claims, supported, strict=True)]}
        return Grade(level, None if enough else "hallucination", notes, (score,), signed, metadata=about)


def _unread(paths: Sequence[str]) -> str:
    return f"; cannot be read: {', '.join(paths)}" if paths else ""


claim_coverage = ClaimCoverage
