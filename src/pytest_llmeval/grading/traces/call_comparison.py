"""Expected calls held against those that were made: what is missing, too much, late or different, and its scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, get_args

from pytest_llmeval.grading.grade import Level, Score
from pytest_llmeval.grading.traces.counted_calls import Steps
from pytest_llmeval.grading.traces.expected import (
    NONE,
    ExpectedCall,
    Match,
    apart,
    best_pairs,
    out_of_order,
    pairs_in,
)
from pytest_llmeval.grading.traces.showing import listed, shown_call
from pytest_llmeval.grading.traces.trace import MODEL_FAULTS
from pytest_llmeval.models.answer import ToolCall

Order = Literal["unordered", "strict", "in_order", "superset", "subset"]
"""What the calls must be: the expected ones in any order; in this order; these in this order, others between them;
these and any others; none but these."""
ORDERS: tuple[Order, ...] = get_args(Order)
MAY_HAVE_MORE = ("in_order", "superset")


class Comparison:
    """Expected calls held against those that were made."""

    def __init__(
        self,
        expected: tuple[ExpectedCall, ...],
        calls: Sequence[ToolCall],
        steps: Steps,
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
        """All as expected is fully correct, some of it partially."""
        whole = not self.late and not self.apart
        whole = whole and (not self.missing or self.order == "subset")
        whole = whole and (not self.extra or self.order in MAY_HAVE_MORE)
        if whole and not self.invalid:
            return "fully_correct"
        return "partially_correct" if self.named else "wrong"

    def scores(self) -> Iterator[Score]:
        """Measure what can be measured, as ``graders.tool_calls`` describes it."""
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
            yield self._parallel()
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
            told.append(f"missing {listed(map(str, self.missing))}")
        if self.extra and self.order not in MAY_HAVE_MORE:
            told.append(f"not expected: {listed(map(shown_call, self.extra))}")
        if len(self.pairs) < len(self.unordered):
            told.append("called in another order")
        told += [listed(faults) for faults in (self.argument_faults(), self.late, self.apart) if faults]
        if self.invalid:
            told.append(f"not a valid call: {listed(map(shown_call, self.invalid))}")
        return "; ".join(told)


def _is_invalid(call: ToolCall) -> bool:
    return call.raw_arguments is not None or (call.result is not None and call.result.status in MODEL_FAULTS)


def _share(name: str, right: Sequence[bool], what: str, faults: str = "") -> Score:
    share = sum(right) / len(right)
    return Score(name, share, share == 1, faults or f"{sum(right)} of {len(right)} {what}")
