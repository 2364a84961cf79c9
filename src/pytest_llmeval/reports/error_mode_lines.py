"""The lines of a summary about error modes: in what way failed answers are wrong."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_llmeval.analysis.error_modes import ErrorModes
from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.reports import figures
from pytest_llmeval.reports.lines import Line, Segment, fit, line
from pytest_llmeval.reports.one_model import LABEL_WIDTH, Screen


def error_mode_lines(modes: ErrorModes, screen: Screen) -> Iterator[Line]:
    """Tell how many failed answers have each mode; nothing where no mode is known."""
    for number, (label, told) in enumerate(error_mode_rows(modes)):
        if not number:
            yield line(Segment("  error modes of answers that are not fully correct", ("light",)))
        yield line(f"    {fit(label, LABEL_WIDTH - 3)} ", fit(told, screen.width - LABEL_WIDTH - 2).rstrip())


def error_mode_rows(modes: ErrorModes) -> Iterator[tuple[str, str]]:
    """Yield each mode with count, n, share and interval, for tables."""
    found = modes.counts()
    n = sum(found.values())
    for mode, times in found.items():
        yield mode, figures.share_of(Proportion(times, n))
