"""Which versions of its benchmarks a run used, in words."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_llmeval.benchmark.formats import name_without_suffix
from pytest_llmeval.runs.sidecar import BenchmarkInfo


def versions_told(benchmarks: Iterable[BenchmarkInfo]) -> tuple[str, ...]:
    """Name the benchmarks that have a version, each with it.

    Example:
        >>> told = BenchmarkInfo(name="capitals.jsonl", version="1.0", changed_since=3)
        >>> versions_told([told, BenchmarkInfo(name="facts.jsonl")])
        ('capitals 1.0 and 3 entries changed since',)
    """
    return tuple(f"{name_without_suffix(one.name)} {one.told_version}" for one in benchmarks if one.told_version)
