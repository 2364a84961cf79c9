"""Tokens of each slice, as a table on the screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_llmeval.analysis.spending import Spending
from pytest_llmeval.reports.lines import Line, Segment, fit, line, width_of
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.reports.token_figures import token_cells, token_columns

SLICES_SHOWN = 50
_CELL = 11
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
    room = max(screen.width - 4 - _CELL * len(columns), 8)
    titles = "".join(f"{title:>{_CELL}}" for title in columns)
    title = f"tokens by {field}" if width_of(field) <= room - 8 else "tokens"
    yield line(Segment(f"  {fit(title, room + 2)}{titles}", ("light",)))
    shown = list(parts.items())[: None if screen.verbosity > 0 else SLICES_SHOWN]
    told = [(name, token_cells(one, columns)) for name, one in shown]
    for name, cells in told:
        yield line(f"    {fit(screen.safe(name), room)}{''.join(f'{one:>{_CELL}}' for one in cells)}")
    if len(shown) < len(parts):
        yield line(Segment(f"    … {len(parts) - len(shown)} more with -v", ("light",)))
    signs = "".join(one for _, cells in told for one in cells)
    for sign, meaning in _SIGNS.items():
        if sign in signs:
            yield line(Segment(f"    {meaning}", ("light",)))
