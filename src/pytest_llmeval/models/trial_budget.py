"""A trial's own budget: a system under test that has used it up is stopped at its next call, and has failed."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from pytest_llmeval.errors import ConfigurationError, OverBudget
from pytest_llmeval.models.answer import Call
from pytest_llmeval.models.tracing import latency_of


@dataclass(frozen=True, slots=True)
class TrialLimits:
    """What one trial may take; None means no bound."""

    calls: int | None = None
    """Calls of the model, those that are answered from the cache too."""
    tool_calls: int | None = None
    """Tools that the model calls; those of a reply that goes over it are not run."""
    tokens: int | None = None
    """Read and written, over all calls."""
    cost: float | None = None
    """US dollars; what comes from the cache, or has no known price, adds nothing."""
    seconds: float | None = None
    """From the first call on, less what calls spent queued or backing off."""

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> TrialLimits:
        """Read limits by their names.

        Raises:
            ConfigurationError: Naming the limit, and what it takes.
        """
        names = [limit.name for limit in fields(cls)]
        if not given or not set(given) <= set(names):
            raise ConfigurationError(f"budget takes limits by name, {', '.join(names)}; got {dict(given)!r}")
        for name, limit in given.items():
            _check(name, limit, (int, float) if name in ("cost", "seconds") else int)
        return cls(**given)


def _check(name: str, limit: Any, kinds: Any) -> None:
    if isinstance(limit, bool) or not isinstance(limit, kinds) or not 0 < limit < math.inf:
        what = "whole number of at least 1" if kinds is int else "number above 0"
        raise ConfigurationError(f"budget's {name} must be a {what}, got {limit!r}")


class TrialBudget:
    """Held by a trial's client, and asked on the session's loop around each of its calls.

    Calls are counted before they go, so their number is exact, also of several at once. Tokens, cost and time are known
    afterwards: they may be passed by what was in flight, and the next call is the one that is refused.

    Args:
        limits: What the trial may take.
        clock: Seconds, from any beginning.
    """

    def __init__(self, limits: TrialLimits, clock: Callable[[], float] = time.perf_counter) -> None:
        self._limits = limits
        self._clock = clock
        self._begun: float | None = None
        self._called = 0

    def before_call(self, made: Sequence[Call]) -> None:
        """Count one more call.

        Args:
            made: The calls that have been answered.

        Raises:
            OverBudget: Where the trial may not make it.
        """
        begun = self._begun = self._clock() if self._begun is None else self._begun
        if over := self._reached(made, self._clock() - begun):
            raise OverBudget(f"stopped over the trial's budget of {over}")
        self._called += 1

    def after_call(self, made: Sequence[Call]) -> None:
        """Look at the tools that were called.

        Raises:
            OverBudget: Where they are more than the trial may call.
        """
        limit, called = self._limits.tool_calls, sum(len(call.reply.tool_calls) for call in made)
        if limit is not None and called > limit:
            raise OverBudget(f"stopped over the trial's budget of {limit} tool calls: {called} wanted")

    def _reached(self, made: Sequence[Call], wall_s: float) -> str | None:
        limits = self._limits
        if limits.calls is not None and self._called >= limits.calls:
            return f"{limits.calls} calls: one more wanted"
        tokens = sum(call.reply.usage.total_tokens or 0 for call in made)
        if limits.tokens is not None and tokens >= limits.tokens:
            return f"{limits.tokens:,} tokens: {tokens:,} taken"
        cost = sum(call.cost_usd or 0.0 for call in made)
        if limits.cost is not None and cost >= limits.cost:
            return f"${limits.cost:g}: ${cost:.4g} spent"
        seconds = latency_of(made, wall_s) or 0.0 if made else 0.0
        if limits.seconds is not None and seconds >= limits.seconds:
            return f"{limits.seconds:g} s: {seconds:.3g} s taken"
        return None
