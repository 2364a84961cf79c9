"""A trial's budget as plain values: what it takes, and at which call it says no."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.errors import ConfigurationError, OverBudget
from pytest_llmeval.models.answer import Call, Reply, ToolCall, Usage
from pytest_llmeval.models.client import LLM
from pytest_llmeval.models.defaults import Defaults
from pytest_llmeval.models.loop_thread import LoopThread
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.request import Request
from pytest_llmeval.models.trial_budget import TrialBudget, TrialLimits


def call(*tools: str, **changes: Any) -> Call:
    reply = Reply("ok", usage=Usage(10, 2), tool_calls=tuple(map(ToolCall, tools)))
    given = {"latency_s": 1.0, "cost_usd": 0.5, "messages": (), **changes}
    return Call("p", "m", reply=reply, request_hash="h", **given)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "budget takes limits by name, calls, tool_calls, tokens, cost, seconds; got {}"),
        ({"steps": 3}, "budget takes limits by name, calls, tool_calls, tokens, cost, seconds; got {'steps': 3}"),
        ({"calls": 0}, "budget's calls must be a whole number of at least 1, got 0"),
        ({"tokens": 1.5}, "budget's tokens must be a whole number of at least 1, got 1.5"),
        ({"calls": True}, "budget's calls must be a whole number of at least 1, got True"),
        ({"cost": 0}, "budget's cost must be a number above 0, got 0"),
        ({"seconds": float("inf")}, "budget's seconds must be a number above 0, got inf"),
        ({"seconds": "1"}, "budget's seconds must be a number above 0, got '1'"),
    ],
)
def test_limit_that_is_none_is_named_with_what_it_takes(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        TrialLimits.read(given)
    assert str(caught.value) == told


@pytest.mark.parametrize(
    ("limits", "made", "told"),
    [
        (TrialLimits(tokens=24), [call(), call()], "24 tokens: 24 taken"),
        (TrialLimits(cost=0.9), [call(), call()], "$0.9: $1 spent"),
        (TrialLimits(seconds=1), [call()], "1 s: 1 s taken"),
    ],
)
def test_next_call_is_refused_once_a_limit_is_reached(limits: TrialLimits, made: list[Call], told: str) -> None:
    budget = TrialBudget(limits)
    budget.before_call([])
    with pytest.raises(OverBudget) as caught:
        budget.before_call(made)
    assert str(caught.value) == f"stopped over the trial's budget of {told}"


def test_what_has_no_known_price_adds_nothing_to_the_cost() -> None:
    budget, unknown = TrialBudget(TrialLimits(cost=0.6)), call(cost_usd=None)
    budget.before_call([unknown, unknown, call()])
    with pytest.raises(OverBudget):
        budget.before_call([unknown, *[call()] * 9])


def test_time_spent_queued_is_not_counted_as_the_trials() -> None:
    now = iter([0.0, 0.0, 10.0, 20.0])
    budget = TrialBudget(TrialLimits(seconds=5), clock=lambda: next(now))
    made = [call(waited_s=8.0), call()]
    budget.before_call([])
    budget.before_call(made)
    with pytest.raises(OverBudget, match="budget of 5 s: 12 s taken"):
        budget.before_call(made)


def test_time_of_a_batch_is_nobodys() -> None:
    budget = TrialBudget(TrialLimits(seconds=0.001))
    budget.before_call([call(attempts=0)])
    with pytest.raises(OverBudget):
        budget.before_call([call(attempts=1)])


def test_more_tools_than_allowed_are_refused_and_as_many_are_not() -> None:
    budget = TrialBudget(TrialLimits(tool_calls=2))
    budget.after_call([call("a"), call("b")])
    with pytest.raises(OverBudget, match="budget of 2 tool calls: 3 wanted"):
        budget.after_call([call("a"), call("b", "c")])


@given(limit=st.integers(1, 20), wanted=st.integers(0, 30))
def test_exactly_as_many_calls_go_as_are_allowed(limit: int, wanted: int) -> None:
    budget, made = TrialBudget(TrialLimits(calls=limit)), 0
    for _ in range(wanted):
        try:
            budget.before_call([])
        except OverBudget:
            continue
        made += 1
    assert made == min(limit, wanted)


def test_calls_in_flight_at_once_count_before_they_are_answered() -> None:
    sent: list[Request] = []

    async def send(request: Request) -> Call:
        sent.append(request)
        await asyncio.sleep(0)
        return call()

    loop = LoopThread()
    llm = LLM(Defaults(ModelName("p", "m"), limits=TrialLimits(calls=2)), send, loop)

    async def ask_five() -> list[Any]:
        return await asyncio.gather(*(llm.acomplete("hi") for _ in range(5)), return_exceptions=True)

    try:
        told = loop.run(ask_five())
    finally:
        loop.stop()
    assert len(sent) == 2
    assert [type(one) for one in told].count(OverBudget) == 3
