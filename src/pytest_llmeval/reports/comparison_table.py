"""The table of a comparison: figures before and after, the change with interval and p-value, and n."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pytest_llmeval.reports.columns import GAP, column_widths, set_right
from pytest_llmeval.reports.lines import Line, Segment, Style, fit, line, width_of
from pytest_llmeval.reports.one_model import Screen

WIDEST_LABEL, NARROWEST_LABEL = 40, 12
PLAIN = "  "
"""Stands before a row where no mark does."""
_LEAST = (8, 8, 7, 24, 6)
"""Columns of base, new, change, interval with p, and n, where their cells are short."""


class Row(NamedTuple):
    """A label with its cells."""

    label: str
    cells: tuple[str, str, str, str, str, str]
    """Base, new, change, interval, p and n."""
    mark: str = PLAIN
    styles: tuple[Style, ...] = ()
    indent: int = 0


def table_lines(rows: Sequence[Row], screen: Screen) -> Iterator[Line]:
    """Yield a line for each row; the label takes what the cells of all of them leave.

    Args:
        rows: The heading first.
        screen: What is printed on.
    """
    apart = max(width_of(one.cells[3]) + GAP + width_of(one.cells[4]) for one in rows)
    told = [_joined(one.cells, max(apart, _LEAST[3] - 2)) for one in rows]
    widths = column_widths(told, _LEAST)
    room = min(WIDEST_LABEL, max(NARROWEST_LABEL, screen.width - len(PLAIN) - sum(widths)))
    for one, cells in zip(rows, told, strict=True):
        label = fit(" " * one.indent + screen.safe(one.label, 60), room)
        yield line(Segment(f"{one.mark}{label}{set_right(cells, widths)}", one.styles))


def _joined(cells: tuple[str, str, str, str, str, str], width: int) -> tuple[str, ...]:
    """Set the interval left and the p-value right in one column: where one of them is short, the other has room."""
    base, new, change, bounds, p, n = cells
    return base, new, change, f" {bounds}{p:>{width - width_of(bounds)}}", n


def n_cell(n: int) -> str:
    """Write a count so that it stays short, from 100,000 on in thousands.

    Example:
        >>> n_cell(99_999), n_cell(100_000)
        ('99,999', '100k')
    """
    return f"{n:,}" if n < 100_000 else f"{n // 1000}k"


def p_value(p: float) -> str:
    """Write a p-value.

    Example:
        >>> p_value(0.04321), p_value(0.00001), p_value(1)
        ('0.043', '<0.001', '1')
    """
    return "<0.001" if p < 0.001 else f"{p:.3f}" if p < 0.9995 else "1"
