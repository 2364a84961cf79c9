"""A row of the table of a comparison: a figure before and after, the change with interval and p-value, and n."""

from __future__ import annotations

from pytest_llmeval.reports.lines import fit
from pytest_llmeval.reports.one_model import Screen

FIGURES_WIDTH = 53
"""Columns of the table but its first, which takes what is left."""
WIDEST_LABEL = 40


def row(label: str, cells: tuple[str, str, str, str, str, str], screen: Screen, *, indent: int = 0) -> str:
    """Set a label and six cells: base, new, change, interval, p and n."""
    base, new, change, bounds, p, n = cells
    room = min(WIDEST_LABEL, max(12, screen.width - 2 - FIGURES_WIDTH))
    return f"  {fit(' ' * indent + screen.safe(label, 60), room)}{base:>8}{new:>8}{change:>7}  {bounds:<16}{p:>6}{n:>6}"


def n_cell(n: int) -> str:
    """Write a count so that it fits its column, from 100,000 on in thousands.

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
