"""When a call is tried again, and how long is waited before it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from pytest_llmeval.errors import ProviderError, TransientProviderError


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Bounded retries with exponential back-off, for transport errors only; a bad answer is never asked again.

    The wait before try ``n + 1`` is drawn evenly from the upper half of ``base_s * 2 ** (n - 1)`` seconds, at most
    ``longest_s`` ("equal jitter", Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015). A
    provider's Retry-After is obeyed up to the same cap.
    """

    attempts: int = 4
    """How often a call is tried in all, at least 1."""
    base_s: float = 0.5
    longest_s: float = 60.0
    draw: Callable[[], float] = field(default=random.random)
    """Gives a number from 0 to 1."""

    def wait_s(self, error: ProviderError, attempt: int) -> float | None:
        """Return the seconds to wait after the given attempt failed, or None where it is not worth another.

        Args:
            error: How it failed.
            attempt: Which attempt it was, from 1.
        """
        if attempt >= self.attempts or not isinstance(error, TransientProviderError):
            return None
        if error.retry_after_s is not None:
            return min(max(error.retry_after_s, 0.0), self.longest_s)
        ceiling = min(self.base_s * 2.0 ** (attempt - 1), self.longest_s)
        return ceiling * (0.5 + self.draw() / 2)
