"""`pytest-llmeval summarize`: the figures of any run log, ours or not."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_llmeval.analysis.judges.known_graders import GradersSeen, KnownGraders
from pytest_llmeval.analysis.run_figures import RunFigures, read_figures
from pytest_llmeval.benchmark.loading import load_benchmark
from pytest_llmeval.cli.printing import note, write
from pytest_llmeval.reports.ansi import screen_of, write_lines
from pytest_llmeval.reports.csv_cells import csv_lines
from pytest_llmeval.reports.lines import Line, Segment, line
from pytest_llmeval.reports.memo import memo
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.reports.summary_details import detail_lines, run_heading
from pytest_llmeval.reports.summary_markdown import markdown_lines
from pytest_llmeval.reports.summary_values import ROW_COLUMNS, rows, run_values
from pytest_llmeval.reports.terminal import summary_lines


@dataclass(frozen=True, slots=True)
class Summarized:
    """A run, and whether those who graded it may be believed."""

    figures: RunFigures
    known: Mapping[str, KnownGraders]
    """By model."""


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("runs", metavar="RUN", nargs="+", type=Path, help="run log with the sixteen fields, .gz or not")
    parser.add_argument("--by", metavar="FIELD", help="slice by a field (params.temperature) or a tag as well")
    parser.add_argument("--benchmark", metavar="FILE", type=Path, help="take the entries' weights from this file")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_const", const="json", dest="shape", help="all figures, unrounded")
    shape.add_argument("--markdown", action="store_const", const="markdown", dest="shape", help="for a pull request")
    shape.add_argument("--csv", action="store_const", const="csv", dest="shape", help="a row per model and slice")
    shape.add_argument("--memo", action="store_const", const="memo", dest="shape", help="one paragraph per model")
    parser.add_argument("-v", "--verbose", action="store_true", help="all categories, reasons and flaky entries")


def run(given: argparse.Namespace) -> int:
    """Print the figures; 0, or 2 where a file cannot be used."""
    seen = GradersSeen()
    runs = [
        Summarized(one, seen.known(one.run_id, one.logs[0]))
        for one in read_figures(
            given.runs,
            by=given.by,
            weights=_weights(given.benchmark),
            on_fault=note,
            on_replaced=note,
            on_record=seen.add,
        )
    ]
    if given.shape is None:
        screen = screen_of(sys.stdout, verbosity=int(given.verbose))
        write_lines(_lines(runs, screen), sys.stdout, ascii_only=screen.ascii_only)
    else:
        write(_SHAPES[given.shape](runs))
    return 0


def _weights(benchmark: Path | None) -> dict[str, float]:
    return {entry.id: entry.weight for entry in load_benchmark(benchmark).entries} if benchmark else {}


def _lines(runs: Sequence[Summarized], screen: Screen) -> Iterator[Line]:
    for number, one in enumerate(runs):
        if number:
            yield line()
        yield from run_heading(one.figures, screen)
        yield line()
        found = list(one.figures.summaries)
        yield from summary_lines(found, width=screen.width, verbosity=screen.verbosity, ascii_only=screen.ascii_only)
        for summary in found:
            if len(found) > 1:
                yield line(Segment(screen.safe(summary.model), ("bold",)))
            yield from detail_lines(one.figures, summary, screen, one.known.get(summary.model))
            if summary is not found[-1]:
                yield line()


def _json(runs: Sequence[Summarized]) -> Iterator[str]:
    yield json.dumps({"runs": [run_values(one.figures, one.known) for one in runs]}, indent=2)


def _markdown(runs: Sequence[Summarized]) -> Iterator[str]:
    for one in runs:
        yield from markdown_lines(one.figures, one.known)
        yield ""


def _csv(runs: Sequence[Summarized]) -> Iterator[str]:
    found = (row for one in runs for row in rows(one.figures))
    return (told.removesuffix("\n") for told in csv_lines(ROW_COLUMNS, found))


def _memo(runs: Sequence[Summarized]) -> Iterator[str]:
    return (memo(one.figures, summary) for one in runs for summary in one.figures.summaries)


_SHAPES: Mapping[str, Callable[[Sequence[Summarized]], Iterator[str]]] = {
    "json": _json,
    "markdown": _markdown,
    "csv": _csv,
    "memo": _memo,
}
