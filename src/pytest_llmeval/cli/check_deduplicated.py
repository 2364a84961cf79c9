"""`pytest-llmeval check --write-deduplicated`: the benchmark with one of each cluster of entries that ask the same."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pytest_llmeval.benchmark.checking.corpus import ROWS
from pytest_llmeval.benchmark.checking.deduplicating import check_has_lines, lines_without, repeating
from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.loading import Benchmark
from pytest_llmeval.cli.printing import note
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.runs.whole_file import create_whole


def check_target(benchmark: Benchmark, path: Path) -> None:
    """Refuse, before anything is checked, what could not be written afterwards.

    Raises:
        ConfigurationError: For a benchmark or a file that is none of lines, or a file that is there.
    """
    check_has_lines(benchmark)
    if path.suffix not in ROWS:
        raise ConfigurationError(f"{path}: what is written are lines; name a file that ends in .jsonl")
    if path.exists():
        raise ConfigurationError(f"{path}: exists already; name another file or move it away")


def write_deduplicated(benchmark: Benchmark, findings: Iterable[Finding], path: Path) -> None:
    """Write one of each cluster and gold answer, and what is in none, into a new file; say how many that is.

    Raises:
        BenchmarkError: Where the benchmark has changed meanwhile.
        RunLogError: Where the file exists or cannot be written.
    """
    dropped = repeating(benchmark, findings)
    create_whole(path, lines_without(benchmark, dropped))
    whole = len(benchmark.entries)
    note(f"{whole - len(dropped):,} of {whole:,} entries written to {path}, one of each cluster and gold answer")
