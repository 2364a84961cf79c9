"""A provider of batches that does as it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_llmeval.errors import ProviderError, ProviderUnavailable, UnsupportedByProvider
from pytest_llmeval.models.answer import Reply
from pytest_llmeval.models.batches.chunks import SentBatch
from pytest_llmeval.models.batches.waiting import Batching, Pace
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.providers.batch_port import BatchLimits, BatchState
from pytest_llmeval.models.request import Request, read_messages
from pytest_llmeval.models.retrying import RetryPolicy
from pytest_llmeval.models.sending import Time


def request(text: str = "q", model: str = "m") -> Request:
    return Request(ModelName("vendor", model), read_messages(text))


@dataclass
class Vendor:
    """Does what its script says, poll by poll."""

    batch_limits: BatchLimits | None = field(default_factory=lambda: BatchLimits(10, 100))
    submits: list[str | ProviderError] = field(default_factory=lambda: ["b1"])
    polls: dict[str, list[BatchState | ProviderError]] = field(default_factory=dict)
    results: list[dict[str, Reply | ProviderError] | ProviderError] = field(default_factory=list)
    sent: list[Mapping[str, Request]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def batch_bytes(self, custom_id: str, request: Request) -> int:
        text = request.messages[0]["content"]
        if text == "unsendable":
            raise UnsupportedByProvider("vendor:m: not in a batch")
        return len(text)

    async def submit_batch(self, requests: Mapping[str, Request]) -> str:
        self.sent.append(requests)
        batch_id: str = _given(self.submits)
        return batch_id

    async def batch_state(self, batch_id: str) -> BatchState:
        self.asked.append(batch_id)
        state: BatchState = _given(self.polls[batch_id])
        return state

    async def batch_results(self, batch_id: str) -> AsyncIterator[tuple[str, Reply | ProviderError]]:
        for pair in _given(self.results).items():
            yield pair

    async def cancel_batch(self, batch_id: str) -> None:
        raise AssertionError("nobody asked for this")


def _given(script: list[Any]) -> Any:
    said = script.pop(0)
    if isinstance(said, ProviderError):
        raise said
    return said


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)


def batching(vendor: Vendor, clock: Clock) -> Batching:
    retry = RetryPolicy(attempts=3, base_s=1.0, draw=lambda: 1.0)
    return Batching(lambda _name: vendor, retry, Pace(2.0, 2.0, 5.0), Time(clock, clock.sleep))


def state(status: Any = "in_progress", batch_id: str = "b1", done: int = 0, failed: int = 0) -> BatchState:
    return BatchState(batch_id, status, None, done, failed)


DOWN = ProviderUnavailable("vendor:b1: 503", status=503)
BATCH, OTHER = SentBatch("vendor", "m", "b1", 3), SentBatch("vendor", "n", "b2", 2)
