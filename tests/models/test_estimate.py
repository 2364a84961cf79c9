from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pytest_llmeval.models.answer import Reply, ToolCall, Usage
from pytest_llmeval.models.estimate import Estimator, ModelEstimate, approximated, input_tokens
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.request import Params, Request, Tool, read_messages


def request(text: str = "12345678", model: str = "openai:m", **fields: Any) -> Request:
    return Request(ModelName.parse(model), read_messages(text), **fields)


def price(prices: Mapping[str, float]) -> Any:
    def price_of(model: ModelName, usage: Usage) -> float | None:
        each = prices.get(model.model)
        return None if each is None else each * (usage.total_tokens or 0)

    return price_of


@pytest.mark.parametrize(
    ("asked", "tokens"),
    [
        (request("12345678"), 2),
        (request("123456789"), 3),
        (request("1234", system="12345678"), 3),
        (request("1234", response_schema={"a": 1}), 3),  # {"a": 1}
        (request("1234", tools=(Tool("f", "d", {}),)), 8),  # {"name": "f", "about": "d"}
        (request([{"role": "user", "content": [{"text": "x"}]}]), 4),  # type: ignore[arg-type]
        (request([{"role": "assistant", "content": None}]), 0),  # type: ignore[arg-type]
    ],
)
def test_all_that_the_model_reads_is_counted_by_its_characters(asked: Request, tokens: int) -> None:
    assert input_tokens(asked) == tokens


def test_price_lies_between_one_token_and_as_many_as_a_reply_may_have() -> None:
    estimator = Estimator(price({"m": 0.5}))
    estimator.add(request(params=Params(max_tokens=10)))
    estimator.add(request())
    (one,) = estimator.estimates
    assert one == ModelEstimate("openai:m", 2, 4, low_usd=2 * 0.5 * 3, high_usd=0.5 * (12 + 1002))


def test_models_are_told_apart_in_the_order_in_which_they_come() -> None:
    estimator = Estimator(price({"b": 1.0, "a": 0.0}))
    for model in ("x:b", "x:a", "x:b", "x:none"):
        estimator.add(request(model=model))
    assert [(one.model, one.calls, one.low_usd) for one in estimator.estimates] == [
        ("x:b", 2, 6.0),
        ("x:a", 1, 0.0),
        ("x:none", 1, None),
    ]
    assert estimator.estimates[2].high_usd is None


def test_discount_is_a_share_of_the_price() -> None:
    estimator = Estimator(price({"m": 1.0}), discount=0.5)
    estimator.add(request())
    assert (estimator.estimates[0].low_usd, estimator.estimates[0].high_usd) == (1.5, 501.0)


def test_one_open_end_makes_the_model_open_ended() -> None:
    estimator = Estimator(price({}))
    estimator.add(request(), at_least=True)
    estimator.add(request())
    estimator.add(request(model="openai:other"))
    assert [one.at_least for one in estimator.estimates] == [True, False]


@pytest.mark.parametrize(
    ("told", "reply", "expected"),
    [
        (Usage(), Reply("123456789"), Usage(2, 3, estimated=True)),
        (Usage(7), Reply("1234", thinking="12345678"), Usage(7, 3, estimated=True)),
        (Usage(None, 9, cached_tokens=1), Reply("1234"), Usage(2, 9, 1, estimated=True)),
        (
            Usage(),
            Reply("", tool_calls=(ToolCall("f", {"a": 1}),)),
            Usage(2, 6, estimated=True),
        ),  # {"name": "f", "a": 1}
        (Usage(7, 9), Reply("1234"), Usage(7, 9)),
    ],
)
def test_what_a_provider_does_not_tell_is_estimated_and_says_so(told: Usage, reply: Reply, expected: Usage) -> None:
    assert approximated(told, request("12345678"), reply) == expected


def test_a_sum_of_which_a_part_is_estimated_is_estimated() -> None:
    assert (Usage(1, 1) + Usage(1, 1, estimated=True)).estimated
    assert not (Usage(1, 1) + Usage(1, 1)).estimated
