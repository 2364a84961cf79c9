"""What a trial is found by again: in another copy of its run, and on a sheet that somebody fills in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from pytest_llmeval.fingerprint import fingerprint
from pytest_llmeval.runs.record import Record

Place: TypeAlias = tuple[str, str | None, str, str | None, str | None, int, int]
"""Run, test item, entry, provider, model, sample, and the how manieth record of these."""


def placed(records: Iterable[Record]) -> Iterator[tuple[Place, Record]]:
    """Yield each record with its place.

    Only records without a test item, as plain scripts write them, depend on their order in the log: a trial that is run
    again moves to the end of its log.
    """
    seen: Counter[tuple[str, str | None, str, str | None, str | None, int]] = Counter()
    for record in records:
        place = (record.run_id, record.nodeid, record.question_id, record.provider, record.model, record.sample)
        seen[place] += 1
        yield (*place, seen[place]), record


def names_items(places: Iterable[Place]) -> bool:
    """Tell whether there is any test item in these places; a program that copied the log may have left them out."""
    return any(item for _, item, *_ in places)


def without_items(places: Iterable[Place]) -> Iterator[Place]:
    """Yield places, in the order of their log, as they are where the log names no test item."""
    seen: Counter[tuple[str, str, str | None, str | None, int]] = Counter()
    for run, _, entry, provider, model, sample, _ in places:
        place = (run, entry, provider, model, sample)
        seen[place] += 1
        yield run, None, entry, provider, model, sample, seen[place]


def common_places(one: Sequence[Place], other: Sequence[Place]) -> tuple[list[Place], list[Place]]:
    """Return the places of two copies of a run so that equal ones are of one trial, whatever one of them leaves out."""
    if names_items(one) and names_items(other):
        return [*one], [*other]
    return [*without_items(one)], [*without_items(other)]


def trial_ids(records: Iterable[Record]) -> list[str]:
    """Return a short name for each trial that tells nothing of the model; another answer gives it another name.

    It is the same whenever the same log is read, and begins with a letter: of digits alone, or of ``9e12``, a
    spreadsheet would make a number.
    """
    return [f"t{fingerprint([*place, as_written(record.answer)])[:12]}" for place, record in placed(records)]


def as_written(answer: str | None) -> str | None:
    r"""Return an answer as it is once its record was written again: half a surrogate pair has no bytes.

    Example:
        >>> as_written("a\ud800"), as_written(None)
        ('a?', None)
    """
    return None if answer is None else answer.encode("utf-8", "replace").decode()
