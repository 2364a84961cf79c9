"""CSV and TSV benchmark files: a header that names the columns, then a row an entry."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

from pytest_llmeval.benchmark.rows import Fault, Row
from pytest_llmeval.safe_text import one_line

_ALSO_USED = MappingProxyType({",": ";\t", "\t": ",;"})
"""What others separate cells with, by the separator that is wanted."""
_WANTED = MappingProxyType({",": "commas", "\t": "tabs"})


def csv_rows(text: str, *, delimiter: str = ",") -> Iterator[Row | Fault]:
    """Read a table whose first line names the columns; rows of empty cells are passed over."""
    records = _records(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    first = next(records, None)
    if first is None:
        return
    header = first if isinstance(first, Fault) else _header(*first, delimiter)
    if isinstance(header, Fault):
        yield header
        return
    for record in records:
        yield record if isinstance(record, Fault) else _table_row(header, *record)


def _header(line: int, cells: list[str], delimiter: str) -> list[str] | Fault:
    if len(cells) == 1 and any(other in cells[0] for other in _ALSO_USED[delimiter]):
        return Fault(line, f"the only column is {one_line(cells[0], 60)!r}; separate cells with {_WANTED[delimiter]}")
    names = [cell.strip() or f"column {place}" for place, cell in enumerate(cells, 1)]
    twice = next((name for name in names if names.count(name) > 1), None)
    return names if twice is None else Fault(line, f"two columns are named {twice!r}; rename one")


def _records(reader: Any) -> Iterator[tuple[int, list[str]] | Fault]:
    """Yield the line and the cells of each record, which may go over several lines."""
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Fault(line, f"broken CSV: {error}")
        else:
            if any(map(str.strip, cells)):
                yield line, cells


def _table_row(header: list[str], line: int, cells: list[str]) -> Row | Fault:
    if len(cells) != len(header):
        return Fault(line, f"{len(cells)} cells where the header names {len(header)} columns; quote cells with commas")
    return Row(line, {name: cell if cell.strip() else None for name, cell in zip(header, cells, strict=True)}, True)
