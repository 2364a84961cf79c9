"""`pytest-llmeval promote`: a failure becomes a benchmark entry that names what it guards."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from pytest_llmeval.cli.printing import note, only_torn
from pytest_llmeval.runs.promotion import add_entry, entry_of, failure_of
from pytest_llmeval.runs.reading import iter_records


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("log", metavar="RUN", type=Path, help="run log in which it failed, .gz or not")
    parser.add_argument("question_id", metavar="ID", help="id of the entry that failed")
    parser.add_argument("--to", metavar="FILE", type=Path, required=True, help="benchmark (.jsonl) to add it to")
    parser.add_argument("--guards", metavar="TEXT", required=True, help="what must not happen again")
    parser.add_argument("--gold", metavar="TEXT", help="the right answer")
    parser.add_argument(
        "--criterion", metavar="TEXT", action="append", help="a point that a right answer makes; repeatable"
    )
    parser.add_argument(
        "--question", metavar="TEXT", help="ask this in its place, as where the failure is more general"
    )
    parser.add_argument("--harm", metavar="TEXT", help="what the failure does to whom")
    parser.add_argument("--id", metavar="ID", dest="new_id", help="id of the new entry (ID-regression)")
    parser.add_argument("--model", metavar="PROVIDER:MODEL", help="whose failure, where several models were run")
    parser.epilog = (
        "The entry gets the tag regression, what was observed, and in which run, model and commit; it must pass\n"
        "whatever a gate allows (must_pass).\n"
        "Run these alone with pytest -m regression."
    )


def run(given: argparse.Namespace) -> int:
    """Add the entry; 0, or 2 where a file cannot be used or there is nothing to add."""
    records = iter_records(given.log, on_fault=only_torn)
    failure = failure_of(records, given.question_id, given.model)
    line = entry_of(
        failure,
        datetime.now(UTC).date().isoformat(),
        id=given.new_id,
        question=given.question,
        gold_answer=given.gold,
        criteria=given.criterion,
        guards=given.guards,
        harm=given.harm,
    )
    add_entry(given.to, line)
    note(f"{line['id']} added to {given.to}; it guards: {given.guards}")
    return 0
