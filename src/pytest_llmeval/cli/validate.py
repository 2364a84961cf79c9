"""`pytest-llmeval validate`: hold run logs against the shipped schema."""

from __future__ import annotations

import argparse
from pathlib import Path

from pytest_llmeval.cli.printing import write
from pytest_llmeval.reports.figures import counted
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
        found = validate_log(log)
        faults = found.faults
        clean = clean and not faults
        shown = faults if given.verbose else faults[:SHOWN]
        write(shown)
        if len(shown) < len(faults):
            write([f"{log}: and {counted(len(faults) - len(shown), 'more fault')}; see all with -v"])
        if not faults:
            write([f"{log}: {counted(found.lines, 'record')}, all valid"])
    return 0 if clean else FAULTY
