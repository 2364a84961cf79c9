"""Dealing with providers about batches: sending them, waiting until they are over, fetching what came of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pytest_llmeval.errors import RateLimited, RequestRejected, TransientProviderError
from pytest_llmeval.models.batches.answers import Outcome
from pytest_llmeval.models.batches.chunks import Chunk, SentBatch
from pytest_llmeval.models.providers.batch_port import BatchProvider, BatchState
from pytest_llmeval.models.retrying import RetryPolicy
from pytest_llmeval.models.sending import Time

T = TypeVar("T")

MOST_FAILED_POLLS = 20
"""Polls that may fail one after another; a connection that is gone for some minutes is no reason to give up."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long is waited between two polls: ever longer, for a batch that was not done in a minute may take hours."""

    first_s: float = 2.0
    growth: float = 1.5
    longest_s: float = 60.0

    def waits(self) -> Iterator[float]:
        """Yield the seconds to wait, without end."""
        wait = self.first_s
        while True:
            yield min(wait, self.longest_s)
            wait = min(wait * self.growth, self.longest_s)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far all batches have come, taken together."""

    batches: int
    over: int
    requests: int
    succeeded: int
    errored: int
    waited_s: float
    trouble: str | None = None
    """Why the last poll failed, where it did."""


@dataclass(frozen=True)
class Batching:
    """Deals with providers about batches; its methods are awaited on the session's loop.

    Args:
        provider_of: Returns a provider by its name.
        retry: How often a call about batches is tried.
        pace: How often it is asked how far they are.
        at: The clock.
    """

    provider_of: Callable[[str], BatchProvider]
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    pace: Pace = field(default_factory=Pace)
    at: Time = field(default_factory=Time)

    async def send(self, chunk: Chunk) -> SentBatch:
        """Send a batch.

        Only where the provider says that it was too much at once is it sent again: after any other failure nobody knows
        whether the provider has taken it, and twice is twice the price.

        Raises:
            ProviderError: Where it was not taken.
        """
        provider = self.provider_of(chunk.model.provider)
        batch_id = await self._patiently(lambda: provider.submit_batch(chunk.requests), RateLimited)
        return SentBatch(chunk.model.provider, chunk.model.model, batch_id, len(chunk.requests))

    async def wait(
        self, batches: Sequence[SentBatch], tell: Callable[[Progress], object]
    ) -> dict[SentBatch, RequestRejected]:
        """Wait until all batches are over.

        Args:
            batches: What was sent.
            tell: Is told after each round of polls how far they are.

        Returns:
            The batches that the provider does not know any more, with what it said.

        Raises:
            ProviderError: Where polling has failed for too long, or cannot succeed.
        """
        poll = _Poll(self.provider_of, batches)
        begun = self.at.clock()
        for pause in self.pace.waits():
            await poll.once()
            tell(poll.progress(self.at.clock() - begun))
            if not poll.open:
                break
            await self.at.sleep(pause)
        return poll.unknown

    async def results(self, batch: SentBatch) -> dict[str, Outcome]:
        """Return what became of the requests of a batch that is over.

        Raises:
            RequestRejected: Where the batch failed as a whole.
            ProviderError: Where its results cannot be had or read.
        """
        provider = self.provider_of(batch.provider)
        return await self._patiently(lambda: _collected(provider.batch_results(batch.id)), TransientProviderError)

    async def _patiently(self, call: Callable[[], Awaitable[T]], worth: type[TransientProviderError]) -> T:
        attempt = 1
        while True:
            try:
                return await call()
            except worth as error:
                wait = self.retry.wait_s(error, attempt)
                if wait is None:
                    raise
            attempt += 1
            await self.at.sleep(wait)


async def _collected(results: AsyncIterator[tuple[str, Outcome]]) -> dict[str, Outcome]:
    return {key: outcome async for key, outcome in results}


class _Poll:
    """What is known of batches that are waited for."""

    def __init__(self, provider_of: Callable[[str], BatchProvider], batches: Iterable[SentBatch]) -> None:
        self._provider_of = provider_of
        self._batches = tuple(batches)
        self._states: dict[SentBatch, BatchState] = {}
        self._failed_in_a_row = 0
        self._trouble: str | None = None
        self.unknown: dict[SentBatch, RequestRejected] = {}

    @property
    def open(self) -> list[SentBatch]:
        """The batches that are not over."""
        over = {batch for batch, state in self._states.items() if state.is_over}
        return [batch for batch in self._batches if batch not in over and batch not in self.unknown]

    async def once(self) -> None:
        """Ask for each batch that was not over."""
        self._trouble = None
        for batch in self.open:
            try:
                self._states[batch] = await self._provider_of(batch.provider).batch_state(batch.id)
                self._failed_in_a_row = 0
            except RequestRejected as error:
                self.unknown[batch] = error
            except TransientProviderError as error:
                self._failed_in_a_row += 1
                self._trouble = str(error)
                if self._failed_in_a_row >= MOST_FAILED_POLLS:
                    raise

    def progress(self, waited_s: float) -> Progress:
        """Return how far they are."""
        states = self._states.values()
        return Progress(
            batches=len(self._batches),
            over=len(self._batches) - len(self.open),
            requests=sum(batch.requests for batch in self._batches),
            succeeded=sum(state.succeeded for state in states),
            errored=sum(state.errored for state in states),
            waited_s=waited_s,
            trouble=self._trouble,
        )
