"""Tokens by kind, in words, as cells of a table and as plain values; what is unknown is so, and not 0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_llmeval.analysis.spending import SPENT, Spending
from pytest_llmeval.analysis.statistics.total import Total
from pytest_llmeval.reports import figures

_COLUMNS = (
    ("input", "input_tokens"),
    ("cached", "cached_tokens"),
    ("output", "output_tokens"),
    ("thinking", "reasoning_tokens"),
    ("judges in", "judge_input_tokens"),
    ("judges out", "judge_output_tokens"),
)
OF_ANSWERS = 4
"""So many of the columns are of answers, the others of judges."""


def cell(total: Total, *, estimated: bool = False) -> str:
    """Write a sum of tokens in a table: ``+`` for a lower bound, ``~`` where some were counted by length.

    Example:
        >>> cell(Total(1500, 3)), cell(Total(1500, 3, 1)), cell(Total(0, 0, 2)), cell(Total(12, 1), estimated=True)
        ('1,500', '1,500+', '–', '~12')
    """
    if not total.counted:
        return figures.UNKNOWN
    return f"{'~' if estimated else ''}{figures.count(total.known)}{'+' if total.unknown else ''}"


def token_columns(parts: Mapping[str, Spending]) -> tuple[str, ...]:
    """Return the titles of the columns; those of judges only where there are any."""
    judged = any(one.has_judges for one in parts.values())
    return tuple(title for title, _ in (_COLUMNS if judged else _COLUMNS[:OF_ANSWERS]))


def token_cells(one: Spending, columns: tuple[str, ...]) -> tuple[str, ...]:
    """Return the cells of a row."""
    return tuple(
        cell(getattr(one, name), estimated=bool(one.judge_estimated if "judge" in name else one.estimated))
        for title, name in _COLUMNS
        if title in columns
    )


def tokens_told(one: Spending, *, of_judges: bool = False) -> str:
    """Write the tokens of answers, or of judges, in words; parts of them where they are known and there are any.

    Example:
        >>> spent = Spending()
        >>> spent.input_tokens.add(1200), spent.cached_tokens.add(800), spent.output_tokens.add(30)
        (None, None, None)
        >>> tokens_told(spent)
        '1,200 in (800 cached) · 30 out'
    """
    return " · ".join(token_items(one, of_judges=of_judges))


def token_items(one: Spending, *, of_judges: bool = False) -> list[str]:
    """Return the same piece by piece."""
    start = "judge_" if of_judges else ""
    pieces = []
    for whole, part, said, of_it in (
        ("input_tokens", "cached_tokens", "in", "cached"),
        ("output_tokens", "reasoning_tokens", "out", "thinking"),
    ):
        known: Total = getattr(one, start + part)
        inside = f" ({figures.sum_of(known)} {of_it})" if known.known else ""
        pieces.append(f"{figures.sum_of(getattr(one, start + whole))} {said}{inside}")
    return pieces


def token_values(one: Spending) -> dict[str, Any]:
    """Return all that was spent, for machines."""
    return {
        **{name: total_values(getattr(one, name)) for name in SPENT},
        "estimated_usage": one.estimated,
        "judges": {name: total_values(getattr(one, f"judge_{name}")) for name in SPENT},
    }


def total_values(total: Total) -> dict[str, float | None]:
    """Return a sum for machines, and whether it is a lower bound."""
    return {"value": total.value, "at_least": bool(total.unknown)}
