"""The tool loop: ask, run what is called, tell the results, until there is an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

import pytest

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.models.answer import Call, Reply, ToolCall, ToolResult, Usage
from pytest_llmeval.models.client import LLM
from pytest_llmeval.models.defaults import Defaults
from pytest_llmeval.models.loop_thread import LoopThread
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.request import Request
from pytest_llmeval.models.tools.fake_tools import FakeTools

LOOK = {"name": "look", "cases": [{"args": {"at": "a"}, "returns": "an A"}, {"raises": "dark"}]}


def look(at: str, name: str = "") -> ToolCall:
    return ToolCall("look", {"at": at}, name)


class Scripted:
    """Replies one after another, the last one for ever."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.requests: list[Request] = []

    async def send(self, request: Request) -> Call:
        self.requests.append(request)
        reply = self.replies[min(len(self.requests), len(self.replies)) - 1]
        return Call("p", "m", request.messages, reply, f"h{len(self.requests)}", latency_s=1.0, cost_usd=0.5)


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    thread = LoopThread()
    yield thread
    thread.stop()


def client(loop: LoopThread, *replies: Reply, tools: Sequence[object] = (LOOK,)) -> tuple[LLM, Scripted]:
    script = Scripted(*replies)
    fakes = FakeTools(tools)  # type: ignore[arg-type]  # as a test writes them
    return LLM(Defaults(ModelName("p", "m"), max_steps=3), script.send, loop, "context", fakes), script


def wants(*calls: ToolCall, text: str = "") -> Reply:
    return Reply(text, "tool_calls", calls, Usage(10, 1))


def test_results_go_back_until_the_model_answers(loop: LoopThread) -> None:
    llm, script = client(
        loop, wants(look("a", "1"), look("b"), text="Looking."), Reply("It is an A.", usage=Usage(20, 5))
    )
    answer = llm.run_tools("What is there?")
    assert (answer.text, answer.finish_reason, answer.tools_called) == ("It is an A.", "stop", ("look", "look"))
    assert [call.result for call in answer.tool_calls] == [
        ToolResult("an A"),
        ToolResult('{"error": "dark"}', "error"),
    ]
    assert script.requests[1].messages[1:] == (
        {
            "role": "assistant",
            "content": "Looking.",
            "tool_calls": [
                {"id": "1", "name": "look", "arguments": {"at": "a"}},
                {"id": "call_1_2", "name": "look", "arguments": {"at": "b"}},
            ],
        },
        {"role": "tool", "tool_call_id": "1", "content": "an A"},
        {"role": "tool", "tool_call_id": "call_1_2", "content": '{"error": "dark"}', "is_error": True},
    )
    assert (answer.usage, answer.cost_usd, len(answer.calls), answer.context) == (Usage(30, 6), 1.0, 2, "context")
    assert tuple(llm.calls) == answer.calls
    assert answer.messages[-1] == {"role": "assistant", "content": "It is an A."}
    assert llm.tools.calls == list(answer.tool_calls)


def test_a_model_that_never_answers_is_stopped_and_its_conversation_can_go_on(loop: LoopThread) -> None:
    llm, script = client(loop, wants(look("a", "1")))
    answer = llm.run_tools("?")
    assert (len(script.requests), answer.finish_reason, len(answer.tool_calls)) == (3, "tool_calls", 3)
    assert answer.messages[-1]["role"] == "tool"
    assert len(llm.run_tools("?", max_steps=1).calls) == 1


@pytest.mark.parametrize("reason", ["length", "content_filter", "refusal"])
def test_calls_of_a_reply_that_is_not_whole_are_not_run(loop: LoopThread, reason: str) -> None:
    cut = Reply("", reason, (ToolCall("look", {}, "1", '{"at'),))  # type: ignore[arg-type]  # one of its values
    llm, script = client(loop, cut)
    answer = llm.run_tools("?")
    assert (len(script.requests), answer.finish_reason, llm.tools.calls) == (1, reason, [])
    assert answer.tool_calls[0].result is None


def test_what_the_model_wrote_for_arguments_goes_back_as_it_was(loop: LoopThread) -> None:
    torn = ToolCall("look", {}, "1", '{"at"', {"extra_content": {"sign": "x"}})
    llm, script = client(loop, Reply("", "tool_calls", (torn,), carried={"reasoning_content": "Hm."}), Reply("no"))
    assert llm.run_tools("?").tool_calls[0].result is not None
    assert script.requests[1].messages[1] == {
        "role": "assistant",
        "content": "",
        "reasoning_content": "Hm.",
        "tool_calls": [{"id": "1", "name": "look", "arguments": '{"at"', "extra": {"extra_content": {"sign": "x"}}}],
    }


def test_tools_may_be_given_with_the_call(loop: LoopThread) -> None:
    llm, script = client(loop, Reply("ok"), tools=())
    with pytest.raises(ConfigurationError, match="has no tools: pass some"):
        llm.run_tools("?")
    assert llm.run_tools("?", [{"name": "find", "returns": 1}], system="Be brief.", temperature=1).text == "ok"
    assert [tool.name for tool in script.requests[0].tools] == ["find"]
    assert (script.requests[0].system, script.requests[0].params.temperature) == ("Be brief.", 1)


def test_fake_tools_may_be_described_without_being_run(loop: LoopThread) -> None:
    llm, script = client(loop, wants(look("a", "1")))
    answer = llm.complete("?", tools=llm.tools)
    assert ([tool.name for tool in script.requests[0].tools], answer.tool_calls[0].result) == (["look"], None)


def test_fewer_than_one_step_is_refused(loop: LoopThread) -> None:
    llm, _ = client(loop, Reply("ok"))
    with pytest.raises(ConfigurationError, match="max_steps must be at least 1, got 0"):
        llm.run_tools("?", max_steps=0)


def test_blocking_the_loop_is_refused_and_awaiting_on_any_loop_is_not(loop: LoopThread) -> None:
    llm, _ = client(loop, wants(look("a", "1")), Reply("ok"))

    async def block() -> None:
        llm.run_tools("?")

    with pytest.raises(ConfigurationError, match=r"write: await llm\.arun_tools"):
        loop.run(block())
    assert asyncio.run(llm.arun_tools("?")).text == "ok"
