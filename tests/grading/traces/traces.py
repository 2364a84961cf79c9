"""Traces to grade, made without a model."""

from __future__ import annotations

from typing import Any

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.models.answer import Answer, Call, Reply, ToolCall, ToolResult, ToolStatus, Usage


def entry(**fields: Any) -> Entry:
    return Entry(**{"id": "x", "question": "?", **fields})


def tool(name: str, status: ToolStatus | None = "ok", text: str = "fine", **arguments: Any) -> ToolCall:
    result = None if status is None else ToolResult(text, status)
    return ToolCall(name, arguments, result=result)


def step(*tools: ToolCall, text: str = "", finish: str | None = None, cost: float | None = 0.5, **more: Any) -> Call:
    reason: Any = finish or ("tool_calls" if tools else "stop")
    reply = Reply(text, reason, tools, more.pop("usage", Usage(10, 1)))
    messages = more.pop("messages", ({"role": "user", "content": "?"},))
    return Call("p", "m", messages, reply, "h", latency_s=1.0, cost_usd=cost, **more)


def answer(*tools: ToolCall, text: str = "done") -> Answer:
    """An answer after one step for each tool."""
    return by_steps(*(step(one) for one in tools), step(text=text))


def by_steps(*calls: Call, **more: Any) -> Answer:
    called = tuple(one for call in calls for one in call.reply.tool_calls)
    return Answer(
        calls[-1].reply.text, tool_calls=called, calls=calls, finish_reason=calls[-1].reply.finish_reason, **more
    )
