"""A failure sent once more, outside the code that made it: whether it is the model's, or that of what surrounds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.grading.grade import Grade, Level
from pytest_llmeval.models.answer import Call
from pytest_llmeval.models.request import Request
from pytest_llmeval.runs.record import Record

Fault = Literal["model", "construction", "other_model", "chance", "none", "unknown"]
"""Whose a failure is.

``model``: the request fails again, every time. ``construction``: it passes outside the code that made it, every time,
or the recorded reply itself passes, so that only what was made of it failed. ``other_model``: it passes when another
model is asked. ``chance``: it passes sometimes. ``none``: nothing failed. ``unknown``: nothing could be graded.
"""


@dataclass(frozen=True, slots=True)
class Try:
    """One time the request was sent: in the run, or again."""

    call: Call | None
    """None where there was no reply."""
    grade: Grade | None = None
    """None where nothing could grade it."""
    error: str = ""
    """Why there is no reply, or no grade."""

    def passed(self, at_least: Level) -> bool | None:
        """Tell whether it is good enough; None where that is not known."""
        return None if self.grade is None else self.grade.reaches(at_least)


@dataclass(frozen=True, slots=True)
class Replay:
    """A record's call, and what became of it when it was sent again."""

    record: Record
    number: int
    """Which of the record's calls of the model under test, from 1."""
    of_calls: int
    """How many there are."""
    request: Request
    """What was sent."""
    deviations: tuple[str, ...]
    """In what it is not, bit by bit, what the run sent; empty where it is."""
    before: Try
    """The recorded reply, graded in the same way."""
    tries: tuple[Try, ...]
    at_least: Level
    """From which level on a reply passes."""

    @property
    def asks_another(self) -> bool:
        """Tell whether another model was asked than in the run."""
        return str(self.request.model) != f"{self.record.provider}:{self.record.model}"

    @property
    def passed(self) -> Proportion:
        """How many of the tries that could be graded passed."""
        said = [one for one in (this.passed(self.at_least) for this in self.tries) if one is not None]
        return Proportion(sum(said), len(said))

    @property
    def fault(self) -> Fault:
        """Whose the failure is."""
        before, share = self.before.passed(self.at_least), self.passed
        if before is None or not share.n:
            return "unknown"
        if before and failed(self.record):
            return "construction"
        if share.count == share.n:
            return "none" if before else "other_model" if self.asks_another else "construction"
        return "chance" if share.count or (before and not self.asks_another) else "model"


def failed(record: Record) -> bool:
    """Tell whether a trial failed by what was answered, and not for want of an answer or of a verdict."""
    if record.outcome in ("error", "unscored", "skipped"):
        return False
    return record.outcome not in ("passed", None) or record.grade not in ("fully_correct", None)


def one_of(records: Sequence[Record]) -> Record:
    """Choose among trials: the first that failed, else the first."""
    return next((one for one in records if failed(one)), records[0])
