"""`pytest-llmeval history`: how runs changed over time."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from pytest_llmeval.analysis.history import Series, read_history
from pytest_llmeval.cli.numbers import whole
from pytest_llmeval.cli.printing import note, only_torn, write
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.reports.ansi import screen_of, write_lines
from pytest_llmeval.reports.history_lines import history_lines, history_values
from pytest_llmeval.reports.lines import line
from pytest_llmeval.runs.graded_log import graded_path, is_graded
from pytest_llmeval.runs.preference_file import SUFFIX as OF_PREFERENCES
from pytest_llmeval.runs.reading import iter_records

DRIFTED = 1
SUFFIXES = (".jsonl", ".jsonl.gz")


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("runs", metavar="DIR|RUN", nargs="+", type=Path, help="folders of run logs, or run logs")
    parser.add_argument("--model", metavar="PROVIDER:MODEL", help="only this model")
    parser.add_argument("--last", metavar="N", type=whole(), help="only the last N runs of each model and benchmark")
    parser.add_argument("--fail-on-drift", action="store_true", help="exit with 1 where a model drifts for the worse")
    parser.add_argument("--json", action="store_true", help="all figures, unrounded")
    parser.add_argument("-v", "--verbose", action="store_true", help="figures that do not drift as well")
    parser.epilog = (
        "A log graded by hand (RUN-graded.jsonl) stands in for its original. Drift is told by a CUSUM chart, so that\n"
        "many small steps in one direction show though each is within chance; that of mean grade, latency, cost,\n"
        "tokens, unscored trials and behaviour by the test of a change point, corrected by Holm."
    )


def run(given: argparse.Namespace) -> int:
    """Print the series; 0, 1 for drift where that was asked for, 2 where a file cannot be used."""
    found = [_cut(one, given.last) for one in read_history(_logs(given.runs), on_fault=only_torn, on_replaced=note)]
    shown = [one for one in found if given.model in (None, one.model)]
    if not shown:
        raise RunLogError(_nothing(found, given.model))
    if given.json:
        write([json.dumps({"series": [history_values(one) for one in shown]}, indent=2)])
    else:
        _print(shown, verbosity=int(given.verbose))
    return DRIFTED if given.fail_on_drift and any(one.is_worse for one in shown) else 0


def _print(shown: Iterable[Series], *, verbosity: int) -> None:
    screen = screen_of(sys.stdout, verbosity=verbosity)
    for number, one in enumerate(shown):
        lines = [*([line()] if number else []), *history_lines(one, screen)]
        write_lines(lines, sys.stdout, ascii_only=screen.ascii_only)


def _cut(series: Series, last: int | None) -> Series:
    return Series(series.model, series.benchmarks, series.points[-last:]) if last else series


def _nothing(found: list[Series], model: str | None) -> str:
    if model and found:
        return f"no run of {model}; there are runs of {', '.join(dict.fromkeys(one.model for one in found))}"
    return "the logs hold no graded or passed trial"


def _logs(named: Iterable[Path]) -> list[Path]:
    """Return the logs to read, each once by however many ways it is named."""
    found = [log for path in named for log in (_in_folder(path) if path.is_dir() else [path])]
    logs = list({os.path.realpath(log): log for log in reversed(found)}.values())[::-1]
    graded = {graded_path(log): log for log in logs if is_graded(log)}
    return list(dict.fromkeys(log if is_graded(log) else graded.get(graded_path(log), log) for log in logs))


def _in_folder(folder: Path) -> Iterator[Path]:
    """Yield the run logs of a folder, and say which of its files are none, choices of people aside.

    Raises:
        RunLogError: Where it has none.
    """
    found = 0
    for path in sorted(folder.iterdir()):
        if path.name.endswith(SUFFIXES) and not path.name.startswith("."):
            try:
                next(iter_records(path, every_try=True))
            except RunLogError as error:
                if not path.name.endswith(OF_PREFERENCES):
                    note(f"{error}; left out")
                continue
            found += 1
            yield path
    if not found:
        raise RunLogError(f"{folder}: holds no run log; name a folder of {' or '.join(SUFFIXES)} files")
