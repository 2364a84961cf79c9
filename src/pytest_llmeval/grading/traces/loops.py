"""A grader of loops: the same call again and again, or several in turns."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.grade import Grade, Score
from pytest_llmeval.grading.rule_grader import RuleGrader
from pytest_llmeval.grading.traces.showing import shown_call
from pytest_llmeval.grading.traces.trace import trace_of
from pytest_llmeval.models.answer import Answer, ToolCall

LONGEST_CYCLE = 8
"""Calls in a cycle that is looked for."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """What is repeated most."""

    times: int
    """How often; 0 where nothing was called."""
    calls: tuple[ToolCall, ...]
    """One call, or those of a cycle."""

    def __str__(self) -> str:
        return f"{', '.join(map(shown_call, self.calls))} {self.times} times"


@dataclass(frozen=True, slots=True)
class NoLoops(RuleGrader):
    """No call is made too often with the same arguments, and no cycle of calls is gone through too often.

    Args:
        max_repeats: How often one and the same call, or one cycle of calls in a row, is all right; at least 1.
    """

    name: ClassVar[str] = "no_loops"
    of_whole: ClassVar[bool] = True

    _: KW_ONLY
    max_repeats: int = 2

    def __post_init__(self) -> None:
        if isinstance(self.max_repeats, bool) or not isinstance(self.max_repeats, int) or self.max_repeats < 1:
            raise ConfigurationError(f"graders.no_loops(max_repeats={self.max_repeats!r}): must be a whole number >= 1")

    def judge(self, entry: Entry, answer: Answer) -> Grade:  # noqa: ARG002  every grader by rule takes the entry
        """Count."""
        worst = most_repeated(trace_of(answer).tool_calls)
        looped = worst.times > self.max_repeats
        detail = f"{worst}, {self.max_repeats} allowed" if looped else f"at most {worst.times} times"
        value = self.max_repeats / worst.times if looped else 1.0
        score = Score(self.name, value, not looped, detail, self.kind)
        return self.graded("wrong" if looped else "fully_correct", score, notes=detail if looped else "")


def most_repeated(calls: Sequence[ToolCall]) -> Repeats:
    """Return the call made most often with the same arguments; the cycle it is part of, where that repeats as often.

    Example:
        >>> str(most_repeated([ToolCall("look"), ToolCall("wait"), ToolCall("look")]))
        'look() 2 times'
    """
    keys = [canonical(call) for call in calls]
    counted = Counter(keys).most_common(1)
    best = Repeats(0, ()) if not counted else Repeats(counted[0][1], (calls[keys.index(counted[0][0])],))
    for length in range(2, min(LONGEST_CYCLE, len(keys) // 2) + 1):
        for begin in range(len(keys) - 2 * length + 1):
            cycle = keys[begin : begin + length]
            times = 1
            while keys[begin + times * length : begin + (times + 1) * length] == cycle:
                times += 1
            if times > 1 and times >= best.times and len(set(cycle)) > 1:
                best = Repeats(times, tuple(calls[begin : begin + length]))
    return best


def canonical(call: ToolCall) -> str:
    """Identify a call by its tool and its arguments, in whatever order they stand."""
    given = call.arguments if call.raw_arguments is None else call.raw_arguments
    return f"{call.name} {json.dumps(given, sort_keys=True, ensure_ascii=False, default=str)}"


no_loops = NoLoops
