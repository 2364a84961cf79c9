"""A grader of omissions: which of the points a right answer makes does this one make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.grading.grade import Grade, Kind
from pytest_llmeval.grading.rule_grader import RuleGrader, check_share
from pytest_llmeval.grading.wording import says, words_of
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.safe_text import one_line

RECALL = "point_recall"
"""The score for the share of the points that are made."""


@dataclass(frozen=True, slots=True)
class KeyPoints(RuleGrader):
    """The answer makes the points a right answer makes.

    A point is made where one of its accepted wordings stands in the answer, word by word; case, punctuation and
    markdown make no difference. All points: fully correct. A share of at least ``partial``: partially correct. Fewer:
    wrong. The score is the recall, and the notes list what was left out. That a wording is there does not prove that
    the answer affirms it, so the score is a heuristic.

    Args:
        points: The points, each a text or the list of its accepted wordings; by default the entry's ``criteria``.
        partial: The share of points from which the answer is partially correct.
    """

    name: ClassVar[str] = "key_points"
    kind: ClassVar[Kind] = "heuristic"

    points: Sequence[str | Sequence[str]] = ()
    _: KW_ONLY
    partial: float = 0.5

    def __post_init__(self) -> None:
        check_share(self.name, partial=self.partial)
        object.__setattr__(self, "points", (self.points,) if isinstance(self.points, str) else tuple(self.points))

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Look each point up."""
        points = [_wordings(point) for point in self.needed(self.points, entry, "criteria", "points")]
        text = words_of(answer.text)
        omitted = [point[0] for point in points if not any(says(text, wording) for wording in point)]
        notes = f"left out: {'; '.join(one_line(point) for point in omitted)}" if omitted else ""
        return self.shared(len(points) - len(omitted), len(points), notes, least=self.partial, name=RECALL)


def _wordings(point: str | Sequence[str]) -> tuple[str, ...]:
    return (point,) if isinstance(point, str) else tuple(point)


key_points = KeyPoints
