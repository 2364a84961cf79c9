from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import pytest

from pytest_llmeval.errors import (
    AuthenticationError,
    FatalProviderError,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    RequestRejected,
    UnsupportedByProvider,
)
from pytest_llmeval.models.answer import Reply
from pytest_llmeval.models.batches import (
    MOST_FAILED_POLLS,
    BatchAnswers,
    Batching,
    Chunk,
    Pace,
    Progress,
    SentBatch,
    divide,
    limits_of,
)
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


def chunks(requests: Mapping[str, Request], limits: BatchLimits) -> list[list[str]]:
    return [list(chunk.requests) for chunk in divide(requests, Vendor(), limits)]


def test_requests_are_divided_by_number() -> None:
    five = {f"k{n}": request() for n in range(5)}
    assert chunks(five, BatchLimits(2, 100)) == [["k0", "k1"], ["k2", "k3"], ["k4"]]


def test_requests_are_divided_by_bytes_up_to_the_last_one_that_fits() -> None:
    sizes = {"a": 4, "b": 6, "c": 1, "d": 9}
    found = {key: request("x" * size) for key, size in sizes.items()}
    assert chunks(found, BatchLimits(10, 10)) == [["a", "b"], ["c", "d"]]


def test_request_that_is_too_large_alone_goes_alone() -> None:
    assert chunks({"a": request("x" * 20), "b": request("y")}, BatchLimits(10, 10)) == [["a"], ["b"]]


def test_batch_is_of_one_model() -> None:
    mixed = {"a": request(model="m"), "b": request(model="n"), "c": request(model="m")}
    found = list(divide(mixed, Vendor(), BatchLimits(10, 100)))
    assert [(chunk.model.model, list(chunk.requests)) for chunk in found] == [("m", ["a", "c"]), ("n", ["b"])]


def test_request_that_cannot_be_sent_in_a_batch_is_left_out() -> None:
    assert chunks({"a": request("unsendable"), "b": request()}, BatchLimits(10, 100)) == [["b"]]
    assert chunks({"a": request("unsendable")}, BatchLimits(10, 100)) == []


@pytest.mark.parametrize("provider", [object(), Vendor(batch_limits=None)], ids=["no port", "no batches"])
def test_provider_without_batches_is_named_with_the_way_out(provider: object) -> None:
    with pytest.raises(UnsupportedByProvider, match=r"^mine: takes no batches; leave out --llm-batch, or use a model"):
        limits_of(provider, "mine")


def test_sent_batch_tells_all_that_is_needed_to_come_back() -> None:
    vendor = Vendor()
    sent = asyncio.run(batching(vendor, Clock()).send(Chunk(ModelName("vendor", "m"), {"k": request()})))
    assert sent == SentBatch(provider="vendor", model="m", id="b1", requests=1)


def test_batch_is_sent_again_only_where_it_was_surely_not_taken() -> None:
    chunk = Chunk(ModelName("vendor", "m"), {"k": request()})
    limited = RateLimited("vendor:m: 429", status=429, retry_after_s=7.0)
    vendor, clock = Vendor(submits=[limited, "b9"]), Clock()
    assert asyncio.run(batching(vendor, clock).send(chunk)).id == "b9"
    assert clock.slept == [7.0]

    vendor = Vendor(submits=[DOWN, "never"])
    with pytest.raises(ProviderUnavailable):
        asyncio.run(batching(vendor, clock).send(chunk))
    assert len(vendor.sent) == 1


def test_batch_that_is_too_much_time_after_time_is_given_up() -> None:
    vendor = Vendor(submits=[RateLimited("429", status=429) for _ in range(9)])
    with pytest.raises(RateLimited):
        asyncio.run(batching(vendor, Clock()).send(Chunk(ModelName("vendor", "m"), {"k": request()})))
    assert len(vendor.sent) == 3


