"""Trials that were asked again after people had begun to grade their run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_llmeval.runs.hand_grading import Vote
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.trial_places import as_written
from pytest_llmeval.safe_text import one_line

_NAMED = 3
"""Entries named of many."""


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """Answers that somebody had graded before their trials got others."""

    path: Path
    """The graded log."""
    entries: tuple[str, ...]
    """What these answer; one entry may be asked by several evals."""
    set_aside: bool
    """Whether they gave way to the new ones; a log that names no test items cannot tell two tries from two trials."""

    def __str__(self) -> str:
        entries = list(dict.fromkeys(self.entries))
        named = ", ".join(repr(one_line(one)) for one in entries[:_NAMED])
        more = f" and {len(entries) - _NAMED:,} more" if len(entries) > _NAMED else ""
        said = f"{self.path}: the run has other answers now to {named}{more} than were graded"
        if self.set_aside:
            return f"{said}; these stay in the file with their grades as earlier tries, and the new ones await theirs"
        return f"{said}; these stay with their grades, and --output FILE grades the new ones apart"


def is_another_try(one: Record, other: Record) -> bool:
    """Tell whether two records of a trial are of two tries; whatever else a program wrote into a copy is no matter."""
    return one.timestamp != other.timestamp or not has_same_answer(one, other)


def has_same_answer(one: Record, other: Record) -> bool:
    """Tell whether the answer is the same, as far as a file can hold it."""
    return as_written(one.answer) == as_written(other.answer)


def is_graded_by_hand(record: Record, votes: Sequence[Vote]) -> bool:
    """Tell whether a person graded a trial: by votes, or by a script in its plain fields, where no grader is named."""
    return bool(votes) or (record.grade is not None and record.grader is None)
