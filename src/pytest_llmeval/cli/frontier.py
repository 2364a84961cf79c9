"""`pytest-llmeval frontier`: quality against cost, of several models or runs."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from pytest_llmeval.analysis.frontier import contenders, frontier
from pytest_llmeval.analysis.run_figures import read_figures
from pytest_llmeval.cli.numbers import percent
from pytest_llmeval.cli.printing import note, write
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.reports.ansi import screen_of, write_lines
from pytest_llmeval.reports.frontier_lines import frontier_lines, frontier_values

MISSED = 1


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("runs", metavar="RUN", nargs="+", type=Path, help="run logs, of one or of several models each")
    parser.add_argument(
        "--reach",
        metavar="PERCENT",
        type=percent,
        help="find the cheapest model whose 95 %% interval lies at or above this quality, 0 to 100",
    )
    parser.add_argument("--json", action="store_true", help="all figures, unrounded")
    parser.epilog = "exit status: 0; with --reach, 1 where no model surely reaches it; 2 a file cannot be used"


def run(given: argparse.Namespace) -> int:
    """Print the front; 0, 1 where the bar is reached by nobody, 2 where a file cannot be used."""
    found = contenders(read_figures(given.runs, on_fault=note, on_replaced=note))
    if not found:
        raise RunLogError(f"{given.runs[0]}: holds no graded or passed trial, so there is no quality to weigh")
    placed = frontier(found)
    bar = None if given.reach is None else given.reach / 100
    if given.json:
        write([json.dumps(frontier_values(placed, bar), indent=2)])
    else:
        screen = screen_of(sys.stdout)
        write_lines(frontier_lines(placed, screen, bar), sys.stdout, ascii_only=screen.ascii_only)
    return MISSED if bar is not None and placed.cheapest(bar) is None and not placed.unplaced(bar) else 0
