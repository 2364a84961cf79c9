"""A grader that asks a judge about every citation, whether the very source it names bears its sentence out."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, ClassVar, NamedTuple

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.grading.context import context_of
from pytest_llmeval.grading.evidence import clean_path
from pytest_llmeval.grading.grade import Grade, Level, Score
from pytest_llmeval.grading.judge.blinding import blinded
from pytest_llmeval.grading.judge.one_by_one import NoVerdict, OneByOne, SaidOfEach, no_verdict, noted
from pytest_llmeval.grading.judge.port import Judge
from pytest_llmeval.grading.judge.rubric_judge import NO_JUDGE
from pytest_llmeval.grading.retrieval.claims import claims_in
from pytest_llmeval.grading.retrieval.evidence_text import evidence_text
from pytest_llmeval.grading.rule_grader import check_share
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.models.citations import cited_files
from pytest_llmeval.safe_text import one_line

MOST_CHARACTERS = 100_000
"""Of the sources shown to a judge, about four to a token."""
BEARS_OUT = OneByOne(
    "citation",
    "Does the source that citation {n} names bear out the sentence it stands in?",
    yes="that source says so, or it follows from it at once",
    no="that source does not say so, though another one may",
    guidance=(
        "The section citations lists sentences of the answer, numbered, each with the source it cites. The sections "
        "named evidence hold the sources. Go by the source that is named alone: what you know besides, or what stands "
        "in another source, does not count here. A sentence with several sources is listed once for each; say yes "
        "where the one that is named bears out the part of the sentence it is cited for. Name in the rationale each "
        "citation that does not bear its sentence out."
    ),
)


class Cited(NamedTuple):
    """A sentence of the answer, with a source that it cites."""

    claim: str
    path: str

    def __str__(self) -> str:
        return f"{self.claim} [source: {self.path}]"


@dataclass(frozen=True, slots=True)
class CitationSupport:
    """Each citation bears out the sentence it stands in: the score is supporting citations / citations.

    Unlike `claim_coverage`, which holds every claim against all evidence together, it holds each against the file that
    is cited for it. A file that cannot be read supports nothing. Sentences that cite nothing are not asked about; how
    many there are tells the score ``cited_claims`` of `citations`.

    Args:
        threshold: Which share of the citations must support their sentence.
        params: Sampling parameters of the judges; the temperature is 0 where none is given.
        judges: Who judges; by default the judges of the run (``--llm-judge-model``).
    """

    name: ClassVar[str] = "citation_support"
    runs_inline: ClassVar[bool] = True
    """It is a coroutine."""

    _: KW_ONLY
    threshold: float = 1.0
    params: Mapping[str, Any] = field(default_factory=dict)
    judges: Sequence[Judge] = ()

    def __post_init__(self) -> None:
        check_share(self.name, threshold=self.threshold)

    @property
    def id(self) -> str:
        """Return the name, with the threshold where it is not 1."""
        return self.name if self.threshold == 1 else f"{self.name}(threshold={self.threshold:g})"

    async def __call__(self, entry: Entry, answer: Answer) -> Grade:
        """Ask the judges about every citation of a file that can be read.

        Raises:
            FatalProviderError: Where a judge can never be asked.
        """
        context = context_of(answer)
        roots = (context.roots if context else ()) or (".",)
        sources, _ = await asyncio.to_thread(evidence_text, answer, roots, MOST_CHARACTERS)
        text = blinded(answer, [entry.question, *sources.values()])
        cited = [Cited(claim, clean_path(path)) for claim in claims_in(text) for path in cited_files(claim)]
        if not cited:
            notes = "no sentence of the answer cites a file"
            return Grade("unsupported", "missing_evidence", notes, (Score(self.name, None, None, notes),), self.id)
        shown = [str(one) for one in cited if one.path in sources]
        if not shown:
            return self._graded(cited, sources, SaidOfEach((), ""), self.id)
        settled = BEARS_OUT.by(self.judges, context, self.params)
        if settled is None:
            return Grade(None, None, NO_JUDGE, (), self.id, "unscored")
        judges, asking, signature = settled
        evidence = {f"evidence {n}": f"source: {path}\n{told}" for n, (path, told) in enumerate(sources.items(), 1)}
        said = await asking.ask(shown, entry, answer, judges, evidence)
        return noted(self._graded(cited, sources, said, f"{self.name}@{signature.hash}"), said, signature, answer)

    def _graded(self, cited: Sequence[Cited], sources: Container[str], said: SaidOfEach | NoVerdict, by: str) -> Grade:
        if isinstance(said, NoVerdict):
            return no_verdict(self.name, said.why, by)
        verdicts = iter(said.yes)
        lacking = [one for one in cited if one.path not in sources or not next(verdicts)]
        share = (len(cited) - len(lacking)) / len(cited)
        enough = round(share, 12) >= self.threshold
        listed = "; ".join(one_line(str(one), 160) for one in lacking)
        told = f"not borne out by its source: {listed}" if lacking else ""
        score = Score(self.name, share, enough, told or f"{len(cited)} of {len(cited)} citations", "judge", by)
        level: Level = "fully_correct" if enough else "partially_correct" if share >= 0.5 else "unsupported"
        notes = "; ".join(part for part in (told, said.why) if part)
        return Grade(level, None if enough else "hallucination", notes, (score,), by)


citation_support = CitationSupport
