"""`pytest-llmeval replay`: send a failure's own request once more, and tell whose the failure is."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from pytest_llmeval.analysis.replay import Fault, Replay
from pytest_llmeval.cli.asking import declare_asking, judges_asked, tell_spent
from pytest_llmeval.cli.numbers import whole
from pytest_llmeval.cli.own_modules import importable_here
from pytest_llmeval.cli.printing import only_torn, write
from pytest_llmeval.cli.replay_item import entry_in, graders_in, judges_in, trial_in
from pytest_llmeval.cli.replay_session import Grading, Replaying, Sending
from pytest_llmeval.grading.grade import LEVELS
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.reports.ansi import screen_of, write_lines
from pytest_llmeval.reports.replay_lines import replay_lines, replay_values
from pytest_llmeval.runs.earlier import model_of
from pytest_llmeval.runs.reading import iter_records

STATUS: Mapping[Fault, int] = MappingProxyType(
    {"none": 0, "construction": 0, "other_model": 0, "model": 1, "chance": 1, "unknown": 3}
)

EPILOG = """\
Sends what the log holds of the call; nothing of your code runs: no task, no tool, no test. Each
reply is graded by the graders that the record names, as far as a name is enough to make them.

exit status: 0 it passes; 1 it fails, or fails at times; 2 misuse; 3 nothing could be graded
"""


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("log", metavar="RUN", type=Path, help="run log that holds it, .gz or not")
    parser.add_argument("item", metavar="ITEM", help="id of the entry or of the test item, such as test_it[fr]")
    parser.add_argument("--of", metavar="PROVIDER:MODEL", help="whose trial, where several models were run")
    parser.add_argument("--sample", metavar="N", type=whole(), help="which sample (default: the first that failed)")
    parser.add_argument("--call", metavar="N", type=whole(), help="which call of the trial (default: the last)")
    parser.add_argument("--model", metavar="PROVIDER:MODEL", help="ask this model in place of the run's")
    parser.add_argument("--times", metavar="N", type=whole(), default=1, help="send it so often (default: 1)")
    parser.add_argument(
        "--grader", metavar="NAME", action="append", default=[], help="in place of the record's: contains, mine:strict"
    )
    parser.add_argument(
        "--judge", metavar="PROVIDER:MODEL", action="append", default=[], help="asked by graders, not the run's judges"
    )
    parser.add_argument(
        "--at-least",
        metavar="LEVEL",
        choices=LEVELS,
        default=LEVELS[0],
        help=f"what passes, from this level on (default: {LEVELS[0]})",
    )
    parser.add_argument("--benchmark", metavar="FILE", type=Path, help="gold answers (default: as the sidecar says)")
    parser.add_argument("--json", action="store_true", help="print JSON, with the request")
    parser.add_argument("-v", "--verbose", action="store_true", help="show the request")
    declare_asking(parser, cache=False)


def run(given: argparse.Namespace) -> int:
    """Send it and tell; the status says what became of it."""
    model = ModelName.parse(given.model) if given.model else None
    records = iter_records(given.log, on_fault=only_torn)
    record = trial_in(records, given.item, model=given.of, sample=given.sample)
    sending = Sending(record, given.call, model, given.base_url, given.times)
    sending.request(sending.calls()[-1])  # faults of the record come before those of keys and endpoints
    with importable_here():
        graders = graders_in(record, given.grader, at_the_end=sending.is_last)
    judges = judges_in(record, graders, given.judge)
    grading = Grading(entry_in(record, given.log, given.benchmark), graders, judges, given.at_least)
    with judges_asked(given, [str(model or model_of(record)), *judges]) as desk:
        replaying = Replaying(sending, grading, desk)
        try:
            found = replaying.run()
        finally:
            tell_spent(replaying.spent, "call")
    _tell(found, given)
    return STATUS[found.fault]


def _tell(found: Replay, given: argparse.Namespace) -> None:
    if given.json:
        write([json.dumps(replay_values(found), indent=2, default=str)])
        return
    screen = screen_of(sys.stdout, verbosity=int(given.verbose))
    write_lines(replay_lines(found, screen), sys.stdout, ascii_only=screen.ascii_only)
