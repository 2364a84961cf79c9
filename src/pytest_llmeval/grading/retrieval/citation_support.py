"""A grader that asks a judge about every citation, whether the very source it names bears its sentence out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.grading.context import context_of
from pytest_llmeval.grading.evidence import clean_path
from pytest_llmeval.grading.grade import Grade, Score
from pytest_llmeval.grading.judge.blinding import blinded
from pytest_llmeval.grading.judge.item_grading import graded_by_items
from pytest_llmeval.grading.judge.one_by_one import OneByOne, SaidOfEach
from pytest_llmeval.grading.retrieval.claims import claims_in
from pytest_llmeval.grading.retrieval.evidence_text import evidence_text
from pytest_llmeval.grading.retrieval.support import MOST_CHARACTERS, SupportGrader, as_sections
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.models.citations import cited_files

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
class CitationSupport(SupportGrader):
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
    noun: ClassVar[str] = "citations"
    lacks: ClassVar[str] = "not borne out by its source"

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
        shown = [str(one) for one in cited if one.path in sources]

        def follows(said: SaidOfEach, signed: str) -> Grade:
            verdicts = iter(said.yes)
            lacking = [str(one) for one in cited if one.path not in sources or not next(verdicts)]
            return self.by_share(lacking, len(cited), said.why, signed)

        if not cited:
            notes = "no sentence of the answer cites a file"
            return Grade("unsupported", "missing_evidence", notes, (Score(self.name, None, None, notes),), self.id)
        if not shown:
            return follows(SaidOfEach((), ""), self.id)
        return await graded_by_items(self, BEARS_OUT, shown, entry, answer, follows, material=as_sections(sources))


citation_support = CitationSupport
