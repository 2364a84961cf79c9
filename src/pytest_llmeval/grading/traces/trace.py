"""A trace: what happened step by step on the way to an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from pytest_llmeval.models.answer import Answer, Call, FinishReason, ToolCall, ToolResult, Usage
from pytest_llmeval.models.request import Message
from pytest_llmeval.models.tracing import total_cost

TOOL_FAULTS = ("error", "timeout", "malformed")
"""How calls end whose tool failed, whatever the model did."""
MODEL_FAULTS = ("unknown_tool", "invalid_arguments")
"""How calls end that the model should not have made like this."""


@dataclass(frozen=True, slots=True)
class Step:
    """One reply of the model, with the tools it called."""

    number: int
    """From 1, over the whole trace."""
    turn: int
    """Which turn of the user it belongs to, from 1."""
    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    """With their results, where those are known."""
    usage: Usage = field(default_factory=Usage)
    latency_s: float = 0.0
    """Seconds of the model; those of its tools stand in their results."""
    cost_usd: float | None = None
    finish_reason: FinishReason | None = None
    context_hash: str = ""
    """Identifies all that was sent for this step."""


@dataclass(frozen=True, slots=True)
class Trace:
    """The steps of one trial, in order."""

    steps: tuple[Step, ...]
    tool_calls: tuple[ToolCall, ...]
    """All of them, in order."""
    call_steps: tuple[int, ...] = ()
    """The number of the step of each of them; empty where a task's own agent called them, for it does not say."""

    @property
    def finished(self) -> bool:
        """Tell whether the model came to an answer: the last step called no further tool and was not cut off."""
        return bool(self.steps) and self.steps[-1].finish_reason not in ("tool_calls", "length", "content_filter")

    @property
    def tokens(self) -> int | None:
        """Return all tokens read and written; None where any are unknown, or estimated."""
        known = [None if step.usage.estimated else step.usage.total_tokens for step in self.steps]
        return None if None in known else sum(one or 0 for one in known)

    @property
    def cost_usd(self) -> float | None:
        """Return what all steps cost; None where any price is unknown."""
        known = [step.cost_usd for step in self.steps]
        return None if None in known else sum(one or 0.0 for one in known)

    @property
    def seconds(self) -> float:
        """Return how long the model and its tools took, one after another, queueing left out."""
        tools = sum(call.result.latency_s for call in self.tool_calls if call.result is not None)
        return sum(step.latency_s for step in self.steps) + tools


def trace_of(answer: Answer) -> Trace:
    """Read an answer's trace out of its calls; of a task's own agent, that made none, out of the answer.

    The result of a tool is what the fake tool gave, or what the next call told the model in a ``tool`` message.
    """
    calls = [call for call in answer.calls if call.role == "model"]
    if not calls:
        step = Step(
            1, 1, answer.text, answer.tool_calls, answer.usage, answer.latency_s or 0.0, answer.cost_usd, _end(answer)
        )
        return Trace((step,), answer.tool_calls)
    turns = list(_turn_numbers(answer, len(calls)))
    steps = tuple(_step(place + 1, turns[place], call, calls[place + 1 :][:1]) for place, call in enumerate(calls))
    called = tuple(tool for step in steps for tool in step.tool_calls)
    return Trace(steps, called or answer.tool_calls, tuple(step.number for step in steps for _ in step.tool_calls))


def _end(answer: Answer) -> FinishReason | None:
    """An agent of the user's that returned has come to its end, whatever the last tool was."""
    return "stop" if answer.finish_reason in (None, "tool_calls") else answer.finish_reason


def _turn_numbers(answer: Answer, number: int) -> Iterator[int]:
    counts = [sum(call.role == "model" for call in turn.calls) for turn in answer.turns]
    numbers = [turn for turn, count in enumerate(counts, 1) for _ in range(count)]
    yield from (numbers + [max(len(counts), 1)] * number)[:number]


def _step(number: int, turn: int, call: Call, following: Iterable[Call]) -> Step:
    told = {key: text for after in following for key, text in _told_after(call, after)}
    tools = tuple(_with_result(tool, place, told) for place, tool in enumerate(call.reply.tool_calls))
    return Step(
        number=number,
        turn=turn,
        text=call.reply.text,
        tool_calls=tools,
        usage=call.reply.usage,
        latency_s=call.latency_s,
        cost_usd=total_cost((call,)),
        finish_reason=call.reply.finish_reason,
        context_hash=call.request_hash,
    )


def _told_after(call: Call, after: Call) -> Iterator[tuple[str | int, str]]:
    """Yield what the next call told the model of its tools: by the id of the call, and by its place."""
    turns: tuple[Message, ...] = after.messages[len(call.messages) + 1 :]
    for place, turn in enumerate(turns):
        if turn.get("role") != "tool":
            return
        text = str(turn.get("content") or "")
        yield place, text
        if name := turn.get("tool_call_id"):
            yield str(name), text


def _with_result(tool: ToolCall, place: int, told: dict[str | int, str]) -> ToolCall:
    if tool.result is not None:
        return tool
    text = told.get(tool.id) if tool.id in told else told.get(place)
    return tool if text is None else replace(tool, result=ToolResult(text))
