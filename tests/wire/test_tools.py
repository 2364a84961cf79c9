"""The tool loop and conversations over both wire formats: real SDKs, real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.models.answer import Answer
from pytest_llmeval.models.client import LLM
from pytest_llmeval.models.defaults import Defaults
from pytest_llmeval.models.gateway import Gateway
from pytest_llmeval.models.loop_thread import LoopThread
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.providers.port import ProviderSettings
from pytest_llmeval.models.providers.registry import builtin_providers
from pytest_llmeval.models.terms import Terms
from pytest_llmeval.models.tools.fake_tools import FakeTools
from tests.loopback.outcomes import Outcome, Raw, Say
from tests.loopback.scenario import Received
from tests.loopback.server import LoopbackServer
from tests.wire.conftest import KEYS, Wire

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = {
    "name": "weather",
    "parameters": SCHEMA,
    "cases": [{"args": {"city": "Oslo"}, "returns": {"sky": "rain"}}, {"raises": "503"}],
}


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    thread = LoopThread()
    yield thread
    thread.stop()


def run(wire: Wire, loop: LoopThread, server: LoopbackServer, *, stream: bool = False) -> Answer:
    """Let the model use the fake tool, through the gateway and the provider's SDK."""
    settings = ProviderSettings(Path(), server.base_url, 5.0, KEYS, stream=stream)
    gateway = Gateway(lambda name: builtin_providers().make(name, settings), Terms(2))
    defaults = Defaults(ModelName(wire.provider, "some-model"), base_url=server.base_url)
    llm = LLM(defaults, gateway.send, loop, tools=FakeTools([WEATHER]))
    try:
        return llm.run_tools("Weather in Oslo and Rome?")
    finally:
        loop.run(gateway.aclose())


def results_in(received: Received) -> list[Any]:
    """Return what a request says of tools that were run, in whichever format."""
    found = []
    for turn in received.body["messages"]:
        blocks = turn["content"] if isinstance(turn["content"], list) else []
        found += [turn] if turn["role"] == "tool" else []
        found += [block for block in blocks if block["type"] == "tool_result"]
    return found


def weather_model(received: Received) -> Outcome:
    """Call the tool twice at once, then answer."""
    if results_in(received):
        return Say("Rain in Oslo; Rome I could not find out.")
    calls = (("weather", '{"city": "Oslo"}'), ("weather", '{"city": "Rome"}'))
    return Say("Looking.", tool_calls=calls, thinking="Hm." if received.path == "/v1/messages" else None)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_model_uses_tools_until_it_answers(wire: Wire, loop: LoopThread, stream: bool) -> None:
    with LoopbackServer(weather_model) as server:
        answer = run(wire, loop, server, stream=stream)

    assert answer.text == "Rain in Oslo; Rome I could not find out."
    assert [(call.name, call.arguments, call.result and call.result.status) for call in answer.tool_calls] == [
        ("weather", {"city": "Oslo"}, "ok"),
        ("weather", {"city": "Rome"}, "error"),
    ]
    told = results_in(server.requests[1])
    assert [result["content"] for result in told] == ['{"sky": "rain"}', '{"error": "503"}']
    ids = [call.id for call in answer.tool_calls]
    if wire.provider == "openai":
        assert [result["tool_call_id"] for result in told] == ids
        assert not any("is_error" in result for result in told)
    else:
        assert [(result["tool_use_id"], result.get("is_error")) for result in told] == [(ids[0], None), (ids[1], True)]
        kinds = [block["type"] for block in server.requests[1].body["messages"][1]["content"]]
        assert kinds == ["thinking", "text", "tool_use", "tool_use"]
        assert server.requests[1].body["messages"][1]["content"][0]["signature"] == "c2ln"


def test_broken_arguments_go_back_as_they_were_written_and_are_told(openai: Wire, loop: LoopThread) -> None:
    def model(received: Received) -> Outcome:
        return Say("Sorry.") if results_in(received) else Say(tool_calls=(("weather", "{city"),))

    with LoopbackServer(model) as server:
        answer = run(openai, loop, server)

    sent = server.requests[1].body["messages"]
    assert sent[1]["tool_calls"][0]["function"]["arguments"] == "{city"
    assert "not a JSON object" in sent[2]["content"]
    assert (answer.text, answer.tool_calls[0].raw_arguments) == ("Sorry.", "{city")


def test_signatures_and_thinking_of_other_endpoints_go_back_with_the_calls(openai: Wire, loop: LoopThread) -> None:
    signed = (
        '{"choices": [{"message": {"role": "assistant", "content": null, "reasoning_content": "Hm.", "tool_calls": '
        '[{"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{}"}, '
        '"extra_content": {"google": {"thought_signature": "s"}}}]}, "finish_reason": "tool_calls"}]}'
    )
    with LoopbackServer(lambda received: Say("ok") if results_in(received) else Raw(signed)) as server:
        run(openai, loop, server)

    turn = server.requests[1].body["messages"][1]
    assert turn["reasoning_content"] == "Hm."
    assert turn["tool_calls"][0]["extra_content"] == {"google": {"thought_signature": "s"}}


def test_arguments_that_are_no_object_are_sent_to_messages_as_an_empty_one(anthropic: Wire) -> None:
    calls = [{"id": "c1", "name": "weather", "arguments": "{city"}]
    sent = anthropic.sent(question=[{"role": "assistant", "content": "", "tool_calls": calls}])["messages"]
    assert sent[0]["content"] == [{"type": "tool_use", "id": "c1", "name": "weather", "input": {}}]


def test_a_turn_without_content_is_left_out_of_messages(anthropic: Wire) -> None:
    turns = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": ""},
        {"role": "user", "content": "b"},
    ]
    sent = anthropic.sent(question=turns)["messages"]
    assert [turn["content"] for turn in sent] == ["a", "b"]


def test_the_loop_may_be_awaited_on_another_loop(wire: Wire, loop: LoopThread) -> None:
    with LoopbackServer(weather_model) as server:
        settings = ProviderSettings(Path(), server.base_url, 5.0, KEYS)
        gateway = Gateway(lambda name: builtin_providers().make(name, settings), Terms(2))
        llm = LLM(Defaults(ModelName(wire.provider, "m"), base_url=server.base_url), gateway.send, loop)
        answer = asyncio.run(llm.arun_tools("?", [WEATHER]))
        loop.run(gateway.aclose())
    assert answer.tools_called == ("weather", "weather")
