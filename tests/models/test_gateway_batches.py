"""The gateway, where batches have answered some of what it is asked."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pytest_llmeval.errors import BudgetExhausted, ProviderTimeout
from pytest_llmeval.models.answer import Reply, Usage
from pytest_llmeval.models.budget import Budget, Limits, OwnLedger, Spent
from pytest_llmeval.models.cache import ReplyCache
from pytest_llmeval.models.gateway import Gateway
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.providers.batch_port import BATCH_DISCOUNT
from pytest_llmeval.models.request import Request, read_messages
from pytest_llmeval.models.tracing import answer_of, with_trace
from tests.models.test_gateway import REQUEST, Scripted, gateway

KEY = REQUEST.key("1")
OTHER = Request(ModelName("scripted", "m"), read_messages("Who?"))
REPLY = Reply("from the batch", usage=Usage(30, 40))


def answered(provider: Scripted, **terms: object) -> Gateway:
    """Return a gateway to which a batch has brought one reply."""
    found = gateway(provider, **terms)  # type: ignore[arg-type]
    found.batched.add(KEY, REPLY)
    return found


def test_reply_of_a_batch_is_not_asked_for_and_costs_half() -> None:
    provider, ledger = Scripted(), OwnLedger()
    call = asyncio.run(answered(provider, budget=Budget(Limits(calls=0), ledger)).send(REQUEST))
    assert (call.reply, call.request_hash, call.cached, call.attempts) == (REPLY, KEY, False, 0)
    assert call.cost_usd == 0.5 * BATCH_DISCOUNT
    assert provider.asked == 0
    assert ledger.add(Spent())[1] == Spent(calls=0, tokens=70, cost_usd=0.25)


def test_reply_of_a_batch_has_no_latency() -> None:
    call = asyncio.run(answered(Scripted()).send(REQUEST))
    assert answer_of(call).latency_s is None
    assert with_trace(answer_of(call), [call], 9.0).latency_s is None


def test_reply_that_answers_two_requests_is_paid_once() -> None:
    async def twice() -> list[tuple[bool, float | None]]:
        found = answered(Scripted())
        return [(call.cached, call.cost_usd) for call in [await found.send(REQUEST), await found.send(REQUEST)]]

    assert asyncio.run(twice()) == [(False, 0.25), (True, 0.0)]


def test_price_that_is_unknown_stays_unknown() -> None:
    found = answered(Scripted())
    object.__setattr__(found._terms, "price_of", lambda *_: None)
    assert asyncio.run(found.send(REQUEST)).cost_usd is None


def test_rerun_and_every_other_request_are_asked() -> None:
    provider = Scripted()

    async def ask() -> list[str]:
        found = answered(provider)
        return [(await found.send(REQUEST, anew=True)).reply.text, (await found.send(OTHER)).reply.text]

    assert asyncio.run(ask()) == ["ok", "ok"]
    assert provider.asked == 2


def test_request_that_failed_in_a_batch_raises_its_error_and_is_not_asked() -> None:
    provider = Scripted()
    found = gateway(provider, errors_in_a_row=1)
    found.batched.add(KEY, ProviderTimeout("scripted:b: expired"))
    with pytest.raises(ProviderTimeout, match="scripted:b: expired"):
        asyncio.run(found.send(REQUEST))
    assert provider.asked == 0
    assert found.fatal is None


def test_wanting_are_requests_that_neither_batch_nor_cache_answers_each_once(tmp_path: Path) -> None:
    cache = ReplyCache(tmp_path / "cache.sqlite", "auto")
    third = Request(ModelName("scripted", "m"), read_messages("Where?"))
    cache.put(third.key("1"), Reply("here"))
    found = answered(Scripted(), cache=cache)
    assert found.wanting([REQUEST, OTHER, OTHER, third]) == {OTHER.key("1"): OTHER}
    cache.close()


def test_reply_of_a_batch_is_kept_in_the_cache(tmp_path: Path) -> None:
    cache = ReplyCache(tmp_path / "cache.sqlite", "auto")
    asyncio.run(answered(Scripted(), cache=cache).send(REQUEST))
    assert cache.get(KEY) == REPLY
    cache.close()


def test_calls_of_a_batch_are_counted_and_no_more_than_allowed() -> None:
    found = gateway(Scripted(), budget=Budget(Limits(calls=3), OwnLedger()))
    found.count_calls(3)
    with pytest.raises(BudgetExhausted, match="--llm-max-calls=3 is used up"):
        found.count_calls(1)


def test_provider_is_made_once_for_batches_and_single_calls() -> None:
    made: list[str] = []

    def make(name: str) -> Scripted:
        made.append(name)
        return Scripted()

    found = gateway(make)
    asyncio.run(found.send(REQUEST))
    assert found.provider_of("scripted") is found.provider_of("scripted")
    assert made == ["scripted"]
