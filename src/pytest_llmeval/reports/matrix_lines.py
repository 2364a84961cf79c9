"""A matrix of slices as a table, no wider than the screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pytest_llmeval.benchmark.checking.coverage import Matrix, Value
from pytest_llmeval.reports.figures import counted
from pytest_llmeval.reports.lines import Line, Segment, fit, line, width_of
from pytest_llmeval.reports.one_model import Screen

ROWS_SHOWN = 40
WIDEST_ROW, WIDEST_COLUMN = 24, 14
NARROWEST = 6
"""Columns that a count takes at least, with its mark."""
MARK = "!"


def matrix_lines(matrix: Matrix, least: int, screen: Screen) -> Iterator[Line]:
    """Tell how many entries each combination has, and how many each value by itself, at the edges.

    Columns that do not fit are told as one; with a verbosity above 0 they follow in tables of their own.

    Args:
        matrix: What was counted.
        least: Combinations with fewer entries are marked.
        screen: What to print on.
    """
    first, second = (screen.safe(one, WIDEST_ROW) for one in matrix.fields)
    title = f"{first} × {second}"
    yield line(Segment(title, ("bold",)), f"  {counted(len(matrix.members), 'entry', 'entries')}")
    rows = list(matrix.rows)[: None if screen.verbosity > 0 else ROWS_SHOWN]
    label = min(max(width_of(_name(one, screen)) for one in [*rows, "all"]), WIDEST_ROW) + 2
    for columns in _blocks(list(matrix.columns), screen, screen.width - label - NARROWEST - 2):
        yield from _table(matrix, rows, columns, label, least, screen)
    if len(rows) < len(matrix.rows):
        yield line(Segment(f"  and {len(matrix.rows) - len(rows):,} more rows; see all with -v", ("light",)))
    if any(matrix.cells.get((row, column), 0) < least for row in rows for column in matrix.columns):
        yield line(Segment(f"  {MARK} fewer than {counted(least, 'entry', 'entries')}", ("light",)))


def _name(value: Value, screen: Screen) -> str:
    return "none" if value is None else screen.safe(value, 60)


def _width(value: Value, screen: Screen) -> int:
    return min(max(width_of(_name(value, screen)) + 2, NARROWEST + 1), WIDEST_COLUMN)


def _blocks(columns: Sequence[Value], screen: Screen, room: int) -> list[list[Value]]:
    """Deal the columns out to tables that fit; only the first of them is wanted without a verbosity above 0."""
    blocks: list[list[Value]] = [[]]
    left = room
    for number, value in enumerate(columns):
        rest = NARROWEST + 6 if screen.verbosity <= 0 and number < len(columns) - 1 else 0
        if _width(value, screen) > left - rest and blocks[-1]:
            if screen.verbosity <= 0:
                return blocks
            blocks.append([])
            left = room
        blocks[-1].append(value)
        left -= _width(value, screen)
    return blocks


def _table(
    matrix: Matrix, rows: Sequence[Value], columns: Sequence[Value], label: int, least: int, screen: Screen
) -> Iterator[Line]:
    hidden = [value for value in matrix.columns if value not in columns] if screen.verbosity <= 0 else []
    rest = matrix.rest(hidden)
    titles = "".join(_right(_name(one, screen), _width(one, screen)) for one in columns)
    more = f"{f'{len(hidden):,} more':>{NARROWEST + 6}}" if hidden else ""
    yield line(Segment(f"  {' ' * label}{titles}{more}{'all':>{NARROWEST}}", ("light",)))
    for row in rows:
        cells = [_cell(matrix.cells.get((row, one), 0), least, _width(one, screen)) for one in columns]
        summed = f"{rest.get(row, 0):>{NARROWEST + 5},} " if hidden else ""
        yield line(f"  {fit(_name(row, screen), label)}", *cells, f"{summed}{matrix.rows[row]:>{NARROWEST},}")
    sums = "".join(f"{matrix.columns[one]:>{_width(one, screen) - 1},} " for one in columns)
    summed = f"{matrix.any_of(hidden):>{NARROWEST + 5},} " if hidden else ""
    yield line(Segment(f"  {fit('all', label)}{sums}{summed}{len(matrix.members):>{NARROWEST},}", ("light",)))


def _right(text: str, width: int) -> str:
    """Set a title above its counts, a column kept for their marks."""
    cut = fit(text, width - 2).rstrip() if width_of(text) > width - 2 else text
    return " " * (width - 1 - width_of(cut)) + cut + " "


def _cell(count: int, least: int, width: int) -> Segment:
    thin = count < least
    text = f"{count:>{width - 1},}{MARK if thin else ' '}"
    return Segment(text, ("red",) if not count else ("yellow",) if thin else ())


def matrix_values(matrix: Matrix) -> dict[str, Any]:
    """Return the counts for machines, empty combinations of values that both occur with them; null is no value."""
    return {
        "fields": list(matrix.fields),
        "entries": len(matrix.members),
        "rows": _edge(matrix.rows),
        "columns": _edge(matrix.columns),
        "cells": [
            {"row": row, "column": column, "entries": matrix.cells.get((row, column), 0)}
            for row in matrix.rows
            for column in matrix.columns
        ],
    }


def _edge(counts: Mapping[Value, int]) -> list[dict[str, Any]]:
    return [{"value": value, "entries": count} for value, count in counts.items()]
