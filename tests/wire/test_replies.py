"""What the SDKs bring back from a server becomes a reply: both formats, real sockets."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.models.answer import ToolCall, Usage
from pytest_llmeval.models.request import Params, Tool
from tests.loopback.outcomes import Raw, Say
from tests.loopback.scenario import Scenario
from tests.loopback.server import LoopbackServer
from tests.wire.conftest import Wire

WEATHER = Tool("weather", "Look up the weather.", {"type": "object", "properties": {"city": {"type": "string"}}})


def test_text_arrives_with_the_served_model_and_the_usage(wire: Wire) -> None:
    with LoopbackServer(Scenario(Say("Grüße ✓", served_model="some-model-2025"))) as server:
        reply = wire.ask(server.base_url)

    assert (reply.text, reply.finish_reason, reply.served_model) == ("Grüße ✓", "stop", "some-model-2025")
    assert reply.usage == Usage(12, 3)
    assert reply.usage.total_tokens == 15


def test_a_tool_call_comes_back_and_its_result_goes_out_again(wire: Wire) -> None:
    script = [Say("Looking.", tool_calls=(("weather", '{"city": "Oslo"}'),)), Say("It rains.")]
    with LoopbackServer(Scenario(script)) as server:
        first = wire.ask(server.base_url, "Weather in Oslo?", tools=(WEATHER,))
        call = first.tool_calls[0]
        conversation = [
            {"role": "user", "content": "Weather in Oslo?"},
            {
                "role": "assistant",
                "content": first.text,
                "tool_calls": [{"id": call.id, "name": call.name, "arguments": call.arguments}],
            },
            {"role": "tool", "tool_call_id": call.id, "content": "rain"},
        ]
        second = wire.ask(server.base_url, conversation, tools=(WEATHER,))

    assert first.finish_reason == "tool_calls"
    assert (call.name, call.arguments, call.raw_arguments) == ("weather", {"city": "Oslo"}, None)
    assert call.id
    assert second.text == "It rains."
    result = server.requests[1].body["messages"][-1]
    assert "rain" in str(result)
    assert call.id in str(result)


def test_arguments_that_are_no_json_object_are_kept_as_they_were_written(openai: Wire) -> None:
    with LoopbackServer(
        Scenario(Say(tool_calls=(("weather", "{city: Oslo"), ("weather", "[1]"), ("now", ""))))
    ) as server:
        reply = openai.ask(server.base_url, tools=(WEATHER,))

    assert reply.tool_calls == (
        ToolCall("weather", {}, "call_1", "{city: Oslo"),
        ToolCall("weather", {}, "call_2", "[1]"),
        ToolCall("now", {}, "call_3", None),
    )


def test_an_answer_to_a_schema_is_its_json_text(wire: Wire) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    with LoopbackServer(Scenario(Say('{"n": 4}'))) as server:
        reply = wire.ask(server.base_url, response_schema=schema)

    assert reply.text == '{"n": 4}'
    assert "json_schema" in str(server.requests[0].body)


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("tool_calls", "tool_calls"),
        ("function_call", "tool_calls"),
        ("content_filter", "content_filter"),
        ("content_filter: RECITATION", "content_filter"),
        ("something_new", "other"),
    ],
)
def test_every_finish_reason_of_chat_completions_has_its_own(openai: Wire, word: str, reason: str) -> None:
    with LoopbackServer(Scenario(Say(stop=word))) as server:
        assert openai.ask(server.base_url).finish_reason == reason


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "refusal"),
        ("pause_turn", "other"),
        ("something_new", "other"),
    ],
)
def test_every_stop_reason_of_messages_has_its_own(anthropic: Wire, word: str, reason: str) -> None:
    with LoopbackServer(Scenario(Say(stop=word))) as server:
        assert anthropic.ask(server.base_url).finish_reason == reason


def test_a_stop_with_tool_calls_is_a_wish_for_tools(openai: Wire) -> None:
    with LoopbackServer(Scenario(Say(stop="stop", tool_calls=(("now", "{}"),)))) as server:
        assert openai.ask(server.base_url).finish_reason == "tool_calls"


def test_a_refusal_is_told_from_an_answer(openai: Wire) -> None:
    with LoopbackServer(Scenario(Say(refusal="I will not."))) as server:
        reply = openai.ask(server.base_url)

    assert (reply.text, reply.finish_reason) == ("I will not.", "refusal")


def test_thinking_stands_apart_from_the_text(wire: Wire) -> None:
    with LoopbackServer(Scenario(Say("4", thinking="two and two"))) as server:
        reply = wire.ask(server.base_url)

    assert (reply.text, reply.thinking) == ("4", "two and two")


def test_cached_and_reasoning_tokens_are_part_of_the_totals_of_chat_completions(openai: Wire) -> None:
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 50,
        "total_tokens": 150,
        "prompt_tokens_details": {"cached_tokens": 64},
        "completion_tokens_details": {"reasoning_tokens": 40},
    }
    with LoopbackServer(Scenario(Say(usage=usage))) as server:
        assert openai.ask(server.base_url).usage == Usage(100, 50, 64, 40)


def test_thinking_that_only_the_total_counts_is_output_too(openai: Wire) -> None:
    usage = {"prompt_tokens": 20, "completion_tokens": 198, "total_tokens": 623}
    with LoopbackServer(Scenario(Say(usage=usage))) as server:
        assert openai.ask(server.base_url).usage.output_tokens == 603


def test_cached_tokens_of_messages_are_added_to_its_input_tokens(anthropic: Wire) -> None:
    usage = {
        "input_tokens": 10,
        "cache_creation_input_tokens": 200,
        "cache_read_input_tokens": 3000,
        "output_tokens": 50,
        "output_tokens_details": {"thinking_tokens": 30},
    }
    with LoopbackServer(Scenario(Say(usage=usage))) as server:
        assert anthropic.ask(server.base_url).usage == Usage(3210, 50, 3000, 30)


def test_a_system_fingerprint_is_kept(openai: Wire) -> None:
    with LoopbackServer() as server:
        assert openai.ask(server.base_url).system_fingerprint == "fp_loopback"


def test_usage_that_was_not_told_is_unknown_and_not_zero(openai: Wire) -> None:
    bare = Raw('{"choices": [{"message": {"content": "ok"}}]}')
    with LoopbackServer(Scenario(bare)) as server:
        reply = openai.ask(server.base_url)

    assert (reply.text, reply.finish_reason, reply.usage, reply.served_model) == ("ok", "other", Usage(), None)


def test_an_answer_counts_even_with_an_error_beside_it(openai: Wire) -> None:
    both = Raw('{"error": {"code": 500}, "choices": [{"message": {"content": "ok"}}]}')
    with LoopbackServer(Scenario(both)) as server:
        assert openai.ask(server.base_url).text == "ok"


@pytest.mark.parametrize("stream", [False, True])
def test_alternatives_of_each_token_come_where_they_were_asked_for(openai: Wire, stream: bool) -> None:
    def token(text: str, *logprobs: float) -> dict[str, Any]:
        top = [{"token": f"{text}{n}", "logprob": one, "bytes": None} for n, one in enumerate(logprobs)]
        return {"token": text, "logprob": logprobs[0], "bytes": None, "top_logprobs": top}

    logprobs = {"content": [token("Pa", -0.1, -2.5), token("ris", 0.0, -9999.0)], "refusal": None}
    params = Params(extra={"logprobs": True, "top_logprobs": 2})
    with LoopbackServer(Scenario(Say("Paris", logprobs=logprobs))) as server:
        reply = openai.ask(server.base_url, params=params, stream=stream)

    assert (server.requests[0].body["logprobs"], server.requests[0].body["top_logprobs"]) == (True, 2)
    assert reply.token_alternatives == ((-0.1, -2.5), (0.0, -9999.0))
    assert reply.token_logprobs == (-0.1, 0.0)
    with LoopbackServer(Scenario(Say("Paris"))) as server:
        assert openai.ask(server.base_url, stream=stream).token_alternatives is None
