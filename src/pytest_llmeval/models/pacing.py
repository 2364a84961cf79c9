"""How fast calls may go: as many at once as the provider bears, and no more a minute than the user allows."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiolimiter import AsyncLimiter

START = 64
"""Calls in flight at the beginning; each success allows one more, which doubles them about once per round trip."""
TOKENS_PER_CHARACTER = 0.25
"""What a prompt is taken to weigh before the provider has counted it."""
BURST_S = 10.0
"""Seconds' worth of tokens that may go at once."""


class AdaptiveSlots:
    """Bounds the calls in flight, and finds out how many the provider bears.

    Begins with at most `START`, grows by one for every success up to the limit, halves once for each episode of 429s
    and pauses as long as the provider asks; from there it grows by one for every full round of successes (additive
    increase, multiplicative decrease: Chiu and Jain, "Analysis of the Increase and Decrease Algorithms for Congestion
    Avoidance", 1989; slow start as in RFC 5681). Used on one event loop only.

    Args:
        limit: The most there may ever be, at least 1.
        clock: Seconds, monotonic.
        sleep: Waits.
        start: How many there may be at first.
    """

    def __init__(
        self,
        limit: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        start: int = START,
    ) -> None:
        self._limit = limit
        self._clock = clock
        self._sleep = sleep
        self._allowed = float(min(limit, start))
        self._threshold = float(limit)
        self._in_flight = 0
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._paused_until = 0.0
        self._episode_began = -1.0

    @property
    def allowed(self) -> int:
        """Return how many calls may be in flight now."""
        return int(self._allowed)

    async def acquire(self) -> float:
        """Wait for a place, first come first served.

        Returns:
            When it was got, for `slowed_down`.
        """
        while (pause := self._paused_until - self._clock()) > 0:
            await self._sleep(pause)
        if self._in_flight >= self.allowed or self._waiters:
            await self._wait()
        else:
            self._in_flight += 1
        return self._clock()

    async def _wait(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self.release()
            with suppress(ValueError):
                self._waiters.remove(waiter)
            raise

    def release(self) -> None:
        """Give a place back."""
        self._in_flight -= 1
        self._let_in()

    def succeeded(self) -> None:
        """Take note that a call was answered: there may be room for more."""
        if self._allowed < self._limit:
            step = 1.0 if self._allowed < self._threshold else 1.0 / self._allowed
            self._allowed = min(self._allowed + step, float(self._limit))
            self._let_in()

    def slowed_down(self, begun: float, wait_s: float) -> None:
        """Take note of a 429.

        Args:
            begun: When the refused call got its place; calls of before the last halving do not halve again.
            wait_s: Seconds during which no further call goes out.
        """
        self._paused_until = max(self._paused_until, self._clock() + wait_s)
        if begun > self._episode_began:
            self._episode_began = self._clock()
            self._allowed = self._threshold = max(1.0, self._allowed / 2)

    def _let_in(self) -> None:
        while self._waiters and self._in_flight < self.allowed:
            waiter = self._waiters.popleft()
            if not waiter.done():
                self._in_flight += 1
                waiter.set_result(None)


class Rates:
    """Spreads calls and tokens over the minute; None means no bound.

    Calls go evenly, at most one second's worth at once, so that no sliding window of the provider sees more than was
    allowed. A call's tokens are estimated before it goes and made good once they are known.

    Args:
        per_minute: Requests a minute, above 0.
        tokens_per_minute: Tokens a minute, above 0.
        after_s: Seconds that the first call waits, so that several processes with a part of the rate each do not all
            begin at once.
    """

    def __init__(
        self, per_minute: float | None = None, tokens_per_minute: float | None = None, *, after_s: float = 0.0
    ) -> None:
        self._calls = _limiter(per_minute, 1.0)
        self._tokens = _limiter(tokens_per_minute, BURST_S)
        self._after_s = after_s
        self._begins: float | None = None

    async def wait_for_turn(self, characters: int) -> int:
        """Wait until a call of that many characters may go.

        Returns:
            The tokens it was taken to weigh.
        """
        estimate = int(characters * TOKENS_PER_CHARACTER) + 1
        if self._after_s:
            await self._wait_for_begin()
        if self._calls is not None:
            await self._calls.acquire()
        if self._tokens is not None:
            await self._tokens.acquire(min(estimate, self._tokens.max_rate))
        return estimate

    async def _wait_for_begin(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._begins is None:
            self._begins = now + self._after_s
        if now < self._begins:
            await asyncio.sleep(self._begins - now)

    async def make_good(self, estimate: int, real: int | None) -> None:
        """Charge what a call weighed beyond its estimate to those that come after it."""
        if self._tokens is not None and real is not None and real > estimate:
            await self._tokens.acquire(min(real - estimate, self._tokens.max_rate))


def _limiter(per_minute: float | None, burst_s: float) -> AsyncLimiter | None:
    if per_minute is None:
        return None
    from aiolimiter import AsyncLimiter

    burst = max(1.0, per_minute * burst_s / 60)
    return AsyncLimiter(burst, burst * 60 / per_minute)
