"""All checks of a benchmark, in one call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pytest_llmeval.benchmark.checking.contamination import contaminated
from pytest_llmeval.benchmark.checking.coverage import Requirement, uncovered
from pytest_llmeval.benchmark.checking.dates import STALE_AFTER_DAYS, stale
from pytest_llmeval.benchmark.checking.drift import drifted
from pytest_llmeval.benchmark.checking.duplicates import repeated
from pytest_llmeval.benchmark.checking.expectations import broken_schemas, expecting_nothing
from pytest_llmeval.benchmark.checking.finding import CHECKS, Finding
from pytest_llmeval.benchmark.checking.leaks import leaked
from pytest_llmeval.benchmark.checking.manifest import Manifest, unreleased
from pytest_llmeval.benchmark.checking.meaning import Meaning
from pytest_llmeval.benchmark.checking.misspelt import misspelt
from pytest_llmeval.benchmark.checking.references import missing_references
from pytest_llmeval.benchmark.checking.roles import tasks_in_the_system_role
from pytest_llmeval.benchmark.checking.slices import thin
from pytest_llmeval.benchmark.checking.text_index import Match, Thresholds
from pytest_llmeval.benchmark.checking.vocabulary import unknown_values
from pytest_llmeval.benchmark.loading import Benchmark


@dataclass(frozen=True, slots=True)
class Strictness:
    """Where a check begins to object."""

    least_in_slice: int = 30
    alike: float = 0.8
    """Jaccard similarity from which two questions are near duplicates."""
    stale_after_days: int = STALE_AFTER_DAYS
    mix_shift: float = 10.0
    """Points of 100 by which the share of a slice may move after a release."""
    contamination: Thresholds = field(default_factory=Thresholds)


def check_benchmark(
    benchmark: Benchmark,
    *,
    root: Path,
    today: date,
    manifest: Manifest | None = None,
    prompts: Mapping[str, str] | None = None,
    matches: Mapping[str, Match] | None = None,
    meaning: Meaning | None = None,
    required: Iterable[Requirement] = (),
    strictness: Strictness | None = None,
) -> list[Finding]:
    """Look for what would make the numbers of a benchmark wrong; retired entries are left alone.

    Args:
        benchmark: What to check.
        root: The repository that expected files and symbols belong to.
        today: The day that reviews are counted from.
        manifest: Of the benchmark, where it has one.
        prompts: Texts that the system under test gets with every question, by name.
        matches: Entries that stand in a corpus, by id; None where there is none to check.
        meaning: When questions nearly ask the same in other words, if anybody can tell.
        required: How many active entries each slice must have at least.
        strictness: By default that of `Strictness`.

    Returns:
        All findings, in the order of `CHECKS`.

    Raises:
        ConfigurationError: Where a field is required that no entry has, or the embedder fails.
    """
    bounds = strictness or Strictness()
    entries = [*benchmark.current]
    beside = benchmark.path.parent if benchmark.path else root
    found = [
        *repeated(entries, bounds.alike, meaning),
        *leaked(entries, prompts or {}, bounds.contamination),
        *contaminated(matches or {}, bounds.contamination),
        *tasks_in_the_system_role(entries),
        *expecting_nothing(entries),
        *broken_schemas(entries),
        *missing_references(entries, root, beside),
        *stale(entries, today, bounds.stale_after_days),
        *unknown_values(entries, manifest.vocabulary if manifest else {}),
        *misspelt(entries),
        *thin(entries, bounds.least_in_slice),
        *drifted(entries, manifest, bounds.mix_shift),
        *uncovered(entries, required),
        *unreleased(benchmark, manifest),
    ]
    return sorted(found, key=lambda one: CHECKS.index(one.check))
