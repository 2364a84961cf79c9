"""Adding an entry to a benchmark that guards against failures, which may be there or be begun."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pytest_llmeval.benchmark.checking.words import wording
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.loading import benchmark_from_entries, load_benchmark
from pytest_llmeval.errors import BenchmarkError
from pytest_llmeval.runs.locking import alone
from pytest_llmeval.runs.promotion import TAG
from pytest_llmeval.runs.votes_of_log import is_run_log
from pytest_llmeval.runs.whole_file import replace_whole
from pytest_llmeval.safe_text import one_line

SUFFIXES = (".jsonl", ".ndjson")


def add_entry(benchmark: Path, line: dict[str, Any]) -> None:
    """Append an entry to a benchmark of JSON lines, in one step; a file that is not there is begun.

    Raises:
        BenchmarkError: For another format, a run log, a benchmark with faults, an entry that is none, or one that
            it has already.
        RunLogError: Where the file cannot be written, or another process is adding to it.
    """
    if benchmark.suffix not in SUFFIXES:
        raise BenchmarkError([f"{benchmark}: an entry can be added to a .jsonl file only; name one"])
    entry, written = _as_entry(line), _written(line)
    if not any(one.expects_something for one in (entry, *entry.turns)):
        raise BenchmarkError(["say what a right answer holds: --gold TEXT, or --criterion TEXT once or more"])
    if not benchmark.parent.is_dir():
        raise BenchmarkError([f"{benchmark}: there is no folder {benchmark.parent}; make it first"])
    with alone(benchmark, "another promote is adding to it; run this one again", option="--to"):
        before = b""
        if benchmark.exists():
            if is_run_log(benchmark):  # its lines have questions, and so could be taken for entries
                raise BenchmarkError([f"{benchmark}: is a run log, which stays as it is; name a benchmark with --to"])
            _check_new(line, load_benchmark(benchmark).entries, benchmark)
            before = benchmark.read_bytes()
            before += b"" if before.endswith(b"\n") else b"\n"
        replace_whole(benchmark, [before, written])


def _written(line: dict[str, Any]) -> bytes:
    try:
        return json.dumps(line, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError as error:
        odd = one_line(ascii(error.object[error.start : error.end]))
        raise BenchmarkError([f"the new entry: {odd} is not UTF-8; say it in a terminal whose locale is"]) from None


def _as_entry(line: dict[str, Any]) -> Entry:
    try:
        (entry,) = benchmark_from_entries([line], name="the new entry").entries
    except BenchmarkError as error:
        raise BenchmarkError([fault.removeprefix("the new entry[0]: ") for fault in error.faults]) from None
    return entry


def _check_new(line: dict[str, Any], entries: Iterable[Entry], benchmark: Path) -> None:
    for entry in entries:
        if entry.id == line["id"]:
            raise BenchmarkError([f"{benchmark}: has an entry {entry.id!r} already; give another with --id"])
        if TAG in entry.tags and wording(entry.question) == wording(line["question"]):
            raise BenchmarkError([f"{benchmark}: entry {entry.id!r} guards this question already"])
