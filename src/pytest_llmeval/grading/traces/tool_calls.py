"""Graders of the tools that were called: the expected ones with their arguments, and none that are forbidden."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, Literal, get_args

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, GraderError
from pytest_llmeval.grading.grade import Grade, Level, Score
from pytest_llmeval.grading.rule_grader import RuleGrader, texts_of
from pytest_llmeval.grading.traces.expected import (
    MATCHES,
    NONE,
    ExpectedCall,
    Match,
    apart,
    best_pairs,
    out_of_order,
    pairs_in,
    read_expected,
)
from pytest_llmeval.grading.traces.trace import MODEL_FAULTS, TOOL_FAULTS, Trace, trace_of
from pytest_llmeval.models.answer import Answer, ToolCall
from pytest_llmeval.models.tools.patterns import shown

Order = Literal["unordered", "strict", "in_order", "superset", "subset"]
"""What the calls must be: the expected ones in any order; in this order; these in this order, others between them;
these and any others; none but these."""
ORDERS: tuple[Order, ...] = get_args(Order)
MAY_HAVE_MORE = ("in_order", "superset")
SHOWN_FAULTS = 4


@dataclass(frozen=True, slots=True)
class ToolCalls(RuleGrader):
    """The expected tools were called, with the expected arguments.

    Scores, each where it can be measured: ``tool_precision`` (expected calls of all made), ``tool_recall`` (made calls
    of all expected), ``tool_selection`` (tools called of those expected, whatever the arguments), ``tool_arguments``
    (calls of expected tools whose arguments fit), ``tool_preference`` (the preferred one of several that will do),
    ``tool_order``, ``tool_parallel`` (whether what should go together was called in one step), and ``no_over_call`` or
    ``no_under_call`` (whether tools were called exactly where one is needed). Their means over a run are the rates.

    All as expected is fully correct; some of it, or all of it and more, partially correct; nothing of it wrong. A call
    whose tool failed does not count where the tool is called again.

    Args:
        expected: Names, or dicts with ``name``, ``args``, ``optional``, ``after``, ``with``; ``"none"`` for no call. By
            default the entry's ``expected_tools``.
        order: ``unordered``: these, in any order; ``strict``: these, in this order; ``in_order``: these in this order,
            with others between them; ``superset``: these, and any others; ``subset``: none but these.
        args: ``subset``: the expected arguments are there; ``exact``: they and no others; ``names``: not compared.
    """

    name: ClassVar[str] = "tool_calls"

    expected: Any = None
    _: KW_ONLY
    order: Order = "unordered"
    args: Match = "subset"

    def __post_init__(self) -> None:
        for name, value, known in (("order", self.order, ORDERS), ("args", self.args, MATCHES)):
            if value not in known:
                raise ConfigurationError(f"graders.tool_calls({name}={value!r}): must be one of {', '.join(known)}")
        if self.expected is not None:
            read_expected(self.expected)

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Compare calls."""
        given = [] if self.expected in ([], ()) else self.needed(self.expected, entry, "expected_tools", "expected")
        try:
            expected = read_expected(given)
        except ConfigurationError as error:
            raise GraderError(f"expected_tools of entry {entry.id!r}: {error}") from None
        trace = trace_of(answer)
        kept = _without_retried(trace.tool_calls)
        calls = [trace.tool_calls[place] for place in kept]
        found = _Comparison(expected, calls, _Steps.of(trace, kept), self.order, self.args)
        return self.graded(found.level, *found.scores(), notes=found.notes())


def _without_retried(calls: Sequence[ToolCall]) -> list[int]:
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
class _Steps:
    """In which step each call that counts was made, and first tried; both empty where nobody knows."""

    made: Sequence[int]
    first_tried: Sequence[int]

    @classmethod
    def of(cls, trace: Trace, kept: Sequence[int]) -> _Steps:
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


