import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.errors import (
    AuthenticationError,
    BadReply,
    BudgetExhausted,
    CacheMiss,
    FatalProviderError,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
)
from pytest_llmeval.models.answer import Reply, Usage
from pytest_llmeval.models.budget import Budget, Limits, OwnLedger, Spent
from pytest_llmeval.models.cache import CacheMode, ReplyCache
from pytest_llmeval.models.gateway import Gateway
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.request import Params, Request, read_messages
from pytest_llmeval.models.retrying import RetryPolicy
from pytest_llmeval.models.sending import Time
from pytest_llmeval.models.terms import Terms


class Scripted:
    """A provider that gives or raises what it was told to, then answers `ok`."""

    adapter_version = "1"

    def __init__(self, script: Iterable[Reply | ProviderError] = (), delay: float = 0.0) -> None:
        self.script = list(script)
        self.delay = delay
        self.asked = 0
        self.in_flight = 0
        self.most_in_flight = 0
        self.closed = False

    async def complete(self, request: Request) -> Reply:
        self.asked += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        await asyncio.sleep(self.delay)
        self.in_flight -= 1
        said = self.script.pop(0) if self.script else Reply("ok", usage=Usage(3, 4))
        if isinstance(said, ProviderError):
            raise said
        return said

    async def aclose(self) -> None:
        self.closed = True


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


REQUEST = Request(ModelName("scripted", "m"), read_messages("Why?"), system="Be brief.")


def gateway(
    provider: Any, clock: Clock | None = None, *, concurrency: int = 8, attempts: int = 3, **terms: Any
) -> Gateway:
    clock = clock or Clock()
    retry = RetryPolicy(attempts=attempts, base_s=1, draw=lambda: 1.0)
    make: Callable[[str], Any] = provider if callable(provider) else lambda _name: provider
    at = Time(clock, clock.sleep)
    return Gateway(make, Terms(concurrency, retry, price_of=lambda *_: 0.5, at=at, **terms))


def test_call_carries_what_was_asked_and_what_came_back() -> None:
    call = asyncio.run(gateway(Scripted()).send(REQUEST, "judge"))
    assert (call.provider, call.model, call.system, call.role) == ("scripted", "m", "Be brief.", "judge")
    assert call.messages == REQUEST.messages
    assert call.reply.text == "ok"
    assert (call.attempts, call.cost_usd, call.params) == (1, 0.5, {"temperature": 0.0})
    assert call.request_hash == REQUEST.key("1")


def test_transport_errors_are_tried_again_and_counted_as_waiting() -> None:
    provider = Scripted([ProviderUnavailable("down"), RateLimited("slow", retry_after_s=5)])
    call = asyncio.run(gateway(provider).send(REQUEST))
    assert (call.attempts, call.waited_s, call.latency_s) == (3, 6.0, 0.0)


def test_error_that_stays_ends_after_the_last_attempt() -> None:
    provider = Scripted([ProviderUnavailable("down")] * 9)
    with pytest.raises(ProviderUnavailable):
        asyncio.run(gateway(provider).send(REQUEST))
    assert provider.asked == 3


def test_broken_reply_is_not_asked_again() -> None:
    provider = Scripted([BadReply("no choices")])
    with pytest.raises(BadReply):
        asyncio.run(gateway(provider).send(REQUEST))
    assert provider.asked == 1


async def send_many(gate: Gateway, count: int) -> list[Any]:
    return await asyncio.gather(*(gate.send(REQUEST) for _ in range(count)), return_exceptions=True)


def test_wrong_key_costs_one_call_however_many_are_waiting() -> None:
    provider = Scripted([AuthenticationError("401")])
    gate = gateway(provider)
    results = asyncio.run(send_many(gate, 5))
    assert provider.asked == 1
    assert all(isinstance(result, AuthenticationError) for result in results)
    assert isinstance(gate.fatal, AuthenticationError)


def test_nothing_is_sent_after_a_fatal_error_that_comes_late() -> None:
    provider = Scripted([Reply("ok"), AuthenticationError("key revoked")])
    gate = gateway(provider, concurrency=1)
    results = asyncio.run(send_many(gate, 5))
    assert provider.asked == 2
    assert [isinstance(result, FatalProviderError) for result in results] == [False, True, True, True, True]


