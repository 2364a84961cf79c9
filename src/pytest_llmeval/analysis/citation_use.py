"""How a model cited over a run, as the grader `citations` counted it."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.runs.record import Record

CITES = "cites"
"""The score whose detail begins with how many citations there are."""
REAL = "citations_real"


def citations_of(record: Record) -> int | None:
    """Return how many citations a trial's answer has; None where nobody counted them."""
    for score in record.scores:
        if score.name == CITES and (number := score.detail.partition(" ")[0]).isdecimal():
            return int(number)
    return None


@dataclass(slots=True)
class CitationUse:
    """Fed record by record; those that say nothing about the model are the feeder's to leave out."""

    answers: int = 0
    """Those whose citations were counted."""
    citing: int = 0
    citations: int = 0

    def add(self, record: Record) -> None:
        """Take in one more record."""
        found = citations_of(record)
        if found is not None:
            self.answers += 1
            self.citing += found > 0
            self.citations += found

    @property
    def rate(self) -> Proportion:
        """Return the answers that cite anything."""
        return Proportion(self.citing, self.answers)

    @property
    def per_answer(self) -> float | None:
        """Return how many citations an answer has; None without answers."""
        return self.citations / self.answers if self.answers else None