def test_polls_come_ever_more_seldom_up_to_the_longest_wait() -> None:
    assert list(islice(Pace().waits(), 11)) == pytest.approx(
        [2.0, 3.0, 4.5, 6.75, 10.125, 15.1875, 22.78, 34.17, 51.26, 60.0, 60.0], abs=0.01
    )


def test_waiting_polls_at_once_then_at_its_pace_and_only_what_is_not_over() -> None:
    b1: list[Any] = [state(), state("ended", done=2, failed=1)]
    b2: list[Any] = [state("in_progress", "b2"), state("in_progress", "b2"), state("expired", "b2")]
    vendor, clock, told = Vendor(polls={"b1": b1, "b2": b2}), Clock(), list[Progress]()
    assert asyncio.run(batching(vendor, clock).wait([BATCH, OTHER], told.append)) == {}
    assert vendor.asked == ["b1", "b2", "b1", "b2", "b2"]
    assert clock.slept == [2.0, 4.0]
    assert told == [
        Progress(2, 0, 5, 0, 0, 0.0),
        Progress(2, 1, 5, 2, 1, 2.0),
        Progress(2, 2, 5, 2, 1, 6.0),
    ]


def test_poll_that_fails_is_told_and_made_again() -> None:
    vendor, told = Vendor(polls={"b1": [DOWN, DOWN, state("ended")]}), list[Progress]()
    asyncio.run(batching(vendor, Clock()).wait([BATCH], told.append))
    assert [one.trouble for one in told] == ["vendor:b1: 503", "vendor:b1: 503", None]


def test_polls_that_fail_for_too_long_end_the_waiting() -> None:
    one_short: list[Any] = [DOWN] * (MOST_FAILED_POLLS - 1)
    vendor = Vendor(polls={"b1": [*one_short, state(), *one_short, state("ended")]})
    asyncio.run(batching(vendor, Clock()).wait([BATCH], lambda _: None))
    vendor = Vendor(polls={"b1": [*one_short, DOWN, state("ended")]})
    with pytest.raises(ProviderUnavailable):
        asyncio.run(batching(vendor, Clock()).wait([BATCH], lambda _: None))


def test_poll_that_can_never_succeed_ends_the_waiting_at_once() -> None:
    vendor, clock = Vendor(polls={"b1": [AuthenticationError("wrong key", status=401)]}), Clock()
    with pytest.raises(FatalProviderError):
        asyncio.run(batching(vendor, clock).wait([BATCH], lambda _: None))
    assert clock.slept == []


def test_batch_that_the_provider_does_not_know_is_no_longer_waited_for() -> None:
    gone = RequestRejected("vendor:b1: the provider does not know this batch", status=404)
    vendor = Vendor(polls={"b1": [gone], "b2": [state("in_progress", "b2"), state("ended", "b2")]})
    assert asyncio.run(batching(vendor, Clock()).wait([BATCH, OTHER], lambda _: None)) == {BATCH: gone}
    assert vendor.asked == ["b1", "b2", "b2"]


def test_results_are_fetched_again_where_that_may_help() -> None:
    found: dict[str, Reply | ProviderError] = {"k": Reply("yes"), "l": DOWN}
    assert asyncio.run(batching(Vendor(results=[DOWN, found]), Clock()).results(BATCH)) == found
    with pytest.raises(RequestRejected):
        asyncio.run(batching(Vendor(results=[RequestRejected("the batch failed"), found]), Clock()).results(BATCH))


def test_answer_is_paid_for_when_it_is_taken_first() -> None:
    answers = BatchAnswers()
    answers.add("k", Reply("yes"))
    assert "k" in answers
    assert "other" not in answers
    assert [answers.take("k"), answers.take("k")] == [(Reply("yes"), True), (Reply("yes"), False)]


def test_request_that_failed_raises_and_ends_its_own_trial_only() -> None:
    answers = BatchAnswers()
    answers.add("k", AuthenticationError("vendor:m: 403 not yours", status=403))
    with pytest.raises(RequestRejected, match="vendor:m: 403 not yours") as caught:
        answers.take("k")
    assert caught.value.status == 403
