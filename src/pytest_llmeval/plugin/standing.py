"""The standing of an entry: whether it must pass whatever the rest does, is a known failure, or stands in a corpus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, get_args

import pytest

from pytest_llmeval.benchmark.checking.contamination_file import Checked, Contamination
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.safe_text import named

GUARDS = ("must_pass", "fingerprint", "canary")
"""Marks and tags of zero tolerance; ``must_pass`` is an entry's field as well."""
QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Standing:
    """How an entry stands in a run."""

    guard: str | None = None
    """Which of the guards wants it to pass."""
    quarantined_until: date | None = None
    """The last day of its quarantine, where it is in force."""
    reason: str = ""
    """Why it is in quarantine."""
    expired: date | None = None
    """The last day of a quarantine that is over."""
    endless: bool = False
    """Whether it is in quarantine without a last day, and so in none."""
    checked: Checked | None = None
    """What the last check for contamination found; None where nobody has checked the benchmark."""

    @property
    def contamination(self) -> Contamination | None:
        """Return what is known of the entry as it is now."""
        return None if self.checked == "changed" else self.checked

    @property
    def guarded(self) -> bool:
        """Tell whether it must pass; a known failure need not."""
        return self.guard is not None and self.quarantined_until is None


ORDINARY = Standing()
_ORDINARY: Mapping[Checked | None, Standing] = MappingProxyType(
    {None: ORDINARY, **{checked: Standing(checked=checked) for checked in get_args(Checked)}}
)
"""Of a hundred thousand entries most share one of these."""


def ordinary(checked: Checked | None) -> Standing:
    """Return the standing of an entry of which no more is known than what a check for contamination found."""
    return _ORDINARY[checked]


_YES, _NO = ("true", "yes", "1", "on"), ("", "false", "no", "0", "off")


def today() -> date:
    """Return the date that quarantines are held against."""
    return datetime.now(UTC).date()


def standing_of(entry: Entry, marks: Iterable[pytest.Mark], on: date, checked: Checked | None = None) -> Standing:
    """Tell how an entry stands.

    Args:
        entry: Its fields ``must_pass``, ``tags``, ``status`` and ``expires`` are looked at.
        marks: Of the test function; ``quarantine(until, reason)`` among them.
        on: The day of the run.
        checked: What the last check for contamination found.

    Raises:
        ConfigurationError: For a date that cannot be read.
    """
    known = tuple(marks)
    guard = _guard(entry, known)
    quarantines = [*_of_marks(known), *_of_entry(entry)]
    if not quarantines:
        return Standing(guard, checked=checked) if guard else ordinary(checked)
    until, reason = max(quarantines, key=lambda one: one[0] or date.min)
    if until is None:
        return Standing(guard, endless=True, checked=checked)
    if on <= until:
        return Standing(guard, until, reason, checked=checked)
    return Standing(guard, expired=until, checked=checked)


def _guard(entry: Entry, marks: Sequence[pytest.Mark]) -> str | None:
    if _says_yes(entry, "must_pass"):
        return GUARDS[0]
    names = {entry.category, *entry.tags, *[mark.name for mark in marks]}
    return None if names.isdisjoint(GUARDS) else next(guard for guard in GUARDS if guard in names)


def _says_yes(entry: Entry, field: str) -> bool:
    """Read a field that is true or false; a table has words for it, and so has YAML.

    Raises:
        ConfigurationError: For anything that is neither: read as false it would guard nothing, without a word.
    """
    value = entry.metadata.get(field)
    word = str(value).strip().casefold() if isinstance(value, str | int | float) else value
    if word in _YES or value is True:
        return True
    if value in (None, False) or word in _NO:
        return False
    raise ConfigurationError(f"entry {entry.id!r}: {field!r} must be true or false, got {value!r}")


def _of_entry(entry: Entry) -> Iterable[tuple[date | None, str]]:
    if entry.status == "quarantined":
        until = entry.field("expires")
        told = f"entry {entry.id!r}: 'expires'"
        yield None if until in (None, "") else _date(until, told), str(entry.field("notes") or "")


def _of_marks(marks: Iterable[pytest.Mark]) -> Iterable[tuple[date | None, str]]:
    for mark in marks:
        if mark.name == QUARANTINE:
            given = dict(zip(("until", "reason"), mark.args, strict=False)) | dict(mark.kwargs)
            if len(mark.args) > 2 or given.keys() - {"until", "reason"} or "until" not in given:
                raise ConfigurationError('quarantine takes its last day, quarantine(until="2027-01-31", reason="...")')
            yield _date(given["until"], "quarantine's until"), str(given.get("reason", ""))


def _date(value: Any, what: str) -> date:
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ConfigurationError(f"{what} must be a date such as 2027-01-31, got {value!r}") from None


def standing_notes(standings: Iterable[tuple[str, Standing]]) -> list[str]:
    """Say which entries are in quarantine, and which no more.

    Args:
        standings: Entries by id, each with its standing.
    """
    found = dict(standings)
    current: dict[date, list[str]] = {}
    for name, one in found.items():
        if one.quarantined_until is not None:
            current.setdefault(one.quarantined_until, []).append(name)
    told = [f"in quarantine until {until}: {named(names)}" for until, names in sorted(current.items())]
    over = [f"{name} ({one.expired})" for name, one in found.items() if one.expired]
    if over:
        told.append(f"quarantine is over, these count again: {named(over)}")
    endless = [name for name, one in found.items() if one.endless]
    if endless:
        told.append(f"quarantined without an 'expires' date, so these count: {named(endless)}")
    return told
