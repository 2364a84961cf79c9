"""The benchmarks of a session: found beside the test or in the root, and read once."""

from __future__ import annotations

from pathlib import Path

from pytest_llmeval.benchmark.checking.contamination_file import ContaminationCheck, read_contamination
from pytest_llmeval.benchmark.loading import Benchmark, benchmark_from_entries, load_benchmark
from pytest_llmeval.plugin.marker import EvalSpec


class Shelf:
    """The benchmarks of a session, each read once however many tests use it."""

    def __init__(self, rootdir: Path) -> None:
        self._rootdir = rootdir
        self._read: dict[object, Benchmark] = {}
        self._kept: list[object] = []
        self._checks: dict[Path, ContaminationCheck | None] = {}

    @property
    def benchmarks(self) -> tuple[Benchmark, ...]:
        """Return what was read so far."""
        return tuple(self._read.values())

    def take(self, spec: EvalSpec, test_file: Path) -> Benchmark:
        """Return a marker's benchmark.

        Raises:
            BenchmarkError: With every fault of the file, or that of the check for contamination beside it.
        """
        columns = tuple(sorted((spec.columns or {}).items()))
        if spec.source is None:
            return self._entries(spec, columns)
        path = self._find(spec.source, test_file)
        if (path, columns) not in self._read:
            benchmark = load_benchmark(path, columns=spec.columns)
            self._checks[path] = read_contamination(path)  # before the benchmark is kept: a fault is told each time
            self._read[path, columns] = benchmark
        return self._read[path, columns]

    def check_of(self, benchmark: Benchmark) -> ContaminationCheck | None:
        """Return the check for contamination that lies beside a benchmark's file."""
        return self._checks.get(benchmark.path) if benchmark.path is not None else None

    def _entries(self, spec: EvalSpec, columns: tuple[tuple[str, str], ...]) -> Benchmark:
        key = (id(spec.entries), columns)
        if key not in self._read:
            self._kept.append(spec.entries)  # while it lives, its id names nothing else
            self._read[key] = benchmark_from_entries(spec.entries or (), columns=spec.columns)
        return self._read[key]

    def _find(self, source: Path, test_file: Path) -> Path:
        beside = test_file.parent / source
        at_root = self._rootdir / source
        return at_root if at_root.exists() and not beside.exists() else beside
