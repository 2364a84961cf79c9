"""`pytest-llmeval diff`: what differs between two benchmarks, or between two versions of one."""

from __future__ import annotations

import argparse
import json
import sys

from pytest_llmeval.benchmark.checking.diff import diff
from pytest_llmeval.cli.benchmark_sources import benchmark_of
from pytest_llmeval.cli.printing import write
from pytest_llmeval.reports.ansi import screen_of, write_lines
from pytest_llmeval.reports.diff_json import diff_values
from pytest_llmeval.reports.diff_lines import diff_lines

SAME, DIFFERENT = 0, 1

EPILOG = """\
A benchmark is a file of any format, or REV:PATH for the file as a revision of git has it.

examples:
  pytest-llmeval diff old.jsonl new.jsonl
  pytest-llmeval diff HEAD~3:evals/questions.jsonl evals/questions.jsonl

exit status: 0 nothing differs, 1 something does, 2 a file cannot be used
"""


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("old", metavar="OLD", help="benchmark file of any format, or REV:PATH of git")
    parser.add_argument("new", metavar="NEW", help="the same, later")
    parser.add_argument("--json", action="store_true", help="all that differs, with whole values")
    parser.add_argument("-v", "--verbose", action="store_true", help="tell every entry and slice")


def run(given: argparse.Namespace) -> int:
    """Tell what differs; 0 nothing, 1 something, 2 where a file cannot be used."""
    old, new = benchmark_of(given.old), benchmark_of(given.new)
    found = diff(old.entries, new.entries)
    if given.json:
        write([json.dumps(diff_values(found, old, new), indent=2, ensure_ascii=False, default=str)])
    else:
        screen = screen_of(sys.stdout, verbosity=int(given.verbose))
        lines = diff_lines(found, old.shown, new.shown, screen)
        write_lines(lines, sys.stdout, ascii_only=screen.ascii_only)
    return SAME if found.same else DIFFERENT
