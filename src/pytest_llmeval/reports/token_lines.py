"""Tokens of each slice, as a table on the screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_llmeval.analysis.spending import Spending
from pytest_llmeval.reports.columns import column_widths, set_right
from pytest_llmeval.reports.lines import Line, Segment, fit, line, width_of
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.reports.token_figures import OF_ANSWERS, token_cells, token_columns

SLICES_SHOWN = 50
_LEAST = 11
"""Columns of a sum where it is short."""
_LEAST_NAME = 8
_SIGNS = {"+": "+ at least: for some trials it is unknown", "~": "~ counted by the length of texts in some trials"}


def token_lines(field: str, parts: Mapping[str, Spending], screen: Screen) -> Iterator[Line]:
    """Tell the tokens of each slice; nothing where those of none are known.

    Args:
        field: What the slices are by, made fit for the screen.
        parts: What each slice took.
        screen: What is printed on.
    """
    if not any(one.knows_tokens for one in parts.values()):
        return
    columns = token_columns(parts)
    shown = list(parts.items())[: None if screen.verbosity > 0 else SLICES_SHOWN]
    told = [(screen.safe(name), token_cells(one, columns)) for name, one in shown]
    for some in _tables([columns, *(cells for _, cells in told)], screen.width - 4 - _LEAST_NAME):
        yield from _table(field, [name for name, _ in told], some, screen)
    if len(shown) < len(parts):
        yield line(Segment(f"    … {len(parts) - len(shown)} more with -v", ("light",)))
    signs = "".join(one for _, cells in told for one in cells)
    for sign, meaning in _SIGNS.items():
        if sign in signs:
            yield line(Segment(f"    {meaning}", ("light",)))


def _tables(rows: list[tuple[str, ...]], width: int) -> list[list[tuple[str, ...]]]:
    """Set the columns of judges in a table of their own where they do not fit beside the others."""
    if sum(_widths(rows)) <= width or len(rows[0]) <= OF_ANSWERS:
        return [rows]
    return [[cells[:OF_ANSWERS] for cells in rows], [cells[OF_ANSWERS:] for cells in rows]]


def _table(field: str, names: list[str], rows: list[tuple[str, ...]], screen: Screen) -> Iterator[Line]:
    widths = _widths(rows)
    room = max(screen.width - 4 - sum(widths), _LEAST_NAME)
    title = f"tokens by {field}" if width_of(field) <= room - 8 else "tokens"
    yield line(Segment(f"  {fit(title, room + 2)}{set_right(rows[0], widths)}", ("light",)))
    for name, cells in zip(names, rows[1:], strict=True):
        yield line(f"    {fit(name, room)}{set_right(cells, widths)}")


def _widths(rows: list[tuple[str, ...]]) -> list[int]:
    return column_widths(rows, [_LEAST] * len(rows[0]))
