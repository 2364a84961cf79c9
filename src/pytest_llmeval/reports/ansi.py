"""Lines written to a stream: in colour on a terminal, plain anywhere else."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TextIO

from pytest_llmeval.reports.being_read import while_read
from pytest_llmeval.reports.lines import Line, Style, in_ascii
from pytest_llmeval.reports.one_model import Screen

CODES: Mapping[Style, str] = MappingProxyType(
    {"bold": "1", "light": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
)
NARROWEST, WIDEST = 76, 120
"""Columns that are used at least and at most."""


def screen_of(stream: TextIO, *, verbosity: int = 0) -> Screen:
    """Return what a stream can show: 80 columns where it is no terminal and ``COLUMNS`` says nothing."""
    width = shutil.get_terminal_size((80, 24)).columns if _is_terminal(stream) else int(_columns() or 80)
    return Screen(max(NARROWEST, min(width, WIDEST)), verbosity, "utf" not in (stream.encoding or "utf-8").lower())


def _columns() -> str:
    columns = os.environ.get("COLUMNS", "")
    return columns if columns.isdecimal() and int(columns) else ""


def _is_terminal(stream: TextIO) -> bool:
    return stream.isatty()


def write_lines(lines: Iterable[Line], stream: TextIO, *, ascii_only: bool = False) -> None:
    """Write lines; with colour where the stream is a terminal and ``NO_COLOR`` is not set (see no-color.org)."""
    told = in_ascii(lines) if ascii_only else lines
    colour = _is_terminal(stream) and not os.environ.get("NO_COLOR")
    with while_read(stream):
        for line in told:
            stream.write((_coloured(line) if colour else line.text) + "\n")


def _coloured(line: Line) -> str:
    return "".join(
        f"\x1b[{';'.join(CODES[style] for style in segment.styles)}m{segment.text}\x1b[0m"
        if segment.styles
        else segment.text
        for segment in line.segments
    )
