"""Choosing the entries of a benchmark that are run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Any

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.spellings import FIELDS
from pytest_llmeval.errors import ConfigurationError

RUN = ("active", "quarantined")
"""Statuses of entries that are run; a quarantined one is run and shown, and what it says gates nothing."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What is run of a benchmark, and what is not."""

    entries: tuple[Entry, ...]
    """In the order of the file."""
    retired: int = 0
    """Entries that ``where`` chose and whose status leaves them out."""


def select(
    entries: Iterable[Entry],
    *,
    where: Mapping[str, Any] | Callable[[Entry], bool] | None = None,
    limit: int | None = None,
    include_status: Collection[str] = RUN,
) -> Selection:
    """Choose entries: those that ``where`` wants, without the retired, at most ``limit``.

    Args:
        entries: The benchmark's, in the order of the file.
        where: Field to wanted value, several meaning any of them (see `Entry.matches`); or a function of an entry.
        limit: The most that are run, at least 1; counted after the rest of the choice.
        include_status: The statuses that are run.

    Raises:
        ConfigurationError: If ``where`` names a field that no entry has, or ``limit`` is less than 1.
    """
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise ConfigurationError(f"limit must be a whole number of at least 1, got {limit!r}")
    known = tuple(entries)
    wanted = known if where is None else tuple(filter(_test(where, known), known))
    live = [entry for entry in wanted if entry.status in include_status]
    return Selection(tuple(islice(live, limit)), len(wanted) - len(live))


def _test(where: Mapping[str, Any] | Callable[[Entry], bool], entries: Sequence[Entry]) -> Callable[[Entry], bool]:
    if not isinstance(where, Mapping):
        return where
    _check_names(where, entries)
    return lambda entry: entry.matches(where)


def _check_names(where: Mapping[str, Any], entries: Sequence[Entry]) -> None:
    known = dict.fromkeys([*FIELDS, *(name for entry in entries for name in entry.metadata)])
    for name in where:
        if name not in known:
            near = get_close_matches(str(name), known, 1)
            hint = f"did you mean {near[0]!r}? Known" if near else "known"
            raise ConfigurationError(f"where names {name!r}, which no entry has; {hint} fields are {', '.join(known)}")
