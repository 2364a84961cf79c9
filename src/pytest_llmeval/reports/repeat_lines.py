"""Repeated samples by category and tag: what can be demonstrated, beside what is done reliably."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_llmeval.analysis.repeats import Estimate, RepeatFigures
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.reports.columns import column_widths, set_right
from pytest_llmeval.reports.lines import Line, Segment, fit, line
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.reports.repeat_figures import by_slice, slice_cells, slice_columns

SLICES_SHOWN = 20
_LEAST, _LEAST_COUNT = 13, 5
"""Columns of a figure and of n, where their cells are short."""
_LEAST_NAME = 12


def repeat_lines(summary: Summary, screen: Screen) -> Iterator[Line]:
    """Tell a row for each category and tag; nothing where no entry has several samples."""
    for kind, parts in by_slice(summary).items():
        shown = parts if screen.verbosity > 0 else parts[:SLICES_SHOWN]
        titles = slice_columns(parts[0][1])
        rows = _that_fit([titles, *(slice_cells(found) for _, found in shown)], screen.width - 4 - _LEAST_NAME)
        widths = _widths(rows)
        room = screen.width - 4 - sum(widths)
        yield line(Segment(f"  {fit(f'by {kind}, %', room + 2)}{set_right(rows[0], widths)}", ("light",)))
        for (name, _), cells in zip(shown, rows[1:], strict=True):
            yield line(f"    {fit(screen.safe(name), room)}{set_right(cells, widths)}")
        if len(shown) < len(parts):
            yield line(Segment(f"    … {len(parts) - len(shown)} more with -v", ("light",)))


def _that_fit(rows: list[tuple[str, ...]], width: int) -> list[tuple[str, ...]]:
    """Leave out the figure before n, which is the flip rate first, until the rest fits a narrow screen."""
    while len(rows[0]) > 2 and sum(_widths(rows)) > width:
        rows = [(*cells[:-2], cells[-1]) for cells in rows]
    return rows


def _widths(rows: list[tuple[str, ...]]) -> list[int]:
    return column_widths(rows, [*[_LEAST] * (len(rows[0]) - 1), _LEAST_COUNT])


def repeat_rows(summary: Summary) -> Iterator[tuple[tuple[str, ...], list[tuple[str, ...]]]]:
    """Yield the titles and the rows of a table for each way to slice."""
    for kind, parts in by_slice(summary).items():
        yield (f"{kind}, %", *slice_columns(parts[0][1])), [(name, *slice_cells(one)) for name, one in parts]


def repeat_values(summary: Summary) -> list[dict[str, Any]]:
    """Return the same for machines, unrounded."""
    return [{"by": kind, "slice": name, **_values(found)} for (kind, name), found in summary.repeats_by_slice.items()]


def _values(found: RepeatFigures) -> dict[str, Any]:
    return {
        "entries": found.entries,
        "pass_at": {k: _estimate(one) for k, one in found.pass_at.items()},
        "pass_hat": {k: _estimate(one) for k, one in found.pass_hat.items()},
        "flip_rate": _estimate(found.flip_rate),
    }


def _estimate(one: Estimate | None) -> dict[str, float] | None:
    return {"value": one.value, "low": one.interval.low, "high": one.interval.high} if one else None
