"""What a run tells of the contamination of its benchmarks, from the checks that lie beside their files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pytest_llmeval.benchmark.checking.contamination_file import Checked, ContaminationCheck
from pytest_llmeval.benchmark.loading import Benchmark
from pytest_llmeval.plugin.trial import Trial
from pytest_llmeval.reports.contamination_lines import checked_told
from pytest_llmeval.runs.sidecar import ContaminationInfo


def described(benchmark: Benchmark, check: ContaminationCheck | None) -> dict[str, Any]:
    """Return what the sidecar says of a benchmark, with what is known of its contamination."""
    told = benchmark.described()
    if check is None:
        return told
    found = Counter[Checked](map(check.of, benchmark.current))
    info = ContaminationInfo(
        checked=check.checked,
        against=check.against,
        thresholds=check.thresholds,
        flagged=found["flagged"],
        not_checked=found["changed"],
    )
    return {**told, "contamination": info.model_dump(mode="json")}


def contamination_told(trials: Sequence[Trial], checks: Iterable[ContaminationCheck | None]) -> Iterator[str]:
    """Say in the run's heading what is known of the entries that are asked; nothing where nobody has checked.

    Args:
        trials: Of the run.
        checks: Of its benchmarks; the earliest day is told.
    """
    known = [check for check in checks if check is not None]
    entries = {(id(trial.spec), trial.origin.id): trial.standing.checked for trial in trials} if known else {}
    found = Counter(entries.values())
    if found.total() == found[None]:  # the files that were checked are not asked
        return
    day = min(check.day for check in known)
    told = checked_told(day, flagged=found["flagged"], clean=found["clean"], changed=found["changed"])
    yield f"contamination {told}"
    if found[None]:
        yield f"{found[None]:,} of other benchmarks not checked"
