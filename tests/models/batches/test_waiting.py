from __future__ import annotations

import asyncio
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
)
from pytest_llmeval.models.answer import Reply
from pytest_llmeval.models.batches.chunks import Chunk, SentBatch
from pytest_llmeval.models.batches.waiting import MOST_FAILED_POLLS, Pace, Progress
from pytest_llmeval.models.model_name import ModelName
from tests.models.batches.vendor import BATCH, DOWN, OTHER, Clock, Vendor, batching, request, state


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
