"""`pytest-llmeval export`: a run log as a table."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pytest_llmeval.cli.printing import note
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.reports.csv_cells import csv_lines
from pytest_llmeval.runs.flat import columns_of, flat_row
from pytest_llmeval.runs.reading import Fault, iter_records
from pytest_llmeval.runs.whole_file import create_whole
from pytest_llmeval.safe_text import strip_control


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("log", metavar="RUN", type=Path, help="run log, .gz or not")
    parser.add_argument(
        "--csv",
        metavar="FILE",
        required=True,
        help="where to write the table, - for standard output; never overwritten",
    )


def run(given: argparse.Namespace) -> int:
    """Write the table; 0, or 2 where a file cannot be used."""
    # Two passes, so that a log of any size needs no memory; the first also finds every fault before a line is written.
    columns = columns_of(iter_records(given.log, on_fault=_only_torn))
    rows = (flat_row(record) for record in iter_records(given.log))
    lines = csv_lines(columns, rows)
    if given.csv == "-":
        on_terminal = sys.stdout.isatty()
        for line in lines:
            sys.stdout.write(strip_control(line) if on_terminal else line)
    else:
        written = create_whole(Path(given.csv), (line.encode() for line in lines))
        note(f"{written - 1:,} records written to {given.csv}")  # the first line holds the column names
    return 0


def _only_torn(fault: Fault) -> None:
    if not fault.torn:
        raise RunLogError(str(fault))
    note(str(fault))
