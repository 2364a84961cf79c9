"""`pytest-llmeval export`: a run log as a table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pytest_llmeval.cli.printing import note, only_torn
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.reports.csv_cells import csv_lines
from pytest_llmeval.reports.figures import counted
from pytest_llmeval.reports.parquet import ColumnKinds, parquet_chunks
from pytest_llmeval.runs.flat import columns_of, flat_row
from pytest_llmeval.runs.reading import check_can_be_read_again, iter_records
from pytest_llmeval.runs.whole_file import create_whole
from pytest_llmeval.safe_text import strip_control


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("log", metavar="RUN", type=Path, help="run log, .gz or not")
    form = parser.add_mutually_exclusive_group(required=True)
    form.add_argument(
        "--csv", metavar="FILE", help="where to write the table, - for standard output; never overwritten"
    )
    form.add_argument(
        "--parquet", metavar="FILE", type=Path, help="the same with a type for each column, for data frames"
    )


def run(given: argparse.Namespace) -> int:
    """Write the table; 0, or 2 where a file cannot be used."""
    check_can_be_read_again(given.log)
    if given.parquet is not None:
        _write_parquet(given.log, given.parquet)
    elif given.csv == "-":
        _print(_csv(given.log))
    else:
        written = create_whole(Path(given.csv), (line.encode() for line in _csv(given.log)), like=[given.log])
        note(f"{counted(written - 1, 'record')} written to {given.csv}")  # the first line holds the column names
    return 0


# Two passes each, so that a log of any size needs no memory; the first also finds every fault before a byte is written.


def _csv(log: Path) -> Iterator[str]:
    columns = columns_of(map(flat_row, iter_records(log, on_fault=only_torn, on_replaced=note)))
    return csv_lines(columns, map(flat_row, iter_records(log)))


def _print(lines: Iterator[str]) -> None:
    on_terminal = sys.stdout.isatty()
    try:
        for line in lines:
            sys.stdout.write(strip_control(line) if on_terminal else line)
    except UnicodeEncodeError as error:
        raise ConfigurationError(
            f"standard output cannot take {error.object[error.start]!a} in {error.encoding}; name a file with --csv, "
            "or set PYTHONIOENCODING=utf-8"
        ) from None


def _write_parquet(log: Path, path: Path) -> None:
    kinds, count = ColumnKinds(), 0

    def learned() -> Iterator[dict[str, Any]]:
        nonlocal count
        for count, record in enumerate(iter_records(log, on_fault=only_torn, on_replaced=note), start=1):  # noqa: B007  the last is the number
            row = flat_row(record)
            kinds.learn(row)
            yield row

    columns = columns_of(learned())
    create_whole(path, parquet_chunks(columns, map(flat_row, iter_records(log)), kinds), like=[log])
    note(f"{counted(count, 'record')} written to {path}")
