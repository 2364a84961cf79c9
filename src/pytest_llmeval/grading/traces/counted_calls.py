"""Which calls of a trace count, and in which step each was made: one whose tool failed gives way to the next try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pytest_llmeval.grading.traces.trace import TOOL_FAULTS, Trace
from pytest_llmeval.models.answer import ToolCall


def without_retried(calls: Sequence[ToolCall]) -> list[int]:
    """Return the places of the calls that count."""
    return [
        place
        for place, call in enumerate(calls)
        if not (
            call.result is not None
            and call.result.status in TOOL_FAULTS
            and any(later.name == call.name for later in calls[place + 1 :])
        )
    ]


@dataclass(frozen=True, slots=True)
class Steps:
    """In which step each call that counts was made, and first tried; both empty where nobody knows."""

    made: Sequence[int]
    first_tried: Sequence[int]

    @classmethod
    def of(cls, trace: Trace, kept: Sequence[int]) -> Steps:
        """Take them out of a trace, for the calls that are kept."""
        """Find the steps of the calls at the places that count."""
        if not trace.call_steps:
            return cls((), ())
        made = [trace.call_steps[place] for place in kept]
        failed = [place for place in range(len(trace.tool_calls)) if place not in set(kept)]
        return cls(made, [trace.call_steps[_first_try(trace, place, failed)] for place in kept])


def _first_try(trace: Trace, place: int, failed: Sequence[int]) -> int:
    """Return where a call was made for the first time, if its tool failed then."""
    call = trace.tool_calls[place]
    same = (
        earlier
        for earlier in failed
        if earlier < place
        and (trace.tool_calls[earlier].name, trace.tool_calls[earlier].arguments) == (call.name, call.arguments)
    )
    return next(same, place)
