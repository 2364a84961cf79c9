"""What a request becomes on the wire, field by field."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_llmeval.errors import UnsupportedByProvider
from pytest_llmeval.models.request import Params, Tool
from tests.loopback.server import LoopbackServer
from tests.wire.conftest import Wire

ADD = Tool("add", "Add numbers.", {"type": "object", "properties": {"a": {"type": "integer"}}})
CLOSED = {
    "title": "The sum!",
    "type": "object",
    "properties": {"n": {"type": "integer"}},
    "required": ["n"],
    "additionalProperties": False,
}
FULL = Params(0.5, 99, 7, 0.9, ("END",), {"reasoning_effort": "low", "logit_bias": None})


def test_the_plainest_request_says_nothing_it_was_not_asked_to_say(openai: Wire) -> None:
    assert openai.sent() == {
        "model": "some-model",
        "messages": [{"role": "user", "content": "hello"}],
        "temperature": 0.0,
    }


def test_the_plainest_message_adds_only_the_limit_the_format_demands(anthropic: Wire) -> None:
    assert anthropic.sent(params=Params(temperature=None)) == {
        "model": "some-model",
        "max_tokens": 4096,
        "messages": [{"role": "user", "content": "hello"}],
    }


@pytest.mark.parametrize("stream", [False, True])
def test_requests_go_through_the_proxy_that_the_environment_names(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, stream: bool
) -> None:
    with LoopbackServer() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.origin)
        reply = wire.ask("http://models.invalid/v1", stream=stream)

    assert reply.text
    assert [request.headers["host"] for request in proxy.requests] == ["models.invalid"]


def test_every_parameter_of_a_completion_has_its_field(openai: Wire) -> None:
    sent = openai.sent(params=FULL, system="Be short.")

    assert sent == {
        "model": "some-model",
        "messages": [{"role": "system", "content": "Be short."}, {"role": "user", "content": "hello"}],
        "temperature": 0.5,
        "max_completion_tokens": 99,
        "seed": 7,
        "top_p": 0.9,
        "stop": ["END"],
        "reasoning_effort": "low",
    }


def test_compatible_endpoints_get_max_tokens_under_its_old_name() -> None:
    assert Wire("gemini", "GEMINI_API_KEY").sent(params=Params(max_tokens=99))["max_tokens"] == 99


def test_every_parameter_of_a_message_has_its_field(anthropic: Wire) -> None:
    params = Params(0.5, 99, None, 0.9, ("END",), {"thinking": {"type": "disabled"}, "metadata": None})

    assert anthropic.sent(params=params, system="Be short.") == {
        "model": "some-model",
        "messages": [{"role": "user", "content": "hello"}],
        "system": "Be short.",
        "temperature": 0.5,
        "max_tokens": 99,
        "top_p": 0.9,
        "stop_sequences": ["END"],
        "thinking": {"type": "disabled"},
    }


def test_tools_are_functions_of_a_completion(openai: Wire) -> None:
    function = {"name": "add", "description": "Add numbers.", "parameters": ADD.parameters}

    assert openai.sent(tools=(ADD,))["tools"] == [{"type": "function", "function": function}]


def test_tools_of_a_message_have_an_input_schema(anthropic: Wire) -> None:
    expected = {"name": "add", "description": "Add numbers.", "input_schema": ADD.parameters}

    assert anthropic.sent(tools=(ADD,))["tools"] == [expected]


def test_a_closed_schema_is_sent_strict(openai: Wire) -> None:
    assert openai.sent(response_schema=CLOSED)["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "The_sum_", "schema": CLOSED, "strict": True},
    }


@pytest.mark.parametrize(
    "schema",
    [
        {**CLOSED, "additionalProperties": True},
        {**CLOSED, "required": []},
        {**CLOSED, "properties": {"n": {"type": "object", "properties": {}}}},
        {**CLOSED, "properties": {"n": {"anyOf": [{"type": "object"}]}}},
        {**CLOSED, "properties": {"n": {"allOf": []}}},
        {**CLOSED, "$defs": {"open": {"type": "object"}}},
        {"type": "array", "items": {"type": "string"}},
    ],
)
def test_a_schema_that_strict_mode_would_refuse_is_sent_as_a_guide(openai: Wire, schema: dict[str, Any]) -> None:
    sent = openai.sent(response_schema=schema)["response_format"]["json_schema"]

    assert (sent["strict"], sent["schema"]) == (False, schema)


def test_a_schema_of_a_message_joins_the_output_config_of_the_caller(anthropic: Wire) -> None:
    sent = anthropic.sent(response_schema=CLOSED, params=Params(extra={"output_config": {"effort": "low"}}))

    assert sent["output_config"] == {"effort": "low", "format": {"type": "json_schema", "schema": CLOSED}}


CALLS = [
    {"id": "c1", "name": "add", "arguments": {"a": 1}},
    {"id": "c2", "name": "add", "arguments": {}},
]
CONVERSATION = [
    {"role": "user", "content": "Add."},
    {"role": "assistant", "content": "", "tool_calls": CALLS},
    {"role": "tool", "tool_call_id": "c1", "content": "1"},
    {"role": "tool", "tool_call_id": "c2", "content": "0"},
    {"role": "user", "content": "Thanks."},
]


def test_tool_calls_of_a_completion_carry_their_arguments_as_text(openai: Wire) -> None:
    sent = openai.sent(question=CONVERSATION)["messages"]

    assert sent[1] == {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}},
            {"id": "c2", "type": "function", "function": {"name": "add", "arguments": "{}"}},
        ],
    }
    assert sent[2:] == CONVERSATION[2:]


def test_tool_calls_already_in_the_wire_format_or_unread_go_out_as_they_are(openai: Wire) -> None:
    written = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": "{}"}}
    unread = {"id": "c2", "name": "add", "arguments": "{a"}
    turns = [{"role": "assistant", "content": "x", "tool_calls": [written, unread]}]

    calls = openai.sent(question=turns)["messages"][0]["tool_calls"]

    assert calls[0] == written
    assert calls[1]["function"]["arguments"] == "{a"


def test_results_of_tools_called_together_share_one_turn_of_messages(anthropic: Wire) -> None:
    sent = anthropic.sent(question=CONVERSATION)["messages"]

    assert sent[1]["content"] == [
        {"type": "tool_use", "id": "c1", "name": "add", "input": {"a": 1}},
        {"type": "tool_use", "id": "c2", "name": "add", "input": {}},
    ]
    assert sent[2] == {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": "c1", "content": "1"},
            {"type": "tool_result", "tool_use_id": "c2", "content": "0"},
        ],
    }
    assert sent[3] == {"role": "user", "content": "Thanks."}


def test_text_before_tool_calls_stays_before_them(anthropic: Wire) -> None:
    turns = [{"role": "assistant", "content": "I add.", "tool_calls": CALLS[:1]}]
    blocks = [{"role": "assistant", "content": [{"type": "text", "text": "I add."}], "tool_calls": CALLS[:1]}]

    for question in (turns, blocks):
        content = anthropic.sent(question=question)["messages"][0]["content"]
        assert [block["type"] for block in content] == ["text", "tool_use"]


def test_asking_leaves_the_callers_messages_alone(wire: Wire) -> None:
    before = json.dumps(CONVERSATION)
    wire.sent(question=CONVERSATION)

    assert json.dumps(CONVERSATION) == before


def test_leading_system_messages_join_the_system_prompt(anthropic: Wire) -> None:
    turns = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "hi"}]

    sent = anthropic.sent(question=turns, system="Be short.")

    assert sent["system"] == "Be short.\n\nBe kind."
    assert sent["messages"] == [{"role": "user", "content": "hi"}]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"params": Params(seed=1)}, "takes no seed; add --llm-param seed=none"),
        (
            {"question": [{"role": "user", "content": "a"}, {"role": "system", "content": "b"}]},
            "takes system messages at the beginning only; move it there",
        ),
        ({"params": Params(extra={"stream": True})}, "parameter 'stream' cannot be set; remove it"),
    ],
)
def test_what_messages_cannot_say_is_told_and_not_dropped(anthropic: Wire, fields: dict[str, Any], says: str) -> None:
    with pytest.raises(UnsupportedByProvider) as caught:
        anthropic.sent(**fields)

    assert str(caught.value) == f"anthropic:some-model: {says}"


@pytest.mark.parametrize("name", ["n", "stream", "model", "messages"])
def test_several_choices_or_a_stream_cannot_be_asked_for(openai: Wire, name: str) -> None:
    with pytest.raises(UnsupportedByProvider, match=f"parameter '{name}' cannot be set"):
        openai.sent(params=Params(extra={name: 2}))
