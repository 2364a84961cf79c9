"""What the batches of both wire formats share: names checked, calls about a batch, results line by line."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from pytest_llmeval.errors import (
    BadReply,
    FatalProviderError,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    RequestRejected,
    TransientProviderError,
    UnsupportedByProvider,
)
from pytest_llmeval.models.answer import Reply
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.providers.batch_port import BatchLimits, BatchProvider, BatchState
from pytest_llmeval.models.providers.hosted import Hosted
from pytest_llmeval.models.request import Request

T = TypeVar("T")
Outcome = Reply | ProviderError
ReadReply = Callable[[ModelName, object], Reply]
"""Reads the body of a reply, or raises a `ProviderError`."""

TRANSFER_S = 600.0
"""Seconds that sending a batch or fetching its results may take at least: it may be some 200 MB."""

_CUSTOM_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""The narrower of the two vendors' rules: https://platform.claude.com/docs/en/api/messages/batches/create."""


class BatchDelegate:
    """Hands the batch methods of an adapter on to the object that speaks its batches, if there is one."""

    _batches: BatchProvider | None
    _provider_name: str

    @property
    def batch_limits(self) -> BatchLimits | None:
        """What fits into one batch, None where there are no batches."""
        return self._batches.batch_limits if self._batches else None

    def batch_bytes(self, custom_id: str, request: Request) -> int:
        """Return how many bytes a request takes up; see the port."""
        return self._supported().batch_bytes(custom_id, request)

    async def submit_batch(self, requests: Mapping[str, Request]) -> str:
        """Send requests; see the port."""
        return await self._supported().submit_batch(requests)

    async def batch_state(self, batch_id: str) -> BatchState:
        """Ask how far a batch has come; see the port."""
        return await self._supported().batch_state(batch_id)

    def batch_results(self, batch_id: str) -> AsyncIterator[tuple[str, Outcome]]:
        """Yield the results; see the port."""
        return self._supported().batch_results(batch_id)

    async def cancel_batch(self, batch_id: str) -> None:
        """Call a batch off; see the port."""
        await self._supported().cancel_batch(batch_id)

    def _supported(self) -> BatchProvider:
        if self._batches is None:
            raise UnsupportedByProvider(
                f"{self._provider_name}: takes no batches; leave out --llm-batch, or use a model of openai or anthropic"
            )
        return self._batches


class BatchCalls:
    """Calls about one vendor's batches, with errors that name the batch.

    Args:
        hosted: The endpoint.
        provider: Its name.
        path: Where its batches are.
    """

    def __init__(self, hosted: Hosted, provider: str, path: str) -> None:
        self._hosted = hosted
        self._provider = provider
        self._path = path

    def path(self, batch_id: str) -> str:
        """Return where a batch is."""
        return f"{self._path}/{quote(batch_id, safe='')}"

    def name(self, batch_id: str) -> ModelName:
        """Return what stands for the batch in errors."""
        return ModelName(self._provider, batch_id)

    async def about(self, batch_id: str, call: Awaitable[T], *, least_s: float = 0.0) -> T:
        """Make a call about a batch; one that is not known ends neither the session nor other batches."""
        try:
            return await self._hosted.ask(self.name(batch_id), call, least_s=least_s)
        except FatalProviderError as error:
            if error.status != 404:
                raise
        raise RequestRejected(
            f"{self.name(batch_id)}: the provider does not know this batch, or not any more; send its requests again",
            status=404,
        )

    def demand_results(self, state: BatchState) -> None:
        """Make sure that a batch has results to fetch.

        Raises:
            TransientProviderError: Where it is not over.
            RequestRejected: Where it failed as a whole.
        """
        name = self.name(state.batch_id)
        if not state.is_over:
            raise TransientProviderError(f"{name}: the batch is not over yet; wait for it")
        if state.status == "failed":
            raise RequestRejected(f"{name}: the batch failed: {state.note or 'no explanation'}")

    def lines(self, batch_id: str, content: bytes) -> Iterator[Mapping[str, Any]]:
        """Read a file of results.

        Raises:
            BadReply: Where a line is none, for nobody can know whose result it was.
        """
        for line in content.splitlines():
            if not line.strip():
                continue
            try:
                read = json.loads(line)
            except ValueError:
                read = None
            if not isinstance(read, Mapping) or not isinstance(read.get("custom_id"), str):
                said = self._hosted.errors.quote(line.decode("utf-8", "replace"))
                raise BadReply(f"{self.name(batch_id)}: a line of the results is none: {said}")
            yield read

    def expired(self, batch_id: str) -> ProviderError:
        """Return the error of a request whose turn did not come in time."""
        return ProviderTimeout(f"{self.name(batch_id)}: the batch expired before this request's turn; ask it again")

    def cancelled(self, batch_id: str) -> ProviderError:
        """Return the error of a request whose batch was called off."""
        return ProviderUnavailable(
            f"{self.name(batch_id)}: the batch was cancelled before this request's turn; ask it again"
        )


async def cancel_unless_over(call: Awaitable[object], state: Callable[[], Awaitable[BatchState]]) -> None:
    """Make the call that cancels a batch; a provider refuses it for one that is over, which is as well."""
    try:
        await call
    except ProviderError as error:
        if error.status not in (400, 409) or not (await state()).is_over:
            raise


def check_requests(requests: Mapping[str, Request]) -> None:
    """Make sure that there are requests, and names both vendors take.

    Raises:
        ValueError: Where not.
    """
    if not requests:
        raise ValueError("a batch needs at least one request")
    wrong = [custom_id for custom_id in requests if not _CUSTOM_ID.fullmatch(custom_id)]
    if wrong:
        raise ValueError(f"custom id {wrong[0]!r} must be 1 to 64 letters, digits, - and _")


def outcome_of(read: ReadReply, model: ModelName, body: object) -> Outcome:
    """Read a reply, with what is wrong with it as a value: one bad item is no reason to lose the others."""
    try:
        return read(model, body)
    except ProviderError as error:
        return error
