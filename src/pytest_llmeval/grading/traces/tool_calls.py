"""Graders of the tools that were called: the expected ones with their arguments, and none that are forbidden."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, GraderError
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.rule_grader import RuleGrader, texts_of
from pytest_llmeval.grading.traces.call_comparison import ORDERS, Comparison, Order
from pytest_llmeval.grading.traces.counted_calls import Steps, without_retried
from pytest_llmeval.grading.traces.expected import MATCHES, Match, read_expected
from pytest_llmeval.grading.traces.showing import listed, shown_call
from pytest_llmeval.grading.traces.trace import trace_of
from pytest_llmeval.models.answer import Answer


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
        kept = without_retried(trace.tool_calls)
        calls = [trace.tool_calls[place] for place in kept]
        found = Comparison(expected, calls, Steps.of(trace, kept), self.order, self.args)
        return self.graded(found.level, *found.scores(), notes=found.notes())


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
        return self.decided(not called, f"called {listed(map(shown_call, called))}" if called else "")


tool_calls = ToolCalls
forbidden_tools = ForbiddenTools
