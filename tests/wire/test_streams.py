"""A streamed reply is the unstreamed one with the times of its tokens, or an error; it is never a shortened one."""

from __future__ import annotations

import time
import traceback
from dataclasses import replace
from typing import Any

import pytest

from pytest_llmeval.errors import (
    AuthenticationError,
    BadReply,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
)
from pytest_llmeval.models.answer import Reply, Usage
from pytest_llmeval.models.request import Params, Tool
from tests.loopback.outcomes import Cut, Fail, Hang, Outcome, Raw, Say, Stumble
from tests.loopback.scenario import Scenario
from tests.loopback.server import LoopbackServer
from tests.wire.conftest import Wire

WEATHER = Tool("weather", "Look up the weather.", {"type": "object", "properties": {"city": {"type": "string"}}})
TWO_CALLS = (("weather", '{"city": "Tromsø"}'), ("weather", '{"city": "Bodø", "days": [1, 2]}'))


def untimed(reply: Reply) -> Reply:
    return replace(reply, ttft_s=None, streamed_s=None)


@pytest.mark.parametrize(
    ("say", "fields"),
    [
        (Say("Grüße, one two  three\n four ✓ "), {}),
        (Say("4", thinking="two and two\n makes"), {}),
        (Say("Looking.", tool_calls=TWO_CALLS), {"tools": (WEATHER,)}),
        (Say("", tool_calls=(("now", "{}"),)), {"tools": (Tool("now"),)}),
        (Say("cut off", stop="length"), {}),
        (Say("cut off", stop="max_tokens"), {}),
        (Say("", stop="refusal"), {}),
        (Say(""), {}),
        (Say("x", served_model="some-model-2025"), {}),
    ],
)
def test_a_streamed_reply_is_the_unstreamed_one(wire: Wire, say: Say, fields: dict[str, Any]) -> None:
    with LoopbackServer(Scenario(say)) as server:
        whole = wire.ask(server.base_url, **fields)
        streamed = wire.ask(server.base_url, stream=True, **fields)

    assert untimed(streamed) == whole
    assert whole.ttft_s is None
    assert [request.body.get("stream") for request in server.requests] == [None, True]


def test_a_refusal_in_its_own_field_is_streamed_too(openai: Wire) -> None:
    with LoopbackServer(Scenario(Say(refusal="I will not."))) as server:
        reply = openai.ask(server.base_url, stream=True)

    assert (reply.text, reply.finish_reason) == ("I will not.", "refusal")


def test_the_usage_is_told_whole(wire: Wire) -> None:
    usages: dict[str, dict[str, Any]] = {
        "openai": {"prompt_tokens": 9, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 4}},
        "anthropic": {"input_tokens": 5, "cache_read_input_tokens": 4, "output_tokens": 5},
    }
    with LoopbackServer(Scenario(Say("a b c", usage=usages[wire.provider]))) as server:
        assert wire.ask(server.base_url, stream=True).usage == Usage(9, 5, 4)


def test_the_usage_is_asked_for_unless_told_otherwise(openai: Wire) -> None:
    with LoopbackServer() as server:
        told = openai.ask(server.base_url, stream=True)
        silent = openai.ask(server.base_url, stream=True, params=Params(extra={"stream_options": None}))

    assert server.requests[0].body["stream_options"] == {"include_usage": True}
    assert "stream_options" not in server.requests[1].body
    assert (told.usage, silent.usage) == (Usage(12, 3), Usage())


def test_the_first_and_the_last_token_are_timed(wire: Wire) -> None:
    with LoopbackServer(Scenario(Say("one two three four", piece_delay_s=0.03), latency_s=0.1)) as server:
        began = time.perf_counter()
        reply = wire.ask(server.base_url, stream=True)
        took = time.perf_counter() - began

    assert reply.ttft_s is not None
    assert reply.streamed_s is not None
    assert reply.ttft_s > 0.13
    assert reply.streamed_s > 0.06  # three delays lie between four tokens
    assert reply.ttft_s + reply.streamed_s < took


