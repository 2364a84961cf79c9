"""`pytest-llmeval validate`: hold run logs against the shipped schema."""

from __future__ import annotations

import argparse
from pathlib import Path

from pytest_llmeval.cli.printing import write
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.reports.figures import counted
from pytest_llmeval.runs.line import LineFault, NewerSchema, read_line
from pytest_llmeval.runs.reading import numbered_lines
from pytest_llmeval.runs.schema import validate_log

FAULTY = 1
SHOWN = 20
"""Faults told of one file; further ones are counted."""


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("logs", metavar="FILE", nargs="+", type=Path, help="run log, .gz or not")
    parser.add_argument("-v", "--verbose", action="store_true", help="tell every fault")
    parser.epilog = "exit status: 0 every line is a record, 1 some line is not, 2 a file cannot be read"


def run(given: argparse.Namespace) -> int:
    """Tell the faults of each file; 0 for none, 1 for any, 2 where a file cannot be read."""
    clean = True
    for log in given.logs:
        records = _records(log)
        faults = validate_log(log)
        clean = clean and not faults
        shown = faults if given.verbose else faults[:SHOWN]
        write(shown)
        if len(shown) < len(faults):
            write([f"{log}: and {counted(len(faults) - len(shown), 'more fault')}; see all with -v"])
        if not faults:
            write([f"{log}: {counted(records, 'record')}, all valid"])
    return 0 if clean else FAULTY


def _records(log: Path) -> int:
    """Count the lines of a log that could be of this version.

    Raises:
        RunLogError: For a log of a newer version, and for one without any line.
    """
    lines = 0
    for number, line, _torn in numbered_lines(log):
        lines += 1
        try:
            read_line(line)
        except NewerSchema as error:
            raise RunLogError(f"{log}:{number}: {error}") from None
        except LineFault:
            continue  # the schema says it better
    if not lines:
        raise RunLogError(f"{log}: is empty; a run log has a record on each line")
    return lines
