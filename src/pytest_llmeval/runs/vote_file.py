"""Votes from a file: grades that a person wrote into a table, or another program exported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.grading.judge.rubric import Rubric
from pytest_llmeval.runs.fault_words import faults_of
from pytest_llmeval.runs.given_vote import GivenVote
from pytest_llmeval.runs.graded_trial import GradedTrial
from pytest_llmeval.runs.hand_grading import Vote
from pytest_llmeval.runs.trial_places import trial_ids
from pytest_llmeval.runs.vote_rows import rows_in_file

SHOWN = 20
"""Faults told of a file; further ones are counted."""


@dataclass(frozen=True, slots=True)
class PlacedVote:
    """A vote with the trial it is on."""

    number: int
    """Place of the trial in its log."""
    vote: Vote


def votes_in_file(
    path: Path,
    trials: Sequence[GradedTrial],
    *,
    rater: str,
    timestamp: str,
    rubric: Rubric | None = None,
    needs_notes: bool = False,
    settles: Callable[[GradedTrial], bool] | None = None,
) -> list[PlacedVote]:
    """Read the votes of a file.

    Args:
        path: JSONL or, by its suffix, CSV; columns as the fields of `GivenVote`, grades in full or as ``c p u w``.
        trials: Of the log that was graded.
        rater: Who graded, where a line does not say.
        timestamp: When.
        rubric: What scores come to a grade by; its dimensions may be columns.
        needs_notes: Whether a grade below fully correct needs notes.
        settles: Tells which answers have grades that differ, where the rows are there to settle these.

    Raises:
        RunLogError: With every fault of the file: what is no vote, and what is not on exactly one answer.
    """
    rows = list(rows_in_file(path))
    answers = _Answers.of(trials, by_trial=any("trial" in row for _, row in rows))
    faults: list[str] = []
    found: list[PlacedVote] = []
    for line, row in rows:
        told = _with_scores(row, rubric)
        if "trial" in told and not ("grade" in told or "scores" in told):
            continue  # a row of a sheet that awaits its grade
        try:
            given = GivenVote.model_validate(told).graded(rubric)
            if needs_notes:
                given.check_notes()
            number = answers.meant(given)
            if settles is not None:
                given = _settling(given, settles(trials[number]))
        except ValidationError as error:
            faults.append(f"{path}:{line}: {faults_of(error)}")
        except ValueError as error:
            faults.append(f"{path}:{line}: {error}")
        else:
            found.append(PlacedVote(number, _vote(given, rater, timestamp, rubric)))
    if faults or not found:
        raise RunLogError(
            told_together(faults) if faults else f"{path}: holds no grade; it needs question_id and grade"
        )
    return found


def counting_votes(votes: Iterable[PlacedVote]) -> list[PlacedVote]:
    """Return the last vote of each rater on each answer, a vote that settles others apart from it."""
    kept: dict[tuple[int, str, bool], PlacedVote] = {}
    for one in votes:
        place = (one.number, one.vote.rater, one.vote.adjudication)
        kept.pop(place, None)
        kept[place] = one
    return list(kept.values())


def new_votes(votes: Iterable[PlacedVote], trials: Sequence[GradedTrial]) -> list[PlacedVote]:
    """Return those that count and do not merely repeat what a rater said last of an answer."""
    return [one for one in counting_votes(votes) if not _is_known(one, trials)]


def superseded(rows: int) -> str:
    """Say of how many rows a later one of the same file took the place; nothing of none."""
    return f"; {rows} row{' was' if rows == 1 else 's were'} superseded by a later one" if rows else ""


def told_together(faults: Sequence[str]) -> str:
    """Tell the faults of a file, a line each, as many as one reads."""
    more = [f"and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []
    return "\n".join([*faults[:SHOWN], *more])


@dataclass(frozen=True, slots=True)
class _Answers:
    """The answers of a log, as a file of votes names them."""

    trials: Sequence[GradedTrial]
    by_entry: Mapping[str, Sequence[int]]
    by_trial: Mapping[str, int]
    """Empty where no row names a trial: of a large log it takes long."""

    @classmethod
    def of(cls, trials: Sequence[GradedTrial], *, by_trial: bool) -> _Answers:
        by_entry: defaultdict[str, list[int]] = defaultdict(list)
        for number, trial in enumerate(trials):
            by_entry[trial.record.question_id].append(number)
        names = trial_ids(trial.record for trial in trials) if by_trial else ()
        return cls(trials, dict(by_entry), {name: number for number, name in enumerate(names)})

    def meant(self, given: GivenVote) -> int:
        """Return the place of the answer that a row is about.

        Raises:
            ValueError: Where it is about none, or it does not say which.
        """
        if given.trial is not None:
            return self._trial(given.trial, given.question_id)
        named = [number for number in self.by_entry.get(given.question_id, ()) if given.is_of(self.trials[number])]
        fits = [number for number in named if self.trials[number].record.answer is not None]
        if len(fits) == 1:
            return fits[0]
        if named and not fits:
            raise ValueError(f"{given.question_id!r} has no answer in the log that could be graded; leave this row out")
        if not fits:
            raise ValueError(
                f"the log has no answer to {given.question_id!r} that fits; see its question_id, model, sample"
            )
        raise ValueError(f"{given.question_id!r} has {len(fits)} answers in the log; say which with model and sample")

    def _trial(self, name: str, entry: str) -> int:
        number = self.by_trial.get(name)
        if number is None:
            way_out = "an answer that came anew needs a new row: leave this one out, and --export again"
            raise ValueError(f"the log has no trial {name!r} of {entry!r}; is the sheet of this run? {way_out}")
        # A spreadsheet may have made 1 of 001; but an id of another entry tells that the columns have come apart.
        there = self.trials[number].record.question_id
        if entry != there and entry in self.by_entry:
            raise ValueError(f"trial {name!r} is of {there!r}, not of {entry!r}; were the columns sorted apart?")
        return number


def _with_scores(told: Mapping[str, Any], rubric: Rubric | None) -> dict[str, Any]:
    """Take the columns that are named like a dimension for its scores."""
    names = {one.name for one in rubric.dimensions} if rubric is not None and "scores" not in told else set()
    columns = {name: told[name] for name in names if name in told}
    rest = {name: value for name, value in told.items() if name not in columns}
    return {**rest, "scores": columns} if columns else rest


def _settling(given: GivenVote, differ: bool) -> GivenVote:
    if not differ:
        raise ValueError(f"nobody differs on {given.question_id or given.trial!r}, so there is nothing to settle")
    return given.model_copy(update={"adjudication": True})


def _vote(given: GivenVote, rater: str, timestamp: str, rubric: Rubric | None) -> Vote:
    if given.grade is None:
        raise ValueError("a vote has its grade by now")
    return Vote(
        scores=given.scores,
        rubric_hash=rubric.hash if rubric is not None and given.scores else None,
        rater=given.rater or rater,
        grade=given.grade,
        failure_label=given.failure_label,
        error_mode=given.error_mode,
        notes=given.notes,
        timestamp=timestamp,
        adjudication=given.adjudication,
    )


def _is_known(one: PlacedVote, trials: Sequence[GradedTrial]) -> bool:
    given = trials[one.number].votes
    own = (vote for vote in given if (vote.rater, vote.adjudication) == (one.vote.rater, one.vote.adjudication))
    last = next(reversed([*own]), None)
    return last is not None and last.says_the_same_as(one.vote)
