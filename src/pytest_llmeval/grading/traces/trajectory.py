"""A grader of a trace as a whole: optimal, wasteful or broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, Literal

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.grade import Grade, Level, Score
from pytest_llmeval.grading.rule_grader import RuleGrader
from pytest_llmeval.grading.traces.expected import best_pairs, read_expected
from pytest_llmeval.grading.traces.loops import canonical, most_repeated
from pytest_llmeval.grading.traces.showing import shown_call
from pytest_llmeval.grading.traces.trace import MODEL_FAULTS, TOOL_FAULTS, Trace, trace_of
from pytest_llmeval.models.answer import Answer, ToolCall

TraceLabel = Literal["optimal", "wasteful", "broken"]
LEVEL_OF: dict[TraceLabel, Level] = {
    "optimal": "fully_correct",
    "wasteful": "partially_correct",
    "broken": "wrong",
}
VALUE_OF: dict[TraceLabel, float] = {"optimal": 1.0, "wasteful": 0.5, "broken": 0.0}


@dataclass(frozen=True, slots=True)
class Trajectory(RuleGrader):
    """The way to the answer was ``optimal``, ``wasteful`` or ``broken``: fully correct, partially correct, wrong.

    Broken: the model came to no answer, went round in a loop, left out a call that is expected, or left a call it made
    wrongly (no such tool, arguments that do not fit) as it was. Wasteful: it got there, with calls that were not
    needed: repeated, not expected, or made wrongly before they were made right. Optimal: neither. That a tool failed is
    not the model's fault, and calling it again is no waste.

    Args:
        expected: The calls that are needed; by default the entry's ``expected_tools``, and where it has none, calls are
            judged by their repeats and faults alone.
        max_repeats: How often the same call may be made before it is a loop.
    """

    name: ClassVar[str] = "trajectory"
    of_whole: ClassVar[bool] = True

    expected: Any = None
    _: KW_ONLY
    max_repeats: int = 3

    def __post_init__(self) -> None:
        if isinstance(self.max_repeats, bool) or not isinstance(self.max_repeats, int) or self.max_repeats < 1:
            raise ConfigurationError(
                f"graders.trajectory(max_repeats={self.max_repeats!r}): must be a whole number >= 1"
            )
        if self.expected is not None:
            read_expected(self.expected)

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Label the trace."""
        trace = trace_of(answer)
        expected = self.expected if self.expected is not None else _expected_of(entry)
        broken = list(self._breaks(trace, expected))
        wasted = [] if broken else list(_wastes(trace, expected))
        label: TraceLabel = "broken" if broken else "wasteful" if wasted else "optimal"
        notes = "; ".join([label, *(broken or wasted)])
        score = Score(self.name, VALUE_OF[label], label == "optimal", notes, self.kind)
        return self.graded(LEVEL_OF[label], score, notes="" if label == "optimal" else notes)

    def _breaks(self, trace: Trace, given: Any) -> Iterator[str]:
        if not trace.finished:
            yield f"no answer after {len(trace.steps)} step{'s' if len(trace.steps) != 1 else ''}"
        worst = most_repeated(trace.tool_calls)
        if worst.times > self.max_repeats:
            yield str(worst)
        yield from _left_wrong(trace)
        if given is not None:
            expected = read_expected(given)
            pairs = best_pairs(expected, trace.tool_calls, "subset")
            lacking = [str(one) for place, one in enumerate(expected) if place not in pairs and not one.optional]
            if lacking:
                yield f"missing {', '.join(lacking)}"


def _expected_of(entry: Entry) -> Any:
    """Return what the entry, or its turns one after another, expect; None where they say nothing."""
    own = [one for part in (entry, *entry.turns) for one in part.expected_tools]
    if not own:
        return None
    return [one for one in own if one != "none"]


def _left_wrong(trace: Trace) -> Iterator[str]:
    calls = trace.tool_calls
    for place, call in enumerate(calls):
        if _status(call) in MODEL_FAULTS or call.raw_arguments is not None:
            mended = any(_status(later) not in MODEL_FAULTS and later.name == call.name for later in calls[place + 1 :])
            if not mended and not (_status(call) == "unknown_tool" and place < len(calls) - 1):
                yield f"{shown_call(call)} was no valid call"


def _wastes(trace: Trace, given: Any) -> Iterator[str]:
    useful = [call for call in trace.tool_calls if _status(call) not in TOOL_FAULTS]
    if wrong := [call for call in useful if _status(call) in MODEL_FAULTS]:
        yield f"not valid at first: {', '.join(map(shown_call, wrong))}"
    valid = [call for call in useful if _status(call) not in MODEL_FAULTS]
    if given is not None:
        paired = set(best_pairs(read_expected(given), valid, "subset").values())
        extra = [call for place, call in enumerate(valid) if place not in paired]
        if extra:
            yield f"not needed: {', '.join(map(shown_call, extra))}"
        return
    keys = [canonical(call) for call in valid]
    again = [call for place, call in enumerate(valid) if keys[place] in keys[:place]]
    if again:
        yield f"repeated: {', '.join(dict.fromkeys(map(shown_call, again)))}"


def _status(call: ToolCall) -> str:
    return call.result.status if call.result is not None else "ok"


trajectory = Trajectory
