"""Getting one request through to one provider: in its turn, within the budget, as often as it takes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from pytest_llmeval.errors import ProviderError, RateLimited
from pytest_llmeval.models.answer import Reply
from pytest_llmeval.models.budget import Budget
from pytest_llmeval.models.pacing import AdaptiveSlots, Rates
from pytest_llmeval.models.providers.port import Provider
from pytest_llmeval.models.request import Request
from pytest_llmeval.models.retrying import RetryPolicy


@dataclass(frozen=True, slots=True)
class Attempted:
    """A reply, and what it took to get it."""

    reply: Reply
    latency_s: float
    """Of the attempt that succeeded."""
    failures: tuple[str, ...] = ()
    """One line for each attempt before it."""


@dataclass(frozen=True, slots=True)
class Time:
    """The clock, and a way to wait."""

    clock: Callable[[], float] = time.perf_counter
    """Seconds, monotonic."""
    sleep: Callable[[float], Awaitable[None]] = field(default=asyncio.sleep)


class Sender:
    """Stands between the gateway and one provider; made with the provider, lives as long.

    Args:
        provider: Asks once.
        slots: How many calls the provider bears at once.
        everybody: The process's own bound on calls in flight, over all providers.
        places: The run's, where it has fewer than processes.
        rates: How many a minute.
        budget: What the run may spend; every attempt counts as a call.
        retry: When a failed attempt is followed by another.
        still_allowed: Asked just before each attempt; raises where nothing may be sent any more.
        at: The clock.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        slots: AdaptiveSlots,
        everybody: asyncio.Semaphore,
        places: AbstractAsyncContextManager[object],
        rates: Rates,
        budget: Budget,
        retry: RetryPolicy,
        still_allowed: Callable[[], None],
        at: Time,
    ) -> None:
        self.provider = provider
        self._slots = slots
        self._everybody = everybody
        self._places = places
        self._rates = rates
        self._budget = budget
        self._retry = retry
        self._still_allowed = still_allowed
        self._at = at

    async def send(self, request: Request) -> Attempted:
        """Ask until there is a reply.

        Raises:
            ProviderError: The last one, once retrying is used up or pointless.
            BudgetExhausted: Where the run may make no further call.
        """
        failures: list[str] = []
        while True:
            begun = await self._slots.acquire()
            try:
                reply, latency = await self._attempt(request)
            except ProviderError as error:
                wait = self._retry.wait_s(error, len(failures) + 1)
                if isinstance(error, RateLimited):
                    self._slots.slowed_down(begun, self._retry.wait_s(error, 1) or 0.0)
                if wait is None:
                    raise
                failures.append(str(error))
            else:
                self._slots.succeeded()
                return Attempted(reply, latency, tuple(failures))
            finally:
                self._slots.release()
            await self._at.sleep(wait)

    async def _attempt(self, request: Request) -> tuple[Reply, float]:
        async with self._everybody:
            estimate = await self._rates.wait_for_turn(_characters(request))
            async with self._places:
                self._still_allowed()
                self._budget.reserve_call()
                begun = self._at.clock()
                reply = await self.provider.complete(request)
                latency = self._at.clock() - begun
        await self._rates.make_good(estimate, reply.usage.total_tokens)
        return reply, latency


def _characters(request: Request) -> int:
    return sum(len(str(turn.get("content", ""))) for turn in request.messages) + len(request.system or "")