@pytest.mark.parametrize("say", [Say("", thinking="hm hm"), Say("", tool_calls=(("now", "{}"),))])
def test_thinking_and_tool_calls_are_first_tokens_too(wire: Wire, say: Say) -> None:
    with LoopbackServer(Scenario(say)) as server:
        assert wire.ask(server.base_url, stream=True).ttft_s is not None


def test_a_reply_without_a_token_has_no_first_one(wire: Wire) -> None:
    with LoopbackServer(Scenario(Say(""))) as server:
        reply = wire.ask(server.base_url, stream=True)

    assert (reply.ttft_s, reply.streamed_s) == (None, None)


BEFORE_THE_END = range(5)
"""Events after which both formats still lack the reason to stop, for a text of four pieces."""


@pytest.mark.parametrize("after", BEFORE_THE_END)
@pytest.mark.parametrize("then", [Cut(), None], ids=["cut", "closed politely"])
def test_a_stream_that_ends_too_early_is_an_error_and_no_short_answer(wire: Wire, after: int, then: Cut | None) -> None:
    with LoopbackServer(Scenario(Stumble(after, then))) as server:
        error = wire.failure(server.base_url, stream=True)

    assert type(error) is ProviderUnavailable
    assert str(error).startswith(f"{wire.provider}:some-model: connection to {server.base_url} failed: ")
    assert len(server.requests) == 1


def test_a_stream_that_says_why_it_stopped_is_complete_whatever_comes_then(wire: Wire) -> None:
    without_the_last = {"openai": 6, "anthropic": 9}[wire.provider]
    with LoopbackServer(Scenario(Stumble(without_the_last))) as server:
        reply = wire.ask(server.base_url, stream=True)

    assert (reply.text, reply.finish_reason) == ("one two three four", "stop")


@pytest.mark.parametrize(
    ("fail", "kind", "line"),
    [
        (Fail(200, "Overloaded", "overloaded_error"), ProviderUnavailable, "HTTP 529: Overloaded"),
        (Fail(200, "slow down", "rate_limit_exceeded"), RateLimited, "HTTP 429: slow down"),
        (Fail(200, "slow down", "rate_limit_error"), RateLimited, "HTTP 429: slow down"),
        (Fail(200, "The server had an error"), ProviderUnavailable, ": The server had an error"),
        (Fail(200, "quota", "insufficient_quota"), QuotaExhausted, "HTTP 429: quota; add credit"),
    ],
)
@pytest.mark.parametrize("after", [0, 3])
def test_an_error_in_mid_stream_is_its_own_kind_of_error(
    wire: Wire, fail: Fail, kind: type[ProviderError], line: str, after: int
) -> None:
    with LoopbackServer(Scenario(Stumble(after, fail))) as server:
        error = wire.failure(server.base_url, stream=True)

    assert type(error) is kind
    assert line in str(error)
    assert len(server.requests) == 1


def test_an_error_event_that_is_no_json_is_the_providers_fault(anthropic: Wire) -> None:
    with LoopbackServer(Scenario(Stumble(3, Raw("event: error\ndata: worn out\n\n")))) as server:
        error = anthropic.failure(server.base_url, stream=True)

    assert type(error) is ProviderUnavailable
    assert str(error) == "anthropic:some-model: HTTP 502: worn out"


def test_a_stream_without_an_end_is_given_up_in_time(wire: Wire) -> None:
    endless = Say("on and " * 500, piece_delay_s=0.02)
    for outcome in (Stumble(3, Hang()), endless):
        with LoopbackServer(Scenario(outcome)) as server:
            began = time.monotonic()
            error = wire.failure(server.base_url, stream=True, timeout_s=0.2)
            took = time.monotonic() - began

        assert 0.2 <= took < 3
        assert type(error) is ProviderTimeout
        assert str(error) == f"{wire.provider}:some-model: no reply within 0.2 s; allow more with --llm-timeout"