def test_missing_key_is_fatal_before_any_call() -> None:
    made = []

    def make(name: str) -> Scripted:
        made.append(name)
        raise AuthenticationError("no KEY")

    gate = gateway(make)
    results = asyncio.run(send_many(gate, 3))
    assert [str(result) for result in results] == ["no KEY"] * 3
    assert made == ["scripted"]


def test_concurrency_bounds_calls_in_flight_and_is_used() -> None:
    provider = Scripted(delay=0.001)
    asyncio.run(send_many(gateway(provider, concurrency=4), 20))
    assert provider.most_in_flight == 4


def test_tokens_that_a_provider_does_not_tell_are_estimated_for_the_budget_and_cost_stays_unknown() -> None:
    ledger = OwnLedger()
    provider = Scripted([Reply("12345678")])
    call = asyncio.run(gateway(provider, budget=Budget(Limits(), ledger)).send(REQUEST))
    assert call.reply.usage == Usage(4, 2, estimated=True)  # "Why?" and "Be brief."
    assert call.cost_usd is None
    assert ledger.add(Spent()) == (True, Spent(calls=1, tokens=6, cost_usd=0.5))


def test_a_provider_without_tokens_has_none() -> None:
    provider = Scripted([Reply("12345678")])
    provider.has_tokens = False  # type: ignore[attr-defined]
    call = asyncio.run(gateway(provider).send(REQUEST))
    assert (call.reply.usage, call.cost_usd) == (Usage(), 0.5)


def test_first_call_goes_alone() -> None:
    provider = Scripted(delay=0.01)
    seen: list[int] = []

    async def scene() -> None:
        gate = gateway(provider, concurrency=4)
        sending = asyncio.ensure_future(send_many(gate, 10))
        await asyncio.sleep(0.005)
        seen.append(provider.asked)
        await sending

    asyncio.run(scene())
    assert seen == [1]


def test_first_call_that_is_cancelled_lets_the_next_one_try() -> None:
    provider = Scripted(delay=0.01)

    async def scene() -> str:
        gate = gateway(provider)
        first = asyncio.ensure_future(gate.send(REQUEST))
        second = asyncio.ensure_future(gate.send(REQUEST))
        await asyncio.sleep(0.001)
        first.cancel()
        return (await second).reply.text

    assert asyncio.run(scene()) == "ok"


def test_close_closes_what_was_used() -> None:
    provider = Scripted()

    async def scene() -> None:
        gate = gateway(provider)
        await gate.send(REQUEST)
        await gate.aclose()

    asyncio.run(scene())
    assert provider.closed


def test_failed_attempts_are_told_one_by_one() -> None:
    provider = Scripted([ProviderUnavailable("down"), ProviderUnavailable("still down")])
    assert asyncio.run(gateway(provider).send(REQUEST)).failures == ("down", "still down")


def test_429_makes_room_for_fewer_calls() -> None:
    provider = Scripted([Reply("ok"), *[RateLimited("slow", retry_after_s=0)] * 4], delay=0.001)
    results = asyncio.run(send_many(gateway(provider, concurrency=8, attempts=9), 30))
    assert all(result.reply.text == "ok" for result in results)


def test_many_failures_in_a_row_end_the_session() -> None:
    provider = Scripted([Reply("ok"), *[ProviderUnavailable("down")] * 99])
    gate = gateway(provider, concurrency=1, attempts=1, errors_in_a_row=3)
    results = asyncio.run(send_many(gate, 9))
    assert provider.asked == 4
    assert str(results[-1]) == "3 calls failed one after another; the last one: down"


def test_one_success_forgives_earlier_failures() -> None:
    provider = Scripted([Reply("ok"), ProviderUnavailable("a"), Reply("ok"), ProviderUnavailable("b"), Reply("ok")])
    gate = gateway(provider, concurrency=1, attempts=1, errors_in_a_row=2)
    asyncio.run(send_many(gate, 5))
    assert gate.fatal is None


def test_budget_stops_calls_and_charges_what_they_took() -> None:
    ledger = OwnLedger()
    provider = Scripted()
    gate = gateway(provider, budget=Budget(Limits(calls=3), ledger))
    results = asyncio.run(send_many(gate, 5))
    assert [isinstance(result, BudgetExhausted) for result in results].count(True) == 2
    assert provider.asked == 3
    assert ledger.add(Spent())[1] == Spent(3, 21, 1.5)


