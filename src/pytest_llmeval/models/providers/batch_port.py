"""The port of providers that answer many requests in one batch, later and at half the price."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from pytest_llmeval.errors import ProviderError
from pytest_llmeval.models.answer import Reply
from pytest_llmeval.models.request import Request

BATCH_DISCOUNT = 0.5
"""What a token costs in a batch, as a share of its ordinary price, with either vendor.

"50% cost discount compared to synchronous APIs": https://platform.openai.com/docs/guides/batch. "All usage is charged
at 50% of the standard API prices": https://platform.claude.com/docs/en/build-with-claude/batch-processing.
"""

BatchStatus = Literal["in_progress", "ended", "failed", "expired", "cancelled"]
"""Where a batch is: not over; answered; refused as a whole; out of time; called off.

Of an expired or cancelled batch some requests may have been answered; of a failed one none.
"""


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """What fits into one batch; keeping to it is the caller's business."""

    max_requests: int
    max_bytes: int
    """Of all requests together, as `BatchProvider.batch_bytes` counts each."""


@dataclass(frozen=True, slots=True)
class BatchState:
    """How far a batch has come."""

    batch_id: str
    status: BatchStatus
    total: int | None = None
    """Requests in it; None while the provider does not say."""
    succeeded: int = 0
    """Requests answered. Anthropic tells none before the whole batch has ended."""
    errored: int = 0
    """Requests that failed, expired or were cancelled."""
    note: str | None = None
    """Why the batch failed as a whole, in the provider's words."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status != "in_progress"


@runtime_checkable
class BatchProvider(Protocol):
    """Answers requests in batches; every method raises a `ProviderError` as `Provider.complete` does.

    A batch lives at the provider: its id is all another process needs to wait for it and fetch its results.
    """

    @property
    def batch_limits(self) -> BatchLimits | None:
        """What fits into one batch, None where there are no batches."""
        ...

    def batch_bytes(self, custom_id: str, request: Request) -> int:
        """Return how many bytes a request takes up in a batch.

        Raises:
            UnsupportedByProvider: Where the request cannot be sent, which is better learned before the others are.
        """
        ...

    async def submit_batch(self, requests: Mapping[str, Request]) -> str:
        """Send requests, and return the id of their batch.

        Args:
            requests: By a name of your own, 1 to 64 letters, digits, ``-`` and ``_``.

        Raises:
            UnsupportedByProvider: Where there are no batches, or a request cannot be sent in this one.
            ValueError: Where there are no requests, or a name will not do.
        """
        ...

    async def batch_state(self, batch_id: str) -> BatchState:
        """Ask how far a batch has come.

        Raises:
            RequestRejected: Where the provider does not know the batch, or not any more.
        """
        ...

    def batch_results(self, batch_id: str) -> AsyncIterator[tuple[str, Reply | ProviderError]]:
        """Yield the name of each request with its reply or what went wrong with it, in any order.

        Nothing is yielded before the results have arrived as a whole.

        Raises:
            TransientProviderError: Where the batch is not over.
            RequestRejected: Where the batch failed as a whole, or the provider does not know it.
        """
        ...

    async def cancel_batch(self, batch_id: str) -> None:
        """Call a batch off; one that is over stays as it is."""
        ...
