"""A failure becomes a benchmark entry, so that what was mended stays mended."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pytest_llmeval.benchmark.checking.words import plain
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.faults import entry_faults
from pytest_llmeval.benchmark.loading import load_benchmark
from pytest_llmeval.errors import BenchmarkError, RunLogError
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.whole_file import replace_whole

TAG = "regression"
SUFFIXES = (".jsonl", ".ndjson")


def failure_of(records: Iterable[Record], question_id: str, model: str | None = None) -> Record:
    """Return the first failure of an entry.

    Args:
        records: Of a run.
        question_id: The entry's id.
        model: As ``provider:model``; None for any.

    Raises:
        RunLogError: Where the run does not have the entry, or it did not fail.
    """
    found = [one for one in records if one.question_id == question_id]
    asked = [one for one in found if model is None or model == f"{one.provider}:{one.model}"]
    if not asked:
        raise RunLogError(f"the run has no entry {question_id!r}" + (f" of {model}" if found and model else ""))
    failed = [one for one in asked if _failed(one)]
    if not failed:
        raise RunLogError(
            f"entry {question_id!r} did not fail in this run; only a failure is something to guard against"
        )
    return failed[0]


def _failed(record: Record) -> bool:
    if record.outcome in ("error", "unscored", "skipped"):
        return False
    return record.grade != "fully_correct" if record.grade else record.outcome not in ("passed", None)


def entry_of(record: Record, day: str, **told: Any) -> dict[str, Any]:
    """Return the line of a benchmark that asks what failed.

    Args:
        record: The failure.
        day: Today, ISO 8601.
        told: Fields that the person who promotes it gives: ``gold_answer``, ``criteria``, ``guards``, ``harm``, and any
            other field of an entry, which wins over the record's. None is as if it were not given.
    """
    made = {
        "id": f"{record.question_id}-{TAG}",
        "question": record.question,
        "category": record.category,
        "tags": [*(tag for tag in record.tags if tag != TAG), TAG],
        "difficulty": record.difficulty,
        "must_pass": True,
        "added": day,
        "observed": record.answer,
        "failure_label": record.failure_label,
        "regression_of": {
            "run_id": record.run_id,
            "question_id": record.question_id,
            "model": f"{record.provider}:{record.model}",
            "repo_sha": record.repo_sha,
        },
    }
    given = {name: value for name, value in told.items() if value is not None}
    return {name: value for name, value in {**made, **given}.items() if value is not None}


def add_entry(benchmark: Path, line: dict[str, Any]) -> None:
    """Append an entry to a benchmark of JSON lines, in one step; a file that is not there is begun.

    Raises:
        BenchmarkError: For another format, a benchmark with faults, an entry that is none, or one that it has already.
        RunLogError: Where the file cannot be written.
    """
    if benchmark.suffix not in SUFFIXES:
        raise BenchmarkError([f"{benchmark}: an entry can be added to a .jsonl file only; name one"])
    if not str(line.get("gold_answer") or "") and not line.get("criteria"):
        raise BenchmarkError(["say what a right answer holds: --gold TEXT, or --criterion TEXT once or more"])
    _check(line)
    before = b""
    if benchmark.exists():
        _check_new(line, load_benchmark(benchmark).entries, benchmark)
        before = benchmark.read_bytes()
        before += b"" if before.endswith(b"\n") else b"\n"
    replace_whole(benchmark, [before, json.dumps(line, ensure_ascii=False).encode() + b"\n"])


def _check(line: dict[str, Any]) -> None:
    fields = {name: value for name, value in line.items() if name in Entry.model_fields}
    try:
        Entry(**fields)
    except ValidationError as error:
        raise BenchmarkError(list(entry_faults(fields, error))) from None


def _check_new(line: dict[str, Any], entries: Iterable[Entry], benchmark: Path) -> None:
    for entry in entries:
        if entry.id == line["id"]:
            raise BenchmarkError([f"{benchmark}: has an entry {entry.id!r} already; give another with --id"])
        if TAG in entry.tags and plain(entry.question) == plain(line["question"]):
            raise BenchmarkError([f"{benchmark}: entry {entry.id!r} guards this question already"])
