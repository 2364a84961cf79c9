"""Who gave the grades, as lines of a summary and as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_llmeval.analysis.graded_by import KINDS, GradedBy
from pytest_llmeval.reports import figures
from pytest_llmeval.reports.lines import Line, fit, line
from pytest_llmeval.reports.one_model import LABEL_WIDTH, Screen


def graded_by_lines(found: GradedBy, log: str, screen: Screen) -> Iterator[Line]:
    """Tell whose the grades are, once people gave some, and what has those settled that differ.

    Args:
        found: Of one model.
        log: The run's log, for the command to run next.
        screen: What is printed on.
    """
    people, n = found.counts["people"], found.counts.total()
    if people:
        others = [f"{kind} {figures.count(found.counts[kind])}" for kind in KINDS[1:] if found.counts[kind]]
        told = " · ".join([f"people {figures.count(people)} of {figures.count(n)}", *others])
        yield line(f"  {fit('graded by', LABEL_WIDTH - 2)}{told}")
    if found.apart:
        yield line(f"  {fit('raters differ', LABEL_WIDTH - 2)}{figures.counted(found.apart, 'answer')}, not settled:")
        yield line(f"    pytest-llmeval grade {screen.safe(log, 4096)} --only disagreed")


def graded_by_values(found: GradedBy) -> dict[str, Any]:
    """Return the same for machines."""
    return {**{kind.replace(" ", "_"): found.counts[kind] for kind in KINDS}, "raters_differ": found.apart}