@pytest.mark.parametrize("data", ['{"choices": [{]', "[1, 2]", "3"])
def test_an_event_that_is_broken_makes_a_bad_reply(wire: Wire, data: str) -> None:
    broken = Raw(f"event: content_block_delta\ndata: {data}\n\n")
    with LoopbackServer(Scenario(Stumble(3, broken))) as server:
        error = wire.failure(server.base_url, stream=True)

    assert type(error) is BadReply
    assert "the reply cannot be read: " in str(error)
    assert "\n" not in str(error)


@pytest.mark.parametrize("outcome", [Fail(401, "Incorrect API key"), Raw("<html>Log in", content_type="text/html")])
def test_what_fails_before_the_stream_fails_as_it_does_without(wire: Wire, outcome: Outcome) -> None:
    with LoopbackServer(Scenario(outcome)) as server:
        errors = [wire.failure(server.base_url, stream=stream) for stream in (False, True)]

    assert type(errors[1]) in (AuthenticationError, BadReply)
    assert type(errors[0]) is type(errors[1])


def test_a_server_that_answers_in_one_piece_is_understood(openai: Wire) -> None:
    whole = Raw('{"choices": [{"message": {"content": "ok"}, "finish_reason": "stop"}]}')
    refused = Raw('{"error": {"code": 429, "message": "upstream is busy"}}')
    with LoopbackServer(Scenario([whole, refused])) as server:
        reply = openai.ask(server.base_url, stream=True)
        error = openai.failure(server.base_url, stream=True)

    assert (reply.text, reply.ttft_s) == ("ok", None)
    assert type(error) is RateLimited


def test_a_key_echoed_in_mid_stream_does_not_come_through(wire: Wire) -> None:
    for then in (Fail(200, f"You sent {wire.key}"), Raw(f"event: content_block_delta\ndata: ['{wire.key}'\n\n")):
        with LoopbackServer(Scenario(Stumble(3, then))) as server:
            error = wire.failure(server.base_url, stream=True)

        assert wire.key not in "".join(traceback.format_exception(error)) + repr(error)
        assert (error.__cause__, error.__context__) == (None, None)


def test_a_stream_read_to_its_end_gives_its_connection_back(wire: Wire) -> None:
    request = wire.request()
    with LoopbackServer() as server:

        async def ask_thrice(provider: Any) -> None:
            for _ in range(3):
                await provider.complete(request)

        wire.use(server.base_url, ask_thrice, stream=True)

    assert (len(server.requests), server.connections) == (3, 1)


@pytest.mark.parametrize("stream", [False, True])
def test_thinking_in_the_text_of_a_local_model_is_taken_apart(stream: bool) -> None:
    with LoopbackServer(Scenario(Say("<think>\ntwo and two\n</think>\n\n4"))) as server:
        reply = Wire("ollama-local", "").ask(server.base_url, stream=stream)

    assert (reply.text, reply.thinking) == ("4", "two and two")


@pytest.mark.parametrize("fields", [{"tools": (WEATHER,)}, {"response_schema": {"type": "object"}}])
def test_with_tools_or_a_schema_the_text_stays_as_it_came(fields: dict[str, Any]) -> None:
    with LoopbackServer(Scenario(Say("<think>hm</think>4"))) as server:
        reply = Wire("vllm", "").ask(server.base_url, **fields)

    assert (reply.text, reply.thinking) == ("<think>hm</think>4", None)


def test_the_text_of_openai_and_a_told_thinking_stay_as_they_came(openai: Wire) -> None:
    with LoopbackServer(Scenario(Say("<think>hm</think>4"))) as server:
        assert openai.ask(server.base_url).text == "<think>hm</think>4"
    with LoopbackServer(Scenario(Say("<think>hm</think>4", thinking="told"))) as server:
        reply = Wire("vllm", "").ask(server.base_url)

    assert (reply.text, reply.thinking) == ("<think>hm</think>4", "told")
