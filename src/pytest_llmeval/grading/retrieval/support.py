"""What graders share that have judges say, item by item, whether sources bear an answer out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, ClassVar

from pytest_llmeval.grading.grade import Grade, Level, Score
from pytest_llmeval.grading.judge.port import Judge
from pytest_llmeval.grading.rule_grader import check_share
from pytest_llmeval.safe_text import one_line

MOST_CHARACTERS = 100_000
"""Of all sources shown to a judge together, about four to a token."""


@dataclass(frozen=True, slots=True)
class SupportGrader:
    """A grader by the share of items that are borne out.

    Args:
        threshold: Which share must be.
        params: Sampling parameters of the judges; the temperature is 0 where none is given.
        judges: Who judges; by default the judges of the run (``--llm-judge-model``).
    """

    name: ClassVar[str]
    noun: ClassVar[str]
    """What the items are, in the plural."""
    lacks: ClassVar[str]
    """Stands before those that are not borne out."""
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

    def by_share(
        self, lacking: Sequence[str], whole: int, why: str, signed: str, unread: str = "", **about: Any
    ) -> Grade:
        """Make the grade.

        Args:
            lacking: The items that are not borne out.
            whole: How many items there are, at least 1.
            why: What the judge said.
            signed: The id of the grade.
            unread: What could not be read.
            about: Metadata of the grade.
        """
        share = (whole - len(lacking)) / whole
        enough = round(share, 12) >= self.threshold
        listed = f"{self.lacks}: {'; '.join(one_line(one, 160) for one in lacking)}" if lacking else ""
        found = "; ".join(part for part in (listed, unread) if part)
        score = Score(self.name, share, enough, found or f"{whole} of {whole} {self.noun}", "judge", signed)
        level: Level = "fully_correct" if enough else "partially_correct" if share >= 0.5 else "unsupported"
        notes = "; ".join(part for part in (found, why) if part)
        return Grade(level, None if enough else "hallucination", notes, (score,), signed, metadata=about)


def as_sections(sources: Mapping[str, str]) -> dict[str, str]:
    """Return the sections that show sources to a judge: ``evidence 1``, with the path on its first line."""
    return {f"evidence {n}": f"source: {path}\n{text}" for n, (path, text) in enumerate(sources.items(), 1)}
