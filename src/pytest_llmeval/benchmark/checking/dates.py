"""Dates in an entry's metadata: when it was last looked at, and when it stops being true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.entry import Entry

FIELDS = ("added", "reviewed", "expires")
STALE_AFTER_DAYS = 180
"""Since the last review, unless another age is allowed."""


def stale(entries: Sequence[Entry], today: date, days: int) -> Iterator[Finding]:
    """Find entries that have expired, or that nobody has looked at for so long.

    Args:
        entries: Those with ``expires``, ``reviewed`` or ``added`` in their metadata, as ISO 8601 dates, are looked at.
        today: The day to count from.
        days: How old the last review, else the addition, may be.
    """
    for entry in entries:
        told = {name: entry.metadata[name] for name in FIELDS if entry.metadata.get(name) is not None}
        dates = {name: _date(value) for name, value in told.items()}
        broken = [name for name, found in dates.items() if found is None]
        if broken:
            text = f"{broken[0]} {str(told[broken[0]])!r} is no date such as 2026-11-21"
            yield Finding("review dates", "error", (entry.id,), text)
            continue
        expires, seen = dates.get("expires"), dates.get("reviewed") or dates.get("added")
        if expires is not None and expires < today:
            yield Finding("review dates", "error", (entry.id,), f"expired on {expires}; renew or retire it")
        elif seen is not None and (today - seen).days > days:
            text = f"was last looked at on {seen}, {(today - seen).days} days ago"
            yield Finding("review dates", "warning", (entry.id,), text)


def overdue(entries: Iterable[Entry], today: date, days: int = STALE_AFTER_DAYS) -> int | None:
    """Count entries that nobody has looked at for more than so many days; retired ones are left out.

    Returns:
        How many; None where no entry says when it was reviewed or added.
    """
    live = (entry for entry in entries if entry.metadata and entry.status != "retired")
    seen = [_date(entry.metadata.get("reviewed")) or _date(entry.metadata.get("added")) for entry in live]
    ages = [(today - one).days for one in seen if one is not None]
    return sum(age > days for age in ages) if ages else None


def _date(value: Any) -> date | None:
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    try:
        return datetime.fromisoformat(str(value)).date()
    except ValueError:
        return None
