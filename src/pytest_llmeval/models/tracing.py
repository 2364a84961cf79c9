"""Traces: what one call, or several on the way to one answer, come to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pytest_llmeval.models.answer import Answer, Call, ToolCall
from pytest_llmeval.models.request import Message


def answer_of(call: Call) -> Answer:
    """Make the answer that consists of one call."""
    reply = call.reply
    return Answer(
        text=reply.text,
        evidence_files=reply.evidence_files,
        tool_calls=reply.tool_calls,
        retrieval_method=reply.retrieval_method,
        finish_reason=reply.finish_reason,
        messages=(*call.messages, _assistant_turn(call)),
        calls=(call,),
        usage=reply.usage,
        latency_s=latency_of((call,), 0.0),
        ttft_s=reply.ttft_s,
        cost_usd=call.cost_usd,
    )


def _assistant_turn(call: Call) -> Message:
    turn: Message = {"role": "assistant", "content": call.reply.text}
    if call.reply.tool_calls:
        turn["tool_calls"] = [_as_message(one) for one in call.reply.tool_calls]
        turn.update(call.reply.carried)
    return turn


def _as_message(call: ToolCall) -> Message:
    written = call.arguments if call.raw_arguments is None else call.raw_arguments
    told: Message = {"id": call.id, "name": call.name, "arguments": written}
    return {**told, "extra": call.extra} if call.extra else told


def with_trace(answer: Answer, calls: Iterable[Call], wall_s: float) -> Answer:
    """Give a task's answer the calls that were made on the way to it.

    Args:
        answer: What the task returned.
        calls: Every call the trial made for it.
        wall_s: How long the task took, in seconds. Its latency is that less what the calls spent queued or backing off,
            but never less than the longest call.
    """
    trace = tuple(calls)
    if not trace:
        return answer if answer.latency_s is not None else replace(answer, latency_s=wall_s)
    usage = trace[0].reply.usage
    for call in trace[1:]:
        usage += call.reply.usage
    last = trace[-1].reply
    return replace(
        answer,
        calls=trace,
        usage=usage,
        cost_usd=total_cost(trace),
        latency_s=latency_of(trace, wall_s),
        ttft_s=trace[0].reply.ttft_s if len(trace) == 1 else answer.ttft_s,
        tool_calls=answer.tool_calls or tuple(tool for call in trace for tool in call.reply.tool_calls),
        finish_reason=answer.finish_reason or last.finish_reason,
        evidence_files=answer.evidence_files or _in_order(f for call in trace for f in call.reply.evidence_files),
        retrieval_method=answer.retrieval_method or last.retrieval_method,
    )


def latency_of(trace: Sequence[Call], wall_s: float) -> float | None:
    """Return how long calls took of the given seconds, without what they spent queued; None where a batch made one."""
    if any(call.attempts == 0 and not call.cached for call in trace):
        return None  # a batch takes the time it takes
    if len(trace) == 1:
        return trace[0].latency_s
    return max(wall_s - sum(call.waited_s for call in trace), max(call.latency_s for call in trace))


def _in_order(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def total_cost(calls: Iterable[Call]) -> float | None:
    """Add up what calls cost in US dollars; None where any price is unknown."""
    total = 0.0
    for call in calls:
        if call.cost_usd is None:
            return None
        total += call.cost_usd
    return total
