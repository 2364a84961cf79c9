"""Votes from another copy of a run, which somebody else graded, brought into one log."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.asked_again import has_same_answer, is_graded_by_hand
from pytest_llmeval.runs.graded_trial import GradedTrial, read_trials
from pytest_llmeval.runs.hand_grading import Vote
from pytest_llmeval.runs.reading import Fault, numbered_lines
from pytest_llmeval.runs.trial_places import common_places, placed
from pytest_llmeval.runs.vote_file import PlacedVote, new_votes


@dataclass(frozen=True, slots=True)
class VotesOfLog:
    """What another copy adds."""

    new: tuple[PlacedVote, ...]
    elsewhere: int
    """Votes on answers that this copy does not have, or no more since their trials were asked again."""


def is_run_log(path: Path) -> bool:
    """Tell whether a file is a run log, not a list of grades: by its first line, which names a run and its harness.

    Raises:
        RunLogError: Where it cannot be read.
    """
    if path.suffix not in (".jsonl", ".gz"):
        return False
    for _, line, _ in numbered_lines(path):
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            return False
        return isinstance(told, dict) and {"run_id", "harness_version"} <= told.keys()
    return False


def votes_of_log(
    path: Path,
    trials: Sequence[GradedTrial],
    *,
    rater: str | None,
    timestamp: str,
    on_torn: Callable[[Fault], None] | None = None,
) -> VotesOfLog:
    """Read the votes of a graded copy that the trials of another do not have yet.

    They keep their raters and times. Only a copy without any vote, as a script leaves it that was graded in its
    ``grade`` field, gives its plain grades.

    Args:
        path: The copy.
        trials: Of the log to bring them into.
        rater: Whose votes to take, all by default; of a copy without votes, whose its grades are.
        timestamp: When, for such grades.
        on_torn: Is told of a last line that was cut off.

    Raises:
        RunLogError: Where it is of another run, has other answers alone, or none of these votes.
    """
    common = _placed_in(path, list(read_trials(path, on_torn=on_torn)), trials)
    raters = dict.fromkeys(vote.rater for _, copy in common for vote in copy.votes)
    if not raters:
        return _plain(path, common, trials, rater, timestamp)
    if rater is not None and rater not in raters:
        told = ", ".join(map(repr, raters))
        raise RunLogError(f"{path}: nobody named {rater!r} graded in it; there are {told}: leave --rater out")
    found = [(number, vote) for number, copy in common for vote in copy.votes if rater in (None, vote.rater)]
    new = (PlacedVote(number, vote) for number, vote in found if number is not None)
    return VotesOfLog(
        tuple(one for one in new if one.vote not in trials[one.number].votes),
        sum(number is None for number, _ in found),
    )


_Placed: TypeAlias = tuple[int | None, GradedTrial]
"""A trial of the copy with its place in the log; None where that lacks it, or has another answer."""


def _placed_in(path: Path, copies: Sequence[GradedTrial], trials: Sequence[GradedTrial]) -> list[_Placed]:
    ours = [place for place, _ in placed(trial.record for trial in trials)]
    theirs = [place for place, _ in placed(copy.record for copy in copies)]
    here, there = common_places(ours, theirs)
    numbers = {place: number for number, place in enumerate(here)}
    found = [(numbers.get(place), copy) for copy, place in zip(copies, there, strict=True)]
    if all(number is None for number, _ in found):
        raise RunLogError(f"{path}: has no trial in common with the run; name a copy of it")
    same = [(_with_same_answer(number, copy, trials), copy) for number, copy in found]
    graded = [
        one
        for one, (number, copy) in enumerate(found)
        if number is not None and is_graded_by_hand(copy.record, copy.votes)
    ]
    if graded and all(same[one][0] is None for one in graded):
        name = copies[graded[0]].record.question_id
        raise RunLogError(f"{path}: has another answer to {name!r}; name a copy of the run")
    return same


def _with_same_answer(number: int | None, copy: GradedTrial, trials: Sequence[GradedTrial]) -> int | None:
    return number if number is not None and has_same_answer(copy.record, trials[number].record) else None


def _plain(
    path: Path,
    common: Sequence[_Placed],
    trials: Sequence[GradedTrial],
    rater: str | None,
    timestamp: str,
) -> VotesOfLog:
    """Take the plain grades, but for those that have a grader, for these are a machine's."""
    graded = [(number, one.record) for number, one in common if one.record.grade and one.record.grader is None]
    if not graded:
        raise RunLogError(f"{path}: holds no grade that a person gave")
    if rater is None:
        raise RunLogError(f"{path}: does not say who graded in it; add --rater NAME")
    found = [
        PlacedVote(
            number,
            Vote(
                rater=rater,
                grade=record.grade,
                failure_label=record.failure_label,
                error_mode=record.error_mode,
                notes=record.grading_notes,
                timestamp=timestamp,
            ),
        )
        for number, record in graded
        if number is not None and record.grade is not None
    ]
    return VotesOfLog(tuple(new_votes(found, trials)), len(graded) - len(found))
