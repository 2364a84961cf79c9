"""How a model used tools over a run: how often, how well it chose, and how often calls failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.runs.record import Record

NONE = "none"
"""Stands for no tool at all, on either side of a choice."""
_CHOICES = ("no_under_call", "no_over_call")
"""Scores whose detail says which tools were expected, and which were called: ``search -> none``."""


@dataclass(slots=True)
class ToolCounts:
    """The calls of one tool."""

    calls: int = 0
    known: int = 0
    """Those whose result is in the log."""
    failed: int = 0

    @property
    def failure_rate(self) -> Proportion:
        """Return the failed calls of those whose result is known."""
        return Proportion(self.failed, self.known)

    def add(self, other: ToolCounts) -> None:
        """Take in further calls."""
        self.calls += other.calls
        self.known += other.known
        self.failed += other.failed


def counts_by_tool(record: Record) -> dict[str, ToolCounts]:
    """Count the calls of one trial by tool, in order of first appearance."""
    counts: dict[str, ToolCounts] = {}
    known = [*record.tool_calls]
    for made in record.calls:
        if made.role == "model":
            known += made.reply.tool_calls
    for call in known:
        one = ToolCounts(1) if call.result is None else ToolCounts(1, 1, call.result.status != "ok")
        counts.setdefault(call.name, ToolCounts()).add(one)
    for name in record.tools_called if not known else ():  # a foreign log may hold no more than names
        counts.setdefault(name, ToolCounts()).add(ToolCounts(1))
    return counts


@dataclass(slots=True)
class ToolUse:
    """Fed record by record; those that say nothing about the model are the feeder's to leave out."""

    trials: int = 0
    trials_with_calls: int = 0
    by_tool: dict[str, ToolCounts] = field(default_factory=dict)
    """In order of first appearance."""
    choices: Counter[tuple[str, str]] = field(default_factory=Counter)
    """The confusion matrix: expected tool and called tool to how often; `NONE` where there is none on one side."""

    def add(self, record: Record) -> None:
        """Take in one more record."""
        self.trials += 1
        self.trials_with_calls += bool(record.tools_called)
        for name, counts in counts_by_tool(record).items():
            self.by_tool.setdefault(name, ToolCounts()).add(counts)
        for score in record.scores:
            if score.name in _CHOICES and " -> " in score.detail:
                self.choices.update(_paired(*score.detail.split(" -> ", 1)))

    @property
    def is_used(self) -> bool:
        """Tell whether there is anything to tell: a tool was called, or it was judged whether one should have been."""
        return bool(self.by_tool or self.choices)

    @property
    def calls(self) -> int:
        """Return how many calls there were."""
        return sum(counts.calls for counts in self.by_tool.values())

    @property
    def call_rate(self) -> Proportion:
        """Return the trials in which a tool was called."""
        return Proportion(self.trials_with_calls, self.trials)

    @property
    def failure_rate(self) -> Proportion:
        """Return the calls that failed of those whose result is known, over all tools."""
        return Proportion(
            sum(counts.failed for counts in self.by_tool.values()),
            sum(counts.known for counts in self.by_tool.values()),
        )

    @property
    def selection(self) -> Proportion:
        """Return the selection accuracy: choices of the expected tool, or rightly of none, among all choices."""
        right = sum(times for (expected, called), times in self.choices.items() if expected == called)
        return Proportion(right, self.choices.total())

    @property
    def confusions(self) -> list[tuple[tuple[str, str], int]]:
        """Return the wrong choices with how often they were made, the most frequent first."""
        wrong = [(pair, times) for pair, times in self.choices.items() if pair[0] != pair[1]]
        return sorted(wrong, key=lambda one: (-one[1], one[0]))


def _paired(expected: str, called: str) -> Iterator[tuple[str, str]]:
    """Pair equal names, then what is left over in order; the shorter side is filled up with none."""
    wanted = [one for one in expected.split(", ") if one != NONE]
    made = [one for one in called.split(", ") if one != NONE]
    if not wanted and not made:
        yield NONE, NONE
    for one in list(wanted):
        match = next((name for name in made if name in one.split(" or ")), None)
        if match is not None:
            wanted.remove(one)
            made.remove(match)
            yield match, match
    for place in range(max(len(wanted), len(made))):
        yield (
            wanted[place] if place < len(wanted) else NONE,
            made[place] if place < len(made) else NONE,
        )
