"""Repeated samples by category and tag: what can be demonstrated, beside what is done reliably."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_llmeval.analysis.repeats import Estimate, RepeatFigures
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.reports.lines import Line, Segment, fit, line
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.reports.repeat_figures import by_slice, slice_cells, slice_columns

SLICES_SHOWN = 20
_CELL = 13
_COUNT = 5
_LEAST_NAME = 12


def repeat_lines(summary: Summary, screen: Screen) -> Iterator[Line]:
    """Tell a row for each category and tag; nothing where no entry has several samples."""
    for kind, parts in by_slice(summary).items():
        *columns, last = slice_columns(parts[0][1])
        columns = columns[: (screen.width - 4 - _LEAST_NAME - _COUNT) // _CELL]  # a narrow screen has no flip rate
        room = screen.width - 4 - _CELL * len(columns) - _COUNT
        titles = "".join(f"{title:>{_CELL}}" for title in columns) + f"{last:>{_COUNT}}"
        yield line(Segment(f"  {fit(f'by {kind}, %', room + 2)}{titles}", ("light",)))
        shown = parts if screen.verbosity > 0 else parts[:SLICES_SHOWN]
        for name, found in shown:
            *cells, n = slice_cells(found)
            told = "".join(f"{cell:>{_CELL}}" for cell in cells[: len(columns)]) + f"{n:>{_COUNT}}"
            yield line(f"    {fit(screen.safe(name), room)}{told}")
        if len(shown) < len(parts):
            yield line(Segment(f"    … {len(parts) - len(shown)} more with -v", ("light",)))


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