def test_every_attempt_counts_against_the_budget() -> None:
    provider = Scripted([ProviderUnavailable("down")] * 9)
    gate = gateway(provider, attempts=9, budget=Budget(Limits(calls=2), OwnLedger()))
    with pytest.raises(BudgetExhausted):
        asyncio.run(gate.send(REQUEST))
    assert provider.asked == 2


OPENED: list[ReplyCache] = []


@pytest.fixture(autouse=True)
def close_all() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


def cached(path: Path, mode: CacheMode = "auto") -> ReplyCache:
    OPENED.append(ReplyCache(path / "answers.sqlite", mode))
    return OPENED[-1]


def test_cached_answer_costs_nothing_and_is_marked(tmp_path: Path) -> None:
    provider = Scripted()
    asyncio.run(gateway(provider, cache=cached(tmp_path)).send(REQUEST))
    call = asyncio.run(gateway(provider, cache=cached(tmp_path)).send(REQUEST))
    assert (call.cached, call.cost_usd, call.attempts, call.latency_s, call.reply.text) == (True, 0.0, 0, 0.0, "ok")
    assert provider.asked == 1


def test_same_question_asked_at_the_same_time_is_asked_once(tmp_path: Path) -> None:
    provider = Scripted(delay=0.01)
    asyncio.run(send_many(gateway(provider, cache=cached(tmp_path)), 5))
    assert provider.asked == 1


def test_asking_anew_passes_the_cache_by_and_renews_it(tmp_path: Path) -> None:
    provider = Scripted([Reply("first"), Reply("second")])

    async def scene() -> list[str]:
        gate = gateway(provider, cache=cached(tmp_path))
        calls = [await gate.send(REQUEST), await gate.send(REQUEST, anew=True), await gate.send(REQUEST)]
        return [call.reply.text for call in calls]

    assert asyncio.run(scene()) == ["first", "second", "second"]


@pytest.mark.parametrize(
    "change",
    [{"sample": 2}, {"system": None}, {"params": Params(temperature=1)}],
    ids=lambda change: next(iter(change)),
)
def test_another_request_is_asked(tmp_path: Path, change: dict[str, Any]) -> None:
    provider = Scripted()
    asyncio.run(gateway(provider, cache=cached(tmp_path)).send(REQUEST))
    asyncio.run(gateway(provider, cache=cached(tmp_path)).send(replace(REQUEST, **change)))
    assert provider.asked == 2


def test_cache_only_forbids_asking(tmp_path: Path) -> None:
    provider = Scripted()
    with pytest.raises(
        CacheMiss, match="scripted:m: the answer is not in the cache, and --llm-cache=only forbids asking"
    ):
        asyncio.run(gateway(provider, cache=cached(tmp_path, "only")).send(REQUEST))
    assert provider.asked == 0


def test_provider_that_says_so_is_not_cached(tmp_path: Path) -> None:
    class Local(Scripted):
        cacheable = False

    provider = Local()
    for _ in range(2):
        asyncio.run(gateway(provider, cache=cached(tmp_path)).send(REQUEST))
    assert provider.asked == 2


def usable(reply: Reply) -> bool:
    return reply.text != "malformed"


def test_unusable_reply_is_not_kept_but_asked_for_again(tmp_path: Path) -> None:
    provider = Scripted([Reply("malformed"), Reply("fine")])
    gate = gateway(provider, cache=cached(tmp_path))
    texts = [asyncio.run(gate.send(REQUEST, usable=usable)).reply.text for _ in range(3)]
    assert (texts, provider.asked) == (["malformed", "fine", "fine"], 2)


def test_unusable_reply_that_is_in_the_cache_is_not_served(tmp_path: Path) -> None:
    provider = Scripted([Reply("malformed"), Reply("fine")])
    asyncio.run(gateway(provider, cache=cached(tmp_path)).send(REQUEST))
    assert asyncio.run(gateway(provider, cache=cached(tmp_path)).send(REQUEST, usable=usable)).reply.text == "fine"


def test_unusable_reply_is_a_miss_where_asking_is_forbidden(tmp_path: Path) -> None:
    asyncio.run(gateway(Scripted([Reply("malformed")]), cache=cached(tmp_path)).send(REQUEST))
    with pytest.raises(CacheMiss):
        asyncio.run(gateway(Scripted(), cache=cached(tmp_path, "only")).send(REQUEST, usable=usable))
