"""`pytest-llmeval promote`: a failure becomes a benchmark entry that names what it guards."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.writing import moved
from pytest_llmeval.cli.printing import note, only_torn
from pytest_llmeval.cli.run_entries import benchmarks_of
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.runs.asked_entry import asked_entry
from pytest_llmeval.runs.earlier import same_entry
from pytest_llmeval.runs.guard_file import add_entry
from pytest_llmeval.runs.promotion import entry_of, failure_of, lost_without_entry
from pytest_llmeval.runs.reading import iter_records
from pytest_llmeval.runs.record import Record


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("log", metavar="RUN", type=Path, help="run log in which it failed, .gz or not")
    parser.add_argument("question_id", metavar="ID", help="id of the entry that failed")
    parser.add_argument("--to", metavar="FILE", type=Path, required=True, help="benchmark (.jsonl) to add it to")
    parser.add_argument("--guards", metavar="TEXT", required=True, help="what must not happen again")
    parser.add_argument("--gold", metavar="TEXT", help="the right answer (default: the entry's)")
    parser.add_argument(
        "--criterion", metavar="TEXT", action="append", help="a point that a right answer makes; repeatable"
    )
    parser.add_argument(
        "--question", metavar="TEXT", help="ask this in its place, as where the failure is more general"
    )
    parser.add_argument("--harm", metavar="TEXT", help="what the failure does to whom")
    parser.add_argument("--id", metavar="ID", dest="new_id", help="id of the new entry (ID-regression)")
    parser.add_argument("--model", metavar="PROVIDER:MODEL", help="whose failure, where several models were run")
    parser.add_argument(
        "--benchmark", metavar="FILE", type=Path, help="where the entry is (default: as the run's sidecar says)"
    )
    parser.epilog = (
        "All that the entry asks and expects is kept, but for what you give in its place. The new one has the\n"
        "tag regression, what was observed, and in which run, model and commit; it must pass whatever a gate\n"
        "allows (must_pass).\n"
        "Run these alone with pytest -m regression."
    )


def run(given: argparse.Namespace) -> int:
    """Add the entry; 0, or 2 where a file cannot be used or there is nothing to add."""
    guards = " ".join(given.guards.split())
    if not guards:
        raise ConfigurationError(f"--guards must say what must not happen again, got {given.guards!r}")
    records = iter_records(given.log, on_fault=only_torn, on_replaced=note)
    failure = failure_of(records, given.question_id, given.model)
    asked = _asked(failure, given)
    line = entry_of(
        failure,
        asked,
        datetime.now(UTC).date().isoformat(),
        id=given.new_id,
        question=given.question,
        gold_answer=given.gold,
        criteria=given.criterion,
        guards=guards,
        harm=given.harm,
    )
    add_entry(given.to, line)
    if asked is None:
        note(
            f"entry {failure.question_id!r} is in no benchmark that could be read, so {line['id']} has only what the "
            f"run log says; {lost_without_entry(line)} are missing (name its benchmark with --benchmark FILE)"
        )
    elif failure.is_variant:
        note(f"{failure.question_id!r} is a variant of {asked.id!r}; beside its wording all is that entry's")
    note(f"{line['id']} added to {given.to}; it guards: {guards}")
    return 0


def _asked(failure: Record, given: argparse.Namespace) -> Entry | None:
    """Find the entry that failed, with its files as they are named from the folder it is promoted to."""
    found = []
    for benchmark in benchmarks_of(given.log, given.benchmark):
        entry = asked_entry(failure, {one.id: one for one in benchmark.entries})
        if entry is not None:
            old = benchmark.path.parent if benchmark.path else given.to.parent
            found.append((entry, moved(entry, old, given.to.parent)))
    for entry, here in found:
        if same_entry(failure, entry):
            return here
    if not found:
        return None
    entry, here = found[0]
    if entry.id == failure.question_id and not isinstance(entry.response_schema, str):  # whose hash is of what it holds
        note(f"entry {entry.id!r} has changed since the run; it is added as the benchmark has it now")
    return here
