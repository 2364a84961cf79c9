"""The tool loop: ask the model, run what it calls, tell it the results, until it answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

from pytest_llmeval.models.answer import Call, ToolCall, ToolResult
from pytest_llmeval.models.request import Message, Tool
from pytest_llmeval.models.tracing import answer_of


@runtime_checkable
class Toolbox(Protocol):
    """Tools that can be called."""

    @property
    def specs(self) -> tuple[Tool, ...]:
        """What the model is told of them."""
        ...

    async def call(self, call: ToolCall) -> ToolResult:
        """Run a tool; what goes wrong is a result too."""
        ...


Ask = Callable[[Sequence[Message]], Awaitable[Call]]


async def call_tools(
    ask: Ask,
    conversation: Sequence[Message],
    toolbox: Toolbox,
    max_steps: int,
    note: Callable[[Call, Call], None] = lambda _before, _after: None,
) -> list[Call]:
    """Run the loop.

    Tools called together are run in the order in which the model names them, one after another. A reply that was cut
    off or withheld ends the loop: what it calls is not whole.

    Args:
        ask: Sends a conversation.
        conversation: How it begins.
        toolbox: Runs the tools.
        max_steps: How often to ask at most, at least 1; the tools that the last reply calls are run all the same.
        note: Told of each call that got results: as it was, and with them.

    Returns:
        The calls, at least one, with the results of their tools.
    """
    trace: list[Call] = []
    messages = list(conversation)
    for step in range(1, max_steps + 1):
        call = await ask(messages)
        if call.reply.tool_calls and call.reply.finish_reason in ("tool_calls", "stop", "other"):
            before, call = call, await _with_results(call, toolbox, step)
            note(before, call)
            trace.append(call)
            messages = conversation_after(call)
        else:
            return [*trace, call]
    return trace


def conversation_after(call: Call) -> list[Message]:
    """Return the conversation with a call's reply, and the results of its tools where they were run."""
    ran = [one for one in call.reply.tool_calls if one.result is not None]
    return [*answer_of(call).messages, *map(_result_turn, ran)]


async def _with_results(call: Call, toolbox: Toolbox, step: int) -> Call:
    named = [_identified(one, f"call_{step}_{place}") for place, one in enumerate(call.reply.tool_calls, 1)]
    ran = [replace(one, result=await toolbox.call(one)) for one in named]
    return replace(call, reply=replace(call.reply, tool_calls=tuple(ran)))


def _identified(call: ToolCall, name: str) -> ToolCall:
    """Give a call an id where the server gave none: its result has to name one."""
    return call if call.id else replace(call, id=name)


def _result_turn(call: ToolCall) -> Message:
    result = call.result or ToolResult("", "error")
    turn: Message = {"role": "tool", "tool_call_id": call.id, "content": result.text}
    return turn if result.status in ("ok", "malformed") else {**turn, "is_error": True}
