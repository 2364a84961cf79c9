"""`pytest-llmeval check-graders`: how often graders accept what is wrong, and reject what is right."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import get_args

from pytest_llmeval.analysis.judges.grader_check import GraderCheck, checks_by_grader, checks_to_keep, kept_check
from pytest_llmeval.cli.numbers import share
from pytest_llmeval.cli.own_modules import importable_here
from pytest_llmeval.cli.printing import note, write
from pytest_llmeval.grading.checking.case import read_cases, shipped_cases
from pytest_llmeval.grading.checking.run import check_cases
from pytest_llmeval.grading.checking.setting_aside import SetAside, sorted_out
from pytest_llmeval.grading.code.sandbox import Isolation, Sandbox
from pytest_llmeval.grading.grade import LEVELS
from pytest_llmeval.reports.ansi import screen_of, write_lines
from pytest_llmeval.reports.grader_check_lines import check_lines, check_values
from pytest_llmeval.runs.baselines import folder_near
from pytest_llmeval.runs.grader_checks import GraderLimits, write_check
from pytest_llmeval.runs.kept_findings import FOLDER
from pytest_llmeval.runs.provenance import utc_timestamp

NOT_TO_BE_TRUSTED = 1

EPILOG = """\
Cases that run code are checked with --allow-code-execution only. Those of our own graders that cannot be checked here
are named and left out.

What your own cases say is kept by the grader's id, and a gate decides nothing by a grader that is over its limit.

exit status: 0 every grader holds; 1 one does not, or cases you asked for were not checked; 2 a file cannot be used
"""


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("files", metavar="FILE", nargs="*", type=Path, help="cases; by default those of our graders")
    parser.add_argument("--grader", metavar="NAME", default="", help="of cases that name none, such as mine:strict")
    parser.add_argument(
        "--at-least",
        metavar="LEVEL",
        choices=LEVELS,
        default=LEVELS[0],
        help=f"accepted from this level on (default: {LEVELS[0]})",
    )
    for kind in ("accepts", "rejects"):
        help_text = f"the highest rate of false {kind} that will do, 0 to 1 (default: 0)"
        parser.add_argument(f"--max-false-{kind}", metavar="RATE", type=share, default=0.0, help=help_text)
    parser.add_argument("--judges", metavar="DIR", type=Path, help=f"where it is kept for gates (default: {FOLDER})")
    parser.add_argument("--allow-code-execution", action="store_true", help="check graders that run code of the cases")
    parser.add_argument(
        "--code-isolation",
        choices=get_args(Isolation),
        default="namespaces",
        help="process: without walls, only in a container that is one (default: namespaces)",
    )
    parser.add_argument("--json", action="store_true", help="all figures, unrounded")
    parser.add_argument("-v", "--verbose", action="store_true", help="every case a grader disagrees with")
    parser.epilog = EPILOG


def run(given: argparse.Namespace) -> int:
    """Check the graders and tell; 0 where all hold, 1 where one does not, 2 where a file cannot be used."""
    limits = GraderLimits(most_false_accepts=given.max_false_accepts, most_false_rejects=given.max_false_rejects)
    with importable_here():
        files = given.files or shipped_cases()
        sandbox = Sandbox(given.code_isolation) if given.allow_code_execution else None
        read = [case for file in files for case in read_cases(file, given.grader)]
        cases, aside = sorted_out(read, sandbox, needs_all=bool(given.files))
        results = check_cases(cases, at_least=given.at_least, sandbox=sandbox)
    checks = checks_by_grader(results)
    kept = _keep(checks_to_keep(results), limits, given) if given.files else []
    _tell(checks, aside, kept, given)
    for one in aside:
        note(str(one))
    failing = [check.grader for check in checks if any(check.reasons(limits))]
    if failing:
        note(f"not to be trusted: {', '.join(failing)}")
    asked_for = any(given.files or (one.runs_code and given.allow_code_execution) for one in aside)
    return NOT_TO_BE_TRUSTED if failing or asked_for else 0


def _keep(checks: Sequence[GraderCheck], limits: GraderLimits, given: argparse.Namespace) -> list[Path]:
    """Write down what the user's own cases say of each grader, for gates to go by."""
    near = folder_near(Path.cwd(), FOLDER, otherwise=next((file.parent for file in given.files), None))
    folder, now = given.judges or near, utc_timestamp()
    command = ["pytest-llmeval", "check-graders", *map(str, given.files), *_settings(given)]
    kept = (kept_check(one, limits, at_least=given.at_least, command=command, timestamp=now) for one in checks)
    return [write_check(folder, one) for one in kept]


def _settings(given: argparse.Namespace) -> Iterator[str]:
    """Write the flags without which the same files are not checked alike; limits are what one may want to change."""
    if given.grader:
        yield f"--grader={given.grader}"
    if given.at_least != LEVELS[0]:
        yield f"--at-least={given.at_least}"
    if given.allow_code_execution:
        yield from ("--allow-code-execution", f"--code-isolation={given.code_isolation}")


def _tell(checks: list[GraderCheck], aside: list[SetAside], kept: list[Path], given: argparse.Namespace) -> None:
    if given.json:
        told = {"graders": list(map(check_values, checks)), "not_checked": list(map(asdict, aside))}
        write([json.dumps({**told, "kept_in": list(map(str, kept))}, indent=2)])
    elif checks:
        screen = screen_of(sys.stdout, verbosity=int(given.verbose))
        write_lines(check_lines(checks, screen, kept), sys.stdout, ascii_only=screen.ascii_only)
