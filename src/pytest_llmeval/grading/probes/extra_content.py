"""Extra content: how much of a reply is beyond what was asked, as a judge sees it sentence by sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.grading.grade import Grade, Level, Score
from pytest_llmeval.grading.judge.blinding import blinded
from pytest_llmeval.grading.judge.item_grading import graded_by_items
from pytest_llmeval.grading.judge.one_by_one import OneByOne, SaidOfEach
from pytest_llmeval.grading.judge.port import Judge
from pytest_llmeval.grading.probes.prose import pieces, words
from pytest_llmeval.grading.rule_grader import check_share
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.safe_text import one_line

MOST_PIECES = 100
"""A judge is asked about; of a longer reply several sentences are one piece."""
ASKED_FOR = OneByOne(
    "piece",
    "Is piece {n} called for by the question?",
    yes="it answers the question, or is needed to understand or to trust what answers it",
    no="it could be left out, and the question were answered as well: preamble, repetition, asides, unasked advice",
    guidance=(
        "The section pieces lists the answer cut into pieces, numbered. Judge only whether what a piece says was asked "
        "for, not whether it is true. Steps that lead to a result are called for where the question asks for reasons, "
        "or the result cannot be trusted without them; so is a warning without which the answer would do harm. A "
        "sentence that says again what was said before is not. Name in the rationale the pieces that are not."
    ),
)


@dataclass(frozen=True, slots=True)
class ExtraContent:
    """Little of the reply is beyond what was asked; a judge says of each sentence whether the question calls for it.

    The score ``asked_for`` is the share of the reply's words in pieces that are called for; ``no_extra_content`` tells
    whether the rest is within the limit. Without a judge's verdict on each piece the reply is unscored.

    Args:
        limit: The share of the words that may be beyond what was asked.
        params: Sampling parameters of the judges; the temperature is 0 where none is given.
        judges: Who judges; by default the judges of the run (``--llm-judge-model``).
    """

    name: ClassVar[str] = "extra_content"
    runs_inline: ClassVar[bool] = True
    """It is a coroutine."""

    _: KW_ONLY
    limit: float = 0.25
    params: Mapping[str, Any] = field(default_factory=dict)
    judges: Sequence[Judge] = ()

    def __post_init__(self) -> None:
        check_share(self.name, maker="probes", limit=self.limit)

    @property
    def id(self) -> str:
        """Return the name, with the limit where it is not the default."""
        return self.name if self.limit == 0.25 else f"{self.name}(limit={self.limit:g})"

    async def __call__(self, entry: Entry, answer: Answer) -> Grade:
        """Ask about each piece.

        Raises:
            FatalProviderError: Where a judge can never be asked.
        """
        found = pieces(blinded(answer, [entry.question]), MOST_PIECES)

        def follows(said: SaidOfEach, signed: str) -> Grade:
            return self._graded(found, said, signed)

        if not found:
            return follows(SaidOfEach((), ""), self.id)
        return await graded_by_items(self, ASKED_FOR, found, entry, answer, follows, score="asked_for", signed=self.id)

    def _graded(self, found: Sequence[str], said: SaidOfEach, signed: str) -> Grade:
        extra = [piece for piece, needed in zip(found, said.yes, strict=True) if not needed]
        beyond, all_words = sum(map(words, extra)), sum(map(words, found))
        share = beyond / all_words if all_words else 0.0
        within = share <= self.limit + 1e-12  # rounding must not fail 2 of 3 held against 2/3
        detail = f"{beyond} of {all_words} words beyond what was asked"
        told = f"{detail}: {'; '.join(one_line(piece, 160) for piece in extra)}" if extra else ""
        level: Level = "fully_correct" if within else "wrong"
        scores = (
            Score("asked_for", 1 - share, None, detail, "judge", signed),
            Score("no_extra_content", float(within), within, detail, "judge", signed),
        )
        notes = "; ".join(part for part in (told, said.why) if part)
        return Grade(level, None, notes, scores, signed, metadata={"extra": extra})


extra_content = ExtraContent
