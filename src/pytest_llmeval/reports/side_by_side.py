"""Summaries of several models in columns, as many as fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.reports.lines import Line, Segment, fit, line, width_of
from pytest_llmeval.reports.one_model import LABEL_WIDTH, Screen
from pytest_llmeval.reports.side_by_side_rows import Row, rows_of

NARROWEST = 20
"""Columns of a model, so that its name can be read."""
WIDEST = 34
GAP = "  "


def columns_that_fit(summaries: Sequence[Summary], screen: Screen) -> int:
    """Return how many of the models can stand side by side."""
    needed = max(NARROWEST, *(width_of(cell) for row in rows_of(summaries, screen) for cell in row.cells))
    return min(len(summaries), (screen.width - LABEL_WIDTH) // (needed + len(GAP)))


def tables(summaries: Sequence[Summary], at_once: int, screen: Screen) -> Iterator[Line]:
    """Set models side by side, so many at once, in tables of the same rows below each other."""
    rows = rows_of(summaries, screen)
    width = min((screen.width - LABEL_WIDTH) // at_once - len(GAP), WIDEST)
    for start in range(0, len(summaries), at_once):
        if start:
            yield line()
        names = (GAP + fit(screen.safe(one.model), width) for one in summaries[start : start + at_once])
        yield line(" " * LABEL_WIDTH, Segment("".join(names), ("bold",)))
        for row in rows:
            yield from _told(row, slice(start, start + at_once), width)


def _told(row: Row, columns: slice, width: int) -> Iterator[Line]:
    if row.cells:
        cells = "".join(GAP + fit(cell, width) for cell in row.cells[columns])
        yield line(Segment(fit("  " + row.label, LABEL_WIDTH), row.styles), cells)
    else:
        yield line()
        yield line(Segment(row.label, ("light",)))
