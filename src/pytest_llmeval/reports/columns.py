"""Columns of a table set right, each as wide as what stands in it, so that no two cells run into one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pytest_llmeval.reports.lines import width_of

GAP = 1
"""Blanks between two cells at least."""


def column_widths(rows: Iterable[Sequence[str]], least: Sequence[int]) -> list[int]:
    """Return how wide each column is, the gap before it included.

    Args:
        rows: The cells, titles among them; as many in each row as there are columns.
        least: How wide each column is where its cells are short.

    Example:
        >>> column_widths([("n", "cost"), ("150,000,000", "$1")], [6, 6])
        [12, 6]
    """
    wide = list(least)
    for cells in rows:
        wide = [max(width, width_of(cell) + GAP) for width, cell in zip(wide, cells, strict=True)]
    return wide


def set_right(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Set cells right in their columns.

    Example:
        >>> set_right(("7", "$1"), [4, 6])
        '   7    $1'
    """
    return "".join(" " * (width - width_of(cell)) + cell for cell, width in zip(cells, widths, strict=True))
