from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.models.answer import Reply, Usage
from pytest_llmeval.models.providers import anthropic_format, openai_format
from pytest_llmeval.models.providers.json_reading import count, string

NAMES = [
    "choices", "message", "content", "tool_calls", "function", "name", "arguments", "id", "finish_reason", "refusal",
    "usage", "prompt_tokens", "completion_tokens", "total_tokens", "prompt_tokens_details", "input_tokens", "type",
    "text", "input", "stop_reason", "model",
]  # fmt: skip
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["text", "tool_use"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=25,
)
MESSAGES = st.dictionaries(st.sampled_from(NAMES), JSON, max_size=5)


@given(JSON)
def test_any_json_is_read_or_refused_as_a_completion(got: Any) -> None:
    assert openai_format.read_reply(got) is None or isinstance(openai_format.read_reply(got), Reply)


@given(MESSAGES, JSON)
def test_any_message_of_a_choice_is_read(message: Any, usage: Any) -> None:
    reply = openai_format.read_reply({"choices": [{"message": message}], "usage": usage})
    assert reply is not None
    assert all(isinstance(call.arguments, dict) for call in reply.tool_calls)


@given(st.lists(MESSAGES, max_size=4), JSON)
def test_any_blocks_of_a_message_are_read(blocks: Any, usage: Any) -> None:
    reply = anthropic_format.read_reply({"content": blocks, "usage": usage})
    assert reply is not None
    assert all(isinstance(call.arguments, dict) for call in reply.tool_calls)


@pytest.mark.parametrize("got", [None, "text", [], {}, {"choices": []}, {"choices": ["x"]}, {"choices": [{}]}])
def test_a_completion_without_a_message_is_none(got: object) -> None:
    assert openai_format.read_reply(got) is None


@pytest.mark.parametrize("got", [None, "text", [], {}, {"content": "text"}])
def test_a_message_without_blocks_is_none(got: object) -> None:
    assert anthropic_format.read_reply(got) is None


def test_content_in_parts_is_joined() -> None:
    parts = [{"type": "text", "text": "a"}, "stray", {"type": "image"}, {"type": "text", "text": "b"}]
    reply = openai_format.read_reply({"choices": [{"message": {"content": parts}}]})
    assert reply is not None
    assert reply.text == "ab"


def test_arguments_sent_as_an_object_are_taken_as_they_are() -> None:
    calls = [{"id": "1", "function": {"name": "add", "arguments": {"a": 1}}}, {"id": "2"}, "stray"]
    reply = openai_format.read_reply({"choices": [{"message": {"tool_calls": calls}}]})
    assert reply is not None
    assert [(call.name, call.arguments) for call in reply.tool_calls] == [("add", {"a": 1})]


def test_input_of_a_tool_that_is_no_object_is_kept_as_text() -> None:
    reply = anthropic_format.read_reply({"content": [{"type": "tool_use", "name": "add", "input": [1]}]})
    assert reply is not None
    assert (reply.tool_calls[0].arguments, reply.tool_calls[0].raw_arguments) == ({}, "[1]")


@pytest.mark.parametrize("value", [True, -1, 1.5, "3", None])
def test_what_is_no_count_is_unknown(value: object) -> None:
    assert count({"n": value}, "n") is None
    assert anthropic_format.read_reply({"content": [], "usage": {"input_tokens": value}}) == Reply(
        "", finish_reason="other", usage=Usage()
    )


def test_a_count_is_a_whole_number_of_an_object() -> None:
    assert (count({"n": 0}, "n"), count({"n": 3}, "n"), count([3], "n")) == (0, 3, None)
    assert (string("a"), string(1)) == ("a", None)


@pytest.mark.parametrize(
    ("logprobs", "read"),
    [
        ({"content": [{"token": "a", "logprob": -0.5}, {"token": "b", "logprob": 1e-9}]}, (-0.5, 0.0)),
        ({"content": [{"token": "a", "logprob": -9999.0}]}, (-9999.0,)),
        ({"content": []}, None),
        ({"content": None}, None),
        ({"content": [{"token": "a"}]}, None),
        ({"content": [{"token": "a", "logprob": -1}, {"logprob": float("nan")}]}, None),
        ({"content": ["stray"]}, None),
        ("stray", None),
        (None, None),
    ],
)
def test_log_probabilities_are_read_whole_or_not_at_all(logprobs: Any, read: tuple[float, ...] | None) -> None:
    reply = openai_format.read_reply({"choices": [{"message": {"content": "x"}, "logprobs": logprobs}]})
    assert reply is not None
    assert reply.token_logprobs == read


@pytest.mark.parametrize(
    ("places", "read"),
    [
        ([[-0.5, -1.5], [1e-9, -9999.0]], ((-0.5, -1.5), (0.0, -9999.0))),
        ([[-0.5], []], None),
        ([[-0.5], None], None),
        ([[-0.5, "x"]], None),
        ([], None),
    ],
)
def test_alternatives_are_read_of_every_place_or_of_none(places: list[Any], read: object) -> None:
    tokens = [
        {"logprob": -0.5, "top_logprobs": None if place is None else [{"logprob": one} for one in place]}
        for place in places
    ]
    body = {"choices": [{"message": {"content": "x"}, "logprobs": {"content": tokens}}]}
    reply = openai_format.read_reply(body)
    assert reply is not None
    assert reply.token_alternatives == read
    stray = openai_format.read_reply({"choices": [{"message": {"content": "x"}, "logprobs": {"content": ["stray"]}}]})
    assert stray is not None
    assert stray.token_alternatives is None
