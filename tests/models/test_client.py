import asyncio
from collections.abc import Iterator

import pytest

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.models.answer import Answer, Call, Reply, ToolCall, Usage
from pytest_llmeval.models.client import LLM
from pytest_llmeval.models.defaults import Defaults
from pytest_llmeval.models.loop_thread import LoopThread
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.request import Params, Request
from pytest_llmeval.models.tracing import answer_of, total_cost, with_trace


class Desk:
    """Answers requests by saying what it was asked."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    async def send(self, request: Request) -> Call:
        self.requests.append(request)
        return call(f"you said {request.messages[-1]['content']}", messages=request.messages)


def call(text: str = "ok", **changes: object) -> Call:
    reply = Reply(text, usage=Usage(10, 2), tool_calls=changes.pop("tools", ()))  # type: ignore[arg-type]
    given = {"latency_s": 1.0, "cost_usd": 0.5, "messages": (), **changes}
    return Call("p", "m", reply=reply, request_hash="h", **given)  # type: ignore[arg-type]


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    thread = LoopThread()
    yield thread
    thread.stop()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def llm(loop: LoopThread, desk: Desk) -> LLM:
    defaults = Defaults(ModelName("p", "m"), Params(seed=7), system="Be brief.", sample=3, base_url="http://x")
    return LLM(defaults, desk.send, loop)


def test_request_takes_the_trials_defaults_where_the_call_says_nothing(llm: LLM, desk: Desk) -> None:
    answer = llm.complete("Why?")
    assert answer.text == "you said Why?"
    request = desk.requests[0]
    assert (request.system, request.params, request.sample, request.base_url) == (
        "Be brief.",
        Params(seed=7),
        3,
        "http://x",
    )


def test_call_may_change_system_prompt_parameters_tools_and_schema(llm: LLM, desk: Desk) -> None:
    llm.complete("Why?", system="", temperature=1, tools=[{"name": "look"}], schema={"type": "object"})
    request = desk.requests[0]
    assert (request.system, request.params, request.tools[0].name, request.response_schema) == (
        "",
        Params(temperature=1, seed=7),
        "look",
        {"type": "object"},
    )


def test_answer_continues_the_conversation(llm: LLM, desk: Desk) -> None:
    first = llm.complete("Why?")
    second = llm.complete([*first.messages, {"role": "user", "content": "I think you are wrong."}])
    assert [turn["role"] for turn in desk.requests[1].messages] == ["user", "assistant", "user"]
    assert second.messages[1] == {"role": "assistant", "content": "you said Why?"}
    assert len(llm.calls) == 2


def test_async_client_works_on_any_event_loop(llm: LLM) -> None:
    async def outside() -> Answer:
        return await llm.acomplete("Why?")

    assert asyncio.run(outside()).text == "you said Why?"


def test_sync_client_on_the_loop_itself_says_what_to_write_instead(llm: LLM, loop: LoopThread) -> None:
    async def inside() -> Answer:
        return llm.complete("Why?")

    with pytest.raises(ConfigurationError, match=r"write: await llm.acomplete"):
        loop.run(inside())


def test_model_and_provider_are_known_to_the_task(llm: LLM) -> None:
    assert (llm.provider, llm.model, llm.params.seed) == ("p", "m", 7)


def test_assistant_turn_keeps_the_tools_it_asked_for() -> None:
    answer = answer_of(call("", tools=(ToolCall("look", {"at": 1}, "c1"),)))
    assert answer.messages[-1]["tool_calls"] == [{"id": "c1", "name": "look", "arguments": {"at": 1}}]
    assert answer.tools_called == ("look",)


def test_trace_sums_usage_and_cost() -> None:
    answer = with_trace(Answer("done"), [call(), call()], wall_s=5)
    assert (answer.usage, answer.cost_usd, len(answer.calls)) == (Usage(20, 4), 1.0, 2)


@pytest.mark.parametrize(
    ("calls", "wall", "latency"),
    [
        ([call(latency_s=1.0, waited_s=9.0)], 20.0, 1.0),
        ([call(latency_s=1.0, waited_s=2.0), call(latency_s=1.0, waited_s=1.0)], 6.0, 3.0),
        ([call(latency_s=4.0, waited_s=9.0), call(latency_s=1.0)], 5.0, 4.0),
        ([], 2.5, 2.5),
    ],
    ids=["one call: its own", "several: less the waiting", "never below the longest", "none: the task's"],
)
def test_latency_leaves_out_queueing(calls: list[Call], wall: float, latency: float) -> None:
    assert with_trace(Answer("x"), calls, wall).latency_s == latency


def test_unknown_price_of_one_call_makes_the_sum_unknown() -> None:
    assert total_cost([call(), call(cost_usd=None)]) is None


def test_task_keeps_what_it_said_about_evidence() -> None:
    told = Answer("x", evidence_files=("mine.py",), retrieval_method="mine", latency_s=1)
    traced = with_trace(told, [call()], 1)
    assert (traced.evidence_files, traced.retrieval_method) == (("mine.py",), "mine")


def test_usage_adds_what_is_known() -> None:
    assert Usage(1, 2) + Usage() + Usage(1, None, 5) == Usage(2, 2, 5)
    assert Usage(1).total_tokens is None
    assert Usage(1, 2).total_tokens == 3


def test_answer_parses_its_whole_text_as_json() -> None:
    assert Answer('{"a": 1}').json() == {"a": 1}


def test_answer_that_is_no_json_says_so() -> None:
    with pytest.raises(ValueError, match="the answer is not JSON"):
        Answer("Sure! {}").json()


def test_one_evidence_file_may_be_given_as_text() -> None:
    assert Answer("x", evidence_files="a.py").evidence_files == ("a.py",)  # type: ignore[arg-type]
    assert str(Answer("x")) == "x"
