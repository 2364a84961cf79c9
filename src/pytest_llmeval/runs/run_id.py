"""The name of a run; names sort by the time the runs began."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime


def new_run_id(now: datetime | None = None, random_hex: Callable[[int], str] = secrets.token_hex) -> str:
    """Make the name of a run.

    Args:
        now: When the run begins; a time without zone is local time.
        random_hex: Called with a number of bytes, keeps runs of the same second apart.

    Example:
        >>> new_run_id(datetime(2026, 11, 21, 4, 31, 3, tzinfo=UTC), lambda count: "7f" * count)
        '20261121T043103Z-7f7f7f'
    """
    return f"{(now or datetime.now(UTC)).astimezone(UTC):%Y%m%dT%H%M%SZ}-{random_hex(3)}"
