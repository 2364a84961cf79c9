"""The lines of a summary about tools: how often they were called, how well chosen, how often they failed."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_llmeval.analysis.tool_use import ToolUse
from pytest_llmeval.reports import figures
from pytest_llmeval.reports.lines import Line, Segment, fit, line
from pytest_llmeval.reports.one_model import LABEL_WIDTH, Screen

SHOWN = 10
"""Tools, and wrong choices, that are listed."""


def tool_lines(tools: ToolUse, screen: Screen) -> Iterator[Line]:
    """Tell of tools; nothing where none was called and none was expected."""
    if not tools.is_used:
        return
    yield line(Segment("  tools", ("light",)))
    each = f"{tools.calls / tools.trials:.1f} a trial" if tools.trials else ""
    yield _row("trials with calls", f"{figures.share_of(tools.call_rate)} · {each}", screen)
    if tools.failure_rate.n:
        yield _row("failed calls", figures.share_of(tools.failure_rate), screen)
    for name, counts in list(tools.by_tool.items())[:SHOWN]:
        failed = f" · failed {figures.share_of(counts.failure_rate)}" if counts.failed else ""
        yield _row(f"  {screen.safe(name)}", f"{figures.counted(counts.calls, 'call')}{failed}", screen)
    if tools.choices:
        yield _row("right tool chosen", figures.share_of(tools.selection), screen)
    for (expected, called), times in tools.confusions[:SHOWN]:
        told = f"{figures.counted(times, 'time')} {screen.safe(called)} where {screen.safe(expected)} was expected"
        yield _row("", told, screen)


def _row(label: str, text: str, screen: Screen) -> Line:
    return line(f"    {fit(label, LABEL_WIDTH - 3)} ", fit(text, screen.width - LABEL_WIDTH - 2))
