"""A run's budget, and the ledger it is counted in: one for the whole run, however many processes work for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pytest_llmeval.errors import BudgetExhausted
from pytest_llmeval.models.shared_numbers import SharedNumbers


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run has spent so far; cached answers cost nothing and are not in it."""

    calls: int = 0
    tokens: int = 0
    cost_usd: float = 0.0

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.calls + other.calls, self.tokens + other.tokens, self.cost_usd + other.cost_usd)


class Ledger(Protocol):
    """Counts what a run spends."""

    def add(self, spent: Spent, *, unless: Callable[[Spent], bool] = ...) -> tuple[bool, Spent]:
        """Add to the sum in one step, unless the sum so far forbids it.

        Returns:
            Whether it was added, and the sum as it stands now.
        """
        ...


def _never(_: Spent) -> bool:
    return False


class OwnLedger:
    """The ledger of a run that has one process."""

    def __init__(self) -> None:
        self._sum = Spent()

    def add(self, spent: Spent, *, unless: Callable[[Spent], bool] = _never) -> tuple[bool, Spent]:
        """Add to the sum, unless it forbids it."""
        if unless(self._sum):
            return False, self._sum
        self._sum += spent
        return True, self._sum


class SharedLedger:
    """The ledger of a run with several processes: three numbers in one small file, changed under its lock.

    Args:
        path: The file; made where there is none. Every worker of the run is told the same.
    """

    def __init__(self, path: Path) -> None:
        self._numbers = SharedNumbers(path, "<qqd")

    def add(self, spent: Spent, *, unless: Callable[[Spent], bool] = _never) -> tuple[bool, Spent]:
        """Add to the sum in one step, unless it forbids it."""
        with self._numbers.locked():
            so_far = Spent(*self._numbers.read())
            if unless(so_far):
                return False, so_far
            now = so_far + spent
            self._numbers.write(now.calls, now.tokens, now.cost_usd)
            return True, now


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may spend; None means no bound."""

    calls: int | None = None
    tokens: int | None = None
    cost_usd: float | None = None
    seconds: float | None = None


class Budget:
    """Lets calls go for as long as the run may still spend.

    A call is counted before it goes, so the number of calls is exact; its tokens and cost are known only afterwards, so
    they may be passed by what was in flight at that moment.

    Args:
        limits: What the run may spend.
        ledger: Where it is counted.
        started: When the run began, in seconds of the clock.
        clock: Seconds since the epoch, the same for every process of the run.
        prefix: How the options begin that set the limits, as the user is told of them.
    """

    def __init__(
        self,
        limits: Limits,
        ledger: Ledger,
        *,
        started: float | None = None,
        clock: Callable[[], float] = time.time,
        prefix: str = "--llm-",
    ) -> None:
        self._prefix = prefix
        self._limits = limits
        self._ledger = ledger
        self._clock = clock
        self._started = clock() if started is None else started

    def reserve_call(self) -> None:
        """Count one call.

        Raises:
            BudgetExhausted: Where the run may not make it.
        """
        added, so_far = self._ledger.add(Spent(calls=1), unless=lambda spent: self._reached(spent) is not None)
        if not added:
            raise BudgetExhausted(self._reached(so_far) or "the budget is used up")

    def charge(self, tokens: int | None, cost_usd: float | None) -> None:
        """Count what a call took once that is known; unknown counts as nothing."""
        if tokens or cost_usd:
            self._ledger.add(Spent(tokens=tokens or 0, cost_usd=cost_usd or 0.0))

    def _reached(self, spent: Spent) -> str | None:
        limits, option = self._limits, self._prefix
        if limits.calls is not None and spent.calls >= limits.calls:
            return f"{option}max-calls={limits.calls} is used up"
        if limits.tokens is not None and spent.tokens >= limits.tokens:
            return f"{option}max-tokens={limits.tokens} is used up: {spent.tokens:,} tokens"
        if limits.cost_usd is not None and spent.cost_usd >= limits.cost_usd:
            return f"{option}max-cost={limits.cost_usd:g} is used up: ${spent.cost_usd:.4f}"
        if limits.seconds is not None and self._clock() - self._started >= limits.seconds:
            return f"{option}max-time={limits.seconds:g} is used up"
        return None
