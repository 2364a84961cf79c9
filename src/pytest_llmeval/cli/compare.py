"""`pytest-llmeval compare`: whether a run is better or worse than another, and what that rests on."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from pytest_llmeval.analysis.comparing.comparison import Comparison, compare
from pytest_llmeval.analysis.comparing.matching import Matched, match_models
from pytest_llmeval.analysis.comparing.read_beside import read_beside
from pytest_llmeval.analysis.contested import VoteRules
from pytest_llmeval.analysis.judges.judge_noise import with_judge_noise
from pytest_llmeval.cli.base_sides import base_sides
from pytest_llmeval.cli.numbers import between, percent, share
from pytest_llmeval.cli.printing import write
from pytest_llmeval.reports.ansi import screen_of, write_lines
from pytest_llmeval.reports.comparison import comparison_lines
from pytest_llmeval.reports.comparison_json import FORMAT_VERSION, comparison_json
from pytest_llmeval.reports.lines import Segment, line
from pytest_llmeval.runs.baselines import folder_near
from pytest_llmeval.runs.kept_findings import FOLDER

FINE, REGRESSION, CANNOT_DECIDE = 0, 1, 3

EPILOG = """\
A figure changed where its test says p < alpha and its interval leaves out 0. Tested are: fully correct (or passed);
and together, corrected by Holm, the mean grade and every category. Worse in one of them is worse.

exit status: 0 better, the same, or can't tell; 1 a regression; 2 misuse; 3 cannot decide (a run is not complete,
too few entries in common, other graders)
"""


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("base", metavar="BASE", type=Path, help="run log, or name of a baseline, to compare against")
    parser.add_argument("new", metavar="NEW", type=Path, help="run log to judge")
    parser.add_argument("--model", metavar="NAME", help="compare this model only, where a log has several")
    parser.add_argument("--base-model", metavar="NAME", help="compare it with this model of BASE")
    parser.add_argument(
        "--alpha", type=between(0, 1, without=(0, 1)), default=0.05, help="level of the tests (default: %(default)s)"
    )
    parser.add_argument(
        "--max-regression",
        metavar="POINTS",
        type=percent,
        default=0.0,
        help="allow a proven drop of so many points of 100 (default: %(default)g)",
    )
    parser.add_argument(
        "--max-disagreement",
        metavar="PERCENT",
        type=percent,
        default=100.0,
        help="leave out answers of whose votes, of people or judges, more differ from the most frequent one",
    )
    parser.add_argument(
        "--min-alpha",
        metavar="X",
        type=share,
        help="decide nothing where those who graded a run agree less, by Krippendorff's alpha",
    )
    parser.add_argument(
        "--contaminated",
        choices=("aside", "count"),
        default="aside",
        help="entries that either run knows to be contaminated: aside, in no figure (default), or count",
    )
    parser.add_argument("--force", action="store_true", help="compare in spite of other graders or a small overlap")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="name every entry, with whole answers")


def run(given: argparse.Namespace) -> int:
    """Compare, print, and return 0, 1 or 3."""
    votes = VoteRules(given.max_disagreement, given.min_alpha)
    with read_beside(given.new, votes) as new_sides:
        base, new = base_sides(given.base, votes, near=given.new.parent), new_sides()
    for side in new.values():
        side.counts_flagged = given.contaminated == "count"
    matched = match_models(base, new, model=given.model, base_model=given.base_model)
    judges = folder_near(Path.cwd(), FOLDER, otherwise=given.new.parent)
    comparisons = [
        compare(
            with_judge_noise(one, other, judges),
            other,
            alpha=given.alpha,
            allowed=given.max_regression,
            force=given.force,
        )
        for one, other in matched.sides
    ]
    status = exit_status(comparisons)
    if given.json:
        _print_json(comparisons, matched, status)
    else:
        _print(comparisons, matched, given.verbose)
    return status


def exit_status(comparisons: Sequence[Comparison]) -> int:
    """Return 1 where any comparison shows a regression, else 3 where any cannot be decided, else 0."""
    if any(one.regressions for one in comparisons):
        return REGRESSION
    return CANNOT_DECIDE if any(one.outcome == "cannot decide" for one in comparisons) else FINE


def _print(comparisons: Sequence[Comparison], matched: Matched, verbosity: int) -> None:
    screen = screen_of(sys.stdout, verbosity=verbosity)
    for number, one in enumerate(comparisons):
        told = [line(), line(Segment("-" * screen.width, ("light",))), line()] if number else []
        write_lines([*told, *comparison_lines(one, screen)], sys.stdout, ascii_only=screen.ascii_only)
    if matched.unmatched:
        names = ", ".join(screen.safe(name) for name in matched.unmatched)
        write_lines([line(), line(f"not compared: {names}")], sys.stdout, ascii_only=screen.ascii_only)


def _print_json(comparisons: Sequence[Comparison], matched: Matched, status: int) -> None:
    told = {
        "format_version": FORMAT_VERSION,
        "exit_status": status,
        "comparisons": [comparison_json(one) for one in comparisons],
        "unmatched_models": list(matched.unmatched),
    }
    write([json.dumps(told, indent=2)])
