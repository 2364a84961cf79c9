"""What one process of several may use: its part of the concurrency and the rates, and what all count together."""

from __future__ import annotations

import time
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.models.budget import Ledger, OwnLedger, SharedLedger
from pytest_llmeval.models.places import SharedPlaces
from pytest_llmeval.models.streak import OwnStreak, SharedStreak, Streak
from pytest_llmeval.plugin.workers import briefing, is_worker


def share_of(config: pytest.Config, total: int) -> int:
    """Return this process's part of a number that is meant for the whole run, at least 1.

    The parts of all workers add up to the total; where there are more workers than that, see `places_of`.
    """
    count, number = _place(config)
    return max(1, total // count + (number < total % count))


def places_of(config: pytest.Config, total: int) -> AbstractAsyncContextManager[object]:
    """Return what a call of this process waits for: a place that all workers share, where there is not one for each."""
    if total >= _place(config)[0]:
        return nullcontext()
    return SharedPlaces(Path(briefing(config)["notes"]) / "places", total)


def rate_of(config: pytest.Config, total: float | None) -> float | None:
    """Return this process's part of a rate that is meant for the whole run; None where there is no bound."""
    return None if total is None else total / _place(config)[0]


def after_s(config: pytest.Config, rpm: float | None) -> float:
    """Return how many seconds this process's first call waits: one after another, the calls of all go as from one.

    A process may always make one call at once, which all of them together may not where a second's worth is less.
    """
    count, number = _place(config)
    return 0.0 if rpm is None or rpm >= 60 * count else number * 60 / rpm


def _place(config: pytest.Config) -> tuple[int, int]:
    """Return how many processes run tests, and which of them this is, from 0."""
    told: dict[str, Any] = getattr(config, "workerinput", {"workercount": 1, "workerid": "gw0"})
    return int(told["workercount"]), int(str(told["workerid"]).removeprefix("gw"))


def ledger_of(config: pytest.Config) -> Ledger:
    """Return where the run's spending is counted: in memory, or in a file that all workers share."""
    return SharedLedger(Path(briefing(config)["notes"]) / "ledger") if is_worker(config) else OwnLedger()


def streak_of(config: pytest.Config) -> Streak:
    """Return where calls that fail one after another are counted: in memory, or in a file that all workers share."""
    return SharedStreak(Path(briefing(config)["notes"]) / "streak") if is_worker(config) else OwnStreak()


def started_at(config: pytest.Config) -> float:
    """Return when the run began, in seconds since the epoch."""
    return float(briefing(config).get("started") or time.time())
