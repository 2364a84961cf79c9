"""Ratings from two logs of one run, which two people graded apart."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_llmeval.analysis.people.ratings import (
    ORDERS,
    Rated,
    RatedField,
    Ratings,
    beside,
    rated,
    votes_on,
    word_of,
    word_said,
)
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.fingerprint import fingerprint
from pytest_llmeval.runs.hand_grading import Vote, latest_by_rater
from pytest_llmeval.runs.reading import Fault, iter_records
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.trial_places import Place, as_written, common_places, placed

_TWO_GRADINGS = "name two gradings of one run"


@dataclass(frozen=True, slots=True)
class _Told:
    """What one log holds of a trial; no more is kept, for records hold whole conversations."""

    blank: Rated
    answer: str
    votes: tuple[Vote, ...]
    plain: str | None
    """What the record's own grade says; the machine's or an adjudicator's where there are votes."""


@dataclass(frozen=True, slots=True)
class _Log:
    name: str
    """The rater whose grades are the plain ones, where nobody voted."""
    trials: Mapping[Place, _Told]
    raters: tuple[str, ...]
    """Who graded in it, those left out who only settled what others differed on."""
    is_plain: bool
    """Whether nobody voted, so that the grades in it are all there is of its rater."""

    def grades(self, told: _Told) -> bool:
        """Tell whether a person graded a trial of it; what none did may have been asked again since."""
        return bool(told.votes) or (self.is_plain and told.plain is not None)


def ratings_of_two(
    first: Path, second: Path, field: RatedField, *, on_fault: Callable[[Fault], None] | None = None
) -> Ratings:
    """Read what two logs of one run say of the same answers, as if all votes stood in one.

    Raters are the people who voted in either. The plain grades count only in a log without any vote, as a script leaves
    it that was graded in its ``grade`` field; the log is then the rater. One person who graded both is compared with
    themselves, and the logs are the raters.

    Args:
        first: One log.
        second: The other.
        field: What of their grades to compare.
        on_fault: Is told of lines that are no records, as `iter_records` does.

    Raises:
        RunLogError: Where they have no trial in common, or not the same answers, or fewer than two raters.
    """
    names = _names(first, second)
    logs = [_log(path, name, field, on_fault) for path, name in zip((first, second), names, strict=True)]
    both = _in_both(logs[0], logs[1], first, second)
    raters = tuple(dict.fromkeys(rater for log in logs for rater in log.raters))
    said = _by_rater
    if len(raters) == 1 and all(log.raters for log in logs):
        raters, said = names, _by_log
    if len(raters) < 2:
        raise RunLogError(f"{second}: with {first} it holds the grades of fewer than two raters; {_TWO_GRADINGS}")
    return Ratings(raters, tuple(_with(pair[0].blank, said(pair, logs, field)) for pair in both), field)


def _names(first: Path, second: Path) -> tuple[str, str]:
    if os.path.realpath(first) == os.path.realpath(second):
        raise RunLogError(f"{second}: is the same file; name it once to compare the raters in it")
    return (first.stem, second.stem) if first.stem != second.stem else (str(first), str(second))


def _log(path: Path, name: str, field: RatedField, on_fault: Callable[[Fault], None] | None) -> _Log:
    found = placed(iter_records(path, on_fault=on_fault))
    trials = {place: _told(record, path, field) for place, record in found}
    is_plain = not any(told.votes for told in trials.values())
    people = tuple(dict.fromkeys(rater for told in trials.values() for rater in latest_by_rater(told.votes)))
    return _Log(name, trials, (name,) if is_plain else people, is_plain)


def _in_both(one: _Log, other: _Log, first: Path, second: Path) -> list[tuple[_Told, _Told]]:
    ours, theirs = common_places(list(one.trials), list(other.trials))
    others = dict(zip(theirs, other.trials.values(), strict=True))
    both = [(told, others[place]) for place, told in zip(ours, one.trials.values(), strict=True) if place in others]
    same = []
    for here, there in both:
        if here.answer == there.answer:
            same.append((here, there))
        elif one.grades(here) and other.grades(there):
            name = here.blank.question_id
            raise RunLogError(f"{second}: has another answer to {name!r} than {first}; {_TWO_GRADINGS}")
    if not same:
        raise RunLogError(f"{second}: has no trial in common with {first}; {_TWO_GRADINGS}")
    return same


def _told(record: Record, path: Path, field: RatedField) -> _Told:
    plain = word_said(record.grade, getattr(record, beside(field)), field) if field in ORDERS else None
    return _Told(rated(record, {}), fingerprint(as_written(record.answer)), votes_on(record, path), plain)


def _by_rater(pair: tuple[_Told, _Told], logs: Iterable[_Log], field: RatedField) -> dict[str, str | None]:
    # In the order they were given, for what a person said last counts, wherever it stands.
    votes = sorted((vote for told in pair for vote in told.votes), key=lambda vote: vote.timestamp)
    said = {rater: word_of(vote, field) for rater, vote in latest_by_rater(votes).items()}
    return said | {log.name: told.plain for log, told in zip(logs, pair, strict=True) if log.is_plain}


def _by_log(pair: tuple[_Told, _Told], logs: Iterable[_Log], field: RatedField) -> dict[str, str | None]:
    last = {log.name: [*latest_by_rater(told.votes).values()][-1:] for log, told in zip(logs, pair, strict=True)}
    return {name: word_of(vote, field) for name, votes in last.items() for vote in votes}


def _with(blank: Rated, said: Mapping[str, str | None]) -> Rated:
    return replace(blank, said={rater: word for rater, word in said.items() if word is not None})