class _Comparison:
    """Expected calls held against those that were made."""

    def __init__(
        self,
        expected: tuple[ExpectedCall, ...],
        calls: Sequence[ToolCall],
        steps: _Steps,
        order: Order,
        match: Match,
    ) -> None:
        self.expected = expected
        self.calls = calls
        self.steps = steps.made
        self.match = match
        self.order = order
        self.pairs = pairs_in(order, expected, calls, match)
        self.unordered = best_pairs(expected, calls, match) if order in ("strict", "in_order") else self.pairs
        self.named = best_pairs(expected, calls, "names")
        self.missing = [one for place, one in enumerate(expected) if place not in self.pairs and not one.optional]
        self.extra = [call for place, call in enumerate(calls) if place not in set(self.pairs.values())]
        self.late = out_of_order(expected, self.pairs, steps.made)
        self.apart = apart(expected, self.pairs, steps.first_tried) if steps.made else []
        self.invalid = [call for call in calls if _is_invalid(call)]

    @property
    def level(self) -> Level:
        whole = not self.late and not self.apart
        whole = whole and (not self.missing or self.order == "subset")
        whole = whole and (not self.extra or self.order in MAY_HAVE_MORE)
        if whole and not self.invalid:
            return "fully_correct"
        return "partially_correct" if self.named else "wrong"

    def scores(self) -> Iterator[Score]:
        required = [place for place, one in enumerate(self.expected) if not one.optional]
        if self.calls:
            precision = len(self.pairs) / len(self.calls)
            yield Score("tool_precision", precision, precision == 1, f"{len(self.pairs)} of {len(self.calls)} calls")
        if required:
            yield _share("tool_recall", [place in self.pairs for place in required], "expected calls")
            yield _share("tool_selection", [place in self.named for place in required], "expected tools")
        if self.named:
            right = [not self.expected[one].faults(self.calls[place], self.match) for one, place in self._by_name()]
            yield _share("tool_arguments", right, "calls", "; ".join(self.argument_faults()))
        several = [(one, place) for one, place in self.pairs.items() if len(self.expected[one].names) > 1]
        if several:
            preferred = [self.calls[place].name == self.expected[one].names[0] for one, place in several]
            yield _share("tool_preference", preferred, "calls of the preferred tool")
        if required and (self.order in ("strict", "in_order") or any(one.after for one in self.expected)):
            in_order = len(self.pairs) == len(self.unordered) and not self.late
            yield Score("tool_order", float(in_order), in_order, "; ".join(self.late))
        if any(one.together for one in self.expected):
            known = bool(self.steps) and bool(self.pairs)
            told = "; ".join(self.apart) if known else "nothing says which calls were made in one step"
            yield Score(
                "tool_parallel", float(not self.apart) if known else None, not self.apart if known else None, told
            )
        if required:
            yield Score("no_under_call", float(bool(self.calls)), bool(self.calls), self._selection())
        elif not self.expected:
            yield Score("no_over_call", float(not self.calls), not self.calls, self._selection())

    def _parallel(self) -> Score:
        if not (self.steps and self.pairs):
            return Score("tool_parallel", None, None, "nothing says which calls were made in one step")
        return Score("tool_parallel", float(not self.apart), not self.apart, "; ".join(self.apart))

    def _by_name(self) -> list[tuple[int, int]]:
        """Pair by arguments where they fit, the rest by name."""
        rest = {one: place for one, place in self.named.items() if one not in self.unordered}
        used = set(self.unordered.values())
        return [*self.unordered.items(), *((one, place) for one, place in rest.items() if place not in used)]

    def argument_faults(self) -> list[str]:
        """Say how the arguments of expected tools differ."""
        return [
            f"{self.calls[place].name}: {fault}"
            for one, place in self._by_name()
            for fault in self.expected[one].faults(self.calls[place], self.match)
        ]

    def _selection(self) -> str:
        """Say which tools were expected and which were called, as ``analysis.tool_use`` reads it."""
        wanted = ", ".join(" or ".join(one.names) for one in self.expected)
        return f"{wanted or NONE} -> {', '.join(call.name for call in self.calls) or NONE}"

    def notes(self) -> str:
        """Say what is missing, what is too much, and what differs."""
        if self.level == "fully_correct":
            return ""
        told = []
        if self.missing and self.order != "subset":
            told.append(f"missing {_listed(map(str, self.missing))}")
        if self.extra and self.order not in MAY_HAVE_MORE:
            told.append(f"not expected: {_listed(map(shown_call, self.extra))}")
        if len(self.pairs) < len(self.unordered):
            told.append("called in another order")
        told += [_listed(faults) for faults in (self.argument_faults(), self.late, self.apart) if faults]
        if self.invalid:
            told.append(f"not a valid call: {_listed(map(shown_call, self.invalid))}")
        return "; ".join(told)


def _is_invalid(call: ToolCall) -> bool:
    return call.raw_arguments is not None or (call.result is not None and call.result.status in MODEL_FAULTS)


def _share(name: str, right: Sequence[bool], what: str, faults: str = "") -> Score:
    share = sum(right) / len(right)
    return Score(name, share, share == 1, faults or f"{sum(right)} of {len(right)} {what}")


def shown_call(call: ToolCall) -> str:
    """Show a call on one line."""
    given = call.raw_arguments if call.raw_arguments is not None else call.arguments
    return f"{call.name}({shown(given) if given else ''})"


def _listed(texts: Any) -> str:
    several = list(texts)
    more = f" and {len(several) - SHOWN_FAULTS} more" if len(several) > SHOWN_FAULTS else ""
    return ", ".join(several[:SHOWN_FAULTS]) + more


@dataclass(frozen=True, slots=True)
class ForbiddenTools(RuleGrader):
    """None of these tools was called: a single call makes the answer wrong, whatever else is right.

    Args:
        tools: Their names; by default the entry's ``forbidden_tools``.
    """

    name: ClassVar[str] = "forbidden_tools"

    tools: Any = None

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Look for them."""
        names = set(texts_of(self.needed(self.tools, entry, "forbidden_tools", "tools")))
        called = [call for call in trace_of(answer).tool_calls if call.name in names]
        return self.decided(not called, f"called {_listed(map(shown_call, called))}" if called else "")


tool_calls = ToolCalls
forbidden_tools = ForbiddenTools
