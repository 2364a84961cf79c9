"""`pytest-llmeval agreement`: how far two raters agree beyond chance."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from pytest_llmeval.analysis.people.rater_agreement import agreement_of
from pytest_llmeval.analysis.people.ratings import GRADE, Ratings, ratings_in
from pytest_llmeval.analysis.people.two_logs import ratings_of_two
from pytest_llmeval.analysis.statistics.agreement import reaches
from pytest_llmeval.cli.numbers import share
from pytest_llmeval.cli.printing import note, only_torn, write
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.reports.agreement_lines import agreement_lines, agreement_values
from pytest_llmeval.reports.ansi import screen_of, write_lines

TOO_LOW = 1


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("first", metavar="A", type=Path, help="a log graded by hand, or by a panel of judges")
    parser.add_argument(
        "second", metavar="B", type=Path, nargs="?", help="another of the same run; else A's own raters"
    )
    parser.add_argument(
        "--raters", metavar="NAMES", help="of A, separated by commas: people, judges of a panel, machine"
    )
    parser.add_argument(
        "--field",
        metavar="NAME",
        default=GRADE,
        help="what to compare: grade, failure_label, error_mode, or a dimension of the rubric (default: grade)",
    )
    parser.add_argument("--min-alpha", metavar="X", type=share, help="exit with 1 where alpha is below, or undefined")
    parser.add_argument("--seed", type=int, default=0, help="of the intervals (default: 0)")
    parser.add_argument("--json", action="store_true", help="all figures, unrounded")
    parser.add_argument("-v", "--verbose", action="store_true", help="every answer they disagree on")
    parser.epilog = "exit status: 0 fine, 1 alpha is below --min-alpha, 2 a file cannot be used"


def run(given: argparse.Namespace) -> int:
    """Print the agreement; 0 fine, 1 too low, 2 where a file cannot be used."""
    found = agreement_of(_ratings(given), seed=given.seed)
    if given.json:
        write([json.dumps(agreement_values(found), indent=2)])
    else:
        screen = screen_of(sys.stdout, verbosity=int(given.verbose))
        write_lines(agreement_lines(found, screen), sys.stdout, ascii_only=screen.ascii_only)
    alpha = found.decisive_alpha
    if given.min_alpha is None or (alpha.value is not None and reaches(alpha.value, given.min_alpha)):
        return 0
    if alpha.value is None:
        note(f"alpha is undefined ({alpha.reason}), and --min-alpha wants {given.min_alpha:g}")
    else:
        note(f"alpha is {alpha.value:.2f}, below {given.min_alpha:g}: sharpen the rubric before grading more")
    return TOO_LOW


def _ratings(given: argparse.Namespace) -> Ratings:
    if given.second is None:
        raters = given.raters.split(",") if given.raters else ()
        twice = [name for name, times in Counter(raters).items() if times > 1]
        if twice:
            raise ConfigurationError(f"--raters names {twice[0]!r} twice; a rater always agrees with themselves")
        return ratings_in(given.first, given.field, raters, on_fault=only_torn)
    if given.raters:
        raise ConfigurationError("--raters names raters within one log; leave it out, or name one log")
    return ratings_of_two(given.first, given.second, given.field, on_fault=only_torn)
