"""Traces: steps with their tools and results, whoever ran them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_llmeval.grading.traces.trace import trace_of
from pytest_llmeval.models.answer import Answer, ToolCall, ToolResult, Usage
from tests.grading.traces.traces import by_steps, step, tool

ASKED = ({"role": "user", "content": "?"},)


def test_steps_hold_what_each_reply_did_and_took() -> None:
    trace = trace_of(by_steps(step(tool("a"), tool("b"), text="Looking."), step(text="done")))
    first, second = trace.steps
    assert [call.name for call in first.tool_calls] == ["a", "b"]
    assert (first.number, first.turn, first.text, first.finish_reason, first.context_hash) == (
        1,
        1,
        "Looking.",
        "tool_calls",
        "h",
    )
    assert (second.number, second.tool_calls) == (2, ())
    assert (trace.tokens, trace.cost_usd, trace.finished) == (22, 1.0, True)


def test_seconds_are_those_of_the_model_and_of_its_tools() -> None:
    slow = ToolCall("a", result=ToolResult("x", latency_s=30.0))
    assert trace_of(by_steps(step(slow, tool("b", None)), step())).seconds == 32.0


def test_what_is_unknown_of_one_step_is_unknown_of_all() -> None:
    trace = trace_of(by_steps(step(cost=None, usage=Usage(10, None)), step()))
    assert (trace.tokens, trace.cost_usd) == (None, None)


def test_what_was_only_estimated_is_unknown_to_a_limit() -> None:
    assert trace_of(by_steps(step(usage=Usage(10, 1, estimated=True)), step())).tokens is None


@pytest.mark.parametrize("reason", ["tool_calls", "length", "content_filter"])
def test_a_trace_that_was_cut_short_is_not_finished(reason: str) -> None:
    assert not trace_of(by_steps(step(finish=reason))).finished


def test_results_that_own_code_fed_back_are_found_in_the_next_request() -> None:
    first = step(ToolCall("a", id="1"), ToolCall("b"), ToolCall("c", id="3"), messages=ASKED)
    turns = (
        {"role": "assistant", "content": ""},
        {"role": "tool", "tool_call_id": "1", "content": "A"},
        {"role": "tool", "content": "B"},
        {"role": "user", "content": "go on"},
    )
    trace = trace_of(by_steps(first, step(text="done", messages=(*ASKED, *turns))))
    assert [call.result and call.result.text for call in trace.tool_calls] == ["A", "B", None]


def test_a_tasks_own_agent_without_calls_is_one_step() -> None:
    trace = trace_of(
        Answer("done", tool_calls=(tool("a"),), usage=Usage(5, 5), latency_s=2.0, finish_reason="tool_calls")
    )
    assert [call.name for call in trace.tool_calls] == ["a"]
    assert (len(trace.steps), trace.tokens, trace.seconds, trace.finished) == (1, 10, 2.0, True)
    assert not trace_of(Answer("", finish_reason="length")).finished


def test_tools_that_an_agent_read_out_of_text_are_its_own() -> None:
    told = replace(by_steps(step(text="CALL a()")), tool_calls=(tool("a"),))
    assert [call.name for call in trace_of(told).tool_calls] == ["a"]


def test_steps_know_their_turn_and_judges_are_no_step() -> None:
    one, two = by_steps(step(tool("a")), step()), by_steps(step())
    judged = replace(step(), role="judge")
    whole = by_steps(*one.calls, *two.calls, judged, turns=(one, two))
    assert [found.turn for found in trace_of(whole).steps] == [1, 1, 2]
