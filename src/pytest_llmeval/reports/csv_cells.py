"""Cells of a CSV file, made harmless for those who open it in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pytest_llmeval.runs.spreadsheet_text import harmless

_LINE_END = "\r\n"


def cell(value: Any) -> str:
    """Write a value as text; unknown is empty, lists are separated by ``;`` where that is safe, else JSON.

    A text that a spreadsheet would run as a formula gets an apostrophe before it; a number is left as it is.

    Example:
        >>> [cell(value) for value in ("=1+1", " @now", -1.5, None, True, ("a", "b"), {"a": 1})]
        ["'=1+1", "' @now", '-1.5', '', 'true', 'a;b', '{"a": 1}']
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return harmless(value if isinstance(value, str) else _structure(value))


def _structure(value: Any) -> str:
    if isinstance(value, list | tuple) and all(isinstance(one, str) and ";" not in one for one in value):
        return ";".join(value)
    return json.dumps(value, ensure_ascii=False, default=str)


def csv_lines(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a CSV file line by line, the column names first; a field that a row lacks is empty."""
    buffer = io.StringIO()
    # The writer quotes what is in its own line end, and readers take a bare \r for one: so both are in it.
    writer = csv.writer(buffer, lineterminator=_LINE_END)
    for row in _cells(columns, rows):
        writer.writerow(row)
        yield buffer.getvalue().removesuffix(_LINE_END) + "\n"
        buffer.seek(0)
        buffer.truncate()


def _cells(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[list[str]]:
    yield [harmless(column) for column in columns]
    for row in rows:
        yield [cell(row.get(column)) for column in columns]
