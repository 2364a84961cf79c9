"""Taking stock of the benchmarks of a session: what the sidecar says of each, and whether the run may begin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_llmeval.benchmark.checking.contamination_file import ContaminationCheck
from pytest_llmeval.benchmark.checking.dates import overdue
from pytest_llmeval.benchmark.checking.manifest import changed_since, read_manifest
from pytest_llmeval.benchmark.loading import Benchmark
from pytest_llmeval.errors import BenchmarkError
from pytest_llmeval.plugin.contamination import described
from pytest_llmeval.plugin.settings import Settings
from pytest_llmeval.plugin.standing import today
from pytest_llmeval.safe_text import one_line


@dataclass(frozen=True, slots=True)
class Stock:
    """What is known of the benchmarks once all are read."""

    described: tuple[dict[str, Any], ...]
    """As the sidecar keeps them."""
    notes: tuple[str, ...] = ()
    """What the user should know of them before the run."""
    refusal: str = ""
    """Why the run must not begin."""


def take_stock(
    benchmarks: Sequence[Benchmark],
    check_of: Callable[[Benchmark], ContaminationCheck | None],
    settings: Settings,
    *,
    asking: bool,
) -> Stock:
    """Look at the benchmarks.

    Args:
        benchmarks: All that the session reads.
        check_of: Gives what is known of the contamination of one.
        settings: What the user wants of them.
        asking: Whether any trial is left to run; no demand is made of a session that asks nothing.
    """
    notes: list[str] = []
    told = tuple({**described(one, check_of(one)), **_sizes(one), **_version(one, notes)} for one in benchmarks)
    return Stock(told, tuple(dict.fromkeys(notes)), _refusal(benchmarks, settings) if asking else "")


def _sizes(benchmark: Benchmark) -> dict[str, Any]:
    retired = len(benchmark.entries) - len(benchmark.current)
    stale = overdue(benchmark.entries, today())
    return {"entries": len(benchmark.entries) - retired, "retired": retired, "stale": stale}


def _version(benchmark: Benchmark, notes: list[str]) -> dict[str, Any]:
    """Return the version of a benchmark by its manifest; one that is broken breaks no run, and is noted."""
    try:
        manifest = read_manifest(benchmark.path) if benchmark.path else None
    except BenchmarkError as error:
        notes.append(one_line(f"{error}; the run goes on without the version of {benchmark.name}", 1000))
        return {}
    return {"version": manifest.version, "changed_since": changed_since(benchmark, manifest)} if manifest else {}


def _refusal(benchmarks: Sequence[Benchmark], settings: Settings) -> str:
    if not settings.require_coverage:
        return ""
    from pytest_llmeval.plugin.coverage import refusal  # few ask for it

    return refusal(benchmarks, settings.require_coverage)
