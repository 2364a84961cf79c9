"""The entries behind a run: read from a benchmark that is named, or from those its sidecar names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.loading import Benchmark, load_benchmark
from pytest_llmeval.cli.printing import note
from pytest_llmeval.errors import BenchmarkError
from pytest_llmeval.runs.sidecar import read_sidecar, sidecar_path


def entries_of(log: Path, benchmark: Path | None) -> Iterator[Entry]:
    """Yield the entries of a benchmark; without one, those of the benchmarks that the run's sidecar names.

    Args:
        log: The run.
        benchmark: A file.

    Raises:
        BenchmarkError: Where the file that is named cannot be used; others are only told of.
    """
    for one in benchmarks_of(log, benchmark):
        yield from one.entries


def benchmarks_of(log: Path, benchmark: Path | None) -> Iterator[Benchmark]:
    """Yield a benchmark; without one, those that the run's sidecar names.

    Args:
        log: The run.
        benchmark: A file.

    Raises:
        BenchmarkError: Where the file that is named cannot be used; others are only told of.
    """
    if benchmark is not None:
        yield load_benchmark(benchmark)
        return
    for path in _files_of(log):
        try:
            yield load_benchmark(path)
        except BenchmarkError as error:
            note(f"no gold answers from it: {error.faults[0]}")


def _files_of(log: Path) -> Iterator[Path]:
    """Find the files a run's sidecar names; their paths begin at the root of the project, somewhere above the log."""
    if not sidecar_path(log).exists():
        return
    for told in read_sidecar(log).benchmarks:
        if told.path:
            places = (folder / told.path for folder in (Path.cwd(), *log.resolve().parents))
            yield from [place for place in places if place.is_file()][:1]
