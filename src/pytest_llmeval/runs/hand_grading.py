"""Votes: what people said of an answer, kept on its record beside what was said before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from pytest_llmeval.grading.grade import ErrorMode, FailureLabel, Level
from pytest_llmeval.runs.fault_words import faults_of
from pytest_llmeval.runs.line import LineFault
from pytest_llmeval.runs.record import Record

VOTES = "grades_by_hand"
"""The key of a record under which every vote is kept, in the order they were given."""
BEFORE = "graded_before"
"""The key under which lies what the votes replaced: the machine's grade, or that of another program."""
BY_HAND = "human:"
"""How the grader id of a vote begins; the rater's name follows."""

_REPLACED = ("grade", "failure_label", "error_mode", "grading_notes", "grader", "outcome")
_SAID_NOTHING = frozenset({"error", "unscored", "skipped"})


class Vote(BaseModel):
    """One person's grade of one answer."""

    model_config = ConfigDict(frozen=True, extra="allow")

    rater: str
    """Who."""
    grade: Level
    failure_label: FailureLabel | None = None
    error_mode: ErrorMode | None = None
    """In what way the answer is wrong; a rater may leave it out."""
    notes: str | None = None
    timestamp: str
    """When, ISO 8601 in UTC."""
    scores: Mapping[str, int] = {}
    """By a rubric with dimensions: the number given in each; the grade follows from them."""
    rubric_hash: str | None = None
    """Identifies that rubric."""
    adjudication: bool = False
    """Whether it was given in sight of the other votes, to settle them: it decides, and is no independent judgement."""

    def says_the_same_as(self, other: Vote) -> bool:
        """Tell whether two votes differ at most in when they were given."""
        return self.model_copy(update={"timestamp": other.timestamp}) == other


_MANY_VOTES = TypeAdapter(tuple[Vote, ...])


def votes_of(record: Record) -> tuple[Vote, ...]:
    """Return every vote on a record, the oldest first.

    Raises:
        LineFault: Where the record's list of votes is no such list.
    """
    try:
        return _MANY_VOTES.validate_python((record.model_extra or {}).get(VOTES) or ())
    except ValidationError as error:
        raise LineFault(f"{VOTES}: {faults_of(error)}") from None


def deciding_vote(votes: Iterable[Vote]) -> Vote | None:
    """Return the vote that counts: the last one given to settle the others, else the last of all."""
    given = tuple(votes)
    settling = [vote for vote in given if vote.adjudication]
    return (settling or given or (None,))[-1]


def latest_by_rater(votes: Iterable[Vote]) -> dict[str, Vote]:
    """Return what each rater came to independently: the last vote of each, those given to settle others left out."""
    return {vote.rater: vote for vote in votes if not vote.adjudication}


def graded_line(line: Mapping[str, Any], votes: Iterable[Vote]) -> dict[str, Any]:
    """Set the votes of a record, and its plain grade, label and notes from the one that decides.

    Nothing else of the line changes. What the plain fields said before any vote is kept under `BEFORE`, and comes back
    where the last vote is taken away. A trial that a grader could not score is scored once a person did it.

    Args:
        line: A record as JSON has it, graded by hand before or not.
        votes: All of them, the oldest first; they replace those of the line.
    """
    given = tuple(votes)
    before = line[BEFORE] if BEFORE in line else {name: line[name] for name in _REPLACED if name in line}
    told = {name: value for name, value in line.items() if name not in (VOTES, BEFORE)}
    for name in _REPLACED:
        if name in before:
            told[name] = before[name]
        else:
            told.pop(name, None)
    vote = deciding_vote(given)
    if vote is None:
        return told
    told |= {"grade": vote.grade, "failure_label": vote.failure_label, "grading_notes": vote.notes}
    told |= {"grader": f"{BY_HAND}{vote.rater}"}
    if vote.error_mode is not None or "error_mode" in told:  # a log of another program need not have the field
        told["error_mode"] = vote.error_mode
    if told.get("outcome") in _SAID_NOTHING:
        told["outcome"] = None
    return {**told, BEFORE: before, VOTES: [_as_json(vote) for vote in given]}


def _as_json(vote: Vote) -> dict[str, Any]:
    left_out = {"scores", "rubric_hash"} if not vote.scores else set()
    return vote.model_dump(exclude=left_out | ({"error_mode"} if vote.error_mode is None else set()))
