"""The terms on which a session's calls are made: how many at once, how fast, at what price, within which budget."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TypeAlias

from pytest_llmeval.models.answer import Usage
from pytest_llmeval.models.budget import Budget, Limits, OwnLedger
from pytest_llmeval.models.cache import ReplyCache
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.retrying import RetryPolicy
from pytest_llmeval.models.sending import Time
from pytest_llmeval.models.streak import OwnStreak, Streak

PriceOf: TypeAlias = Callable[[ModelName, Usage], float | None]
"""Tells what a model's usage costs in US dollars; None where its price is unknown."""


@dataclass(frozen=True)
class Terms:
    """On what terms calls are made.

    Args:
        concurrency: How many calls of this process may be in flight, at least 1.
        places: Entered for each call; has it wait while other processes of the run make as many as all may.
        retry: When a failed attempt is followed by another.
        price_of: US dollars of a model's usage, None where the price is unknown.
        per_minute: Requests a minute to each provider.
        tokens_per_minute: Tokens a minute to each provider.
        after_s: Seconds that the first call to each provider waits.
        budget: What the run may spend.
        errors_in_a_row: After how many calls that failed one after another the session ends.
        streak: Where those calls are counted.
        cache: Where replies are kept.
        at: The clock.
    """

    concurrency: int
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    price_of: PriceOf = lambda _model, _usage: None
    per_minute: float | None = None
    tokens_per_minute: float | None = None
    after_s: float = 0.0
    budget: Budget = field(default_factory=lambda: Budget(Limits(), OwnLedger()))
    errors_in_a_row: int | None = None
    streak: Streak = field(default_factory=OwnStreak)
    cache: ReplyCache | None = None
    places: AbstractAsyncContextManager[object] = field(default_factory=nullcontext)
    at: Time = field(default_factory=Time)
