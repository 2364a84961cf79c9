"""Runs in the order of time: one series for each model and benchmark."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from pytest_llmeval.analysis.figures_over_time import OverTime, figures_over_time
from pytest_llmeval.analysis.run_figures import Places
from pytest_llmeval.analysis.served import ServedChange, changes_of_served
from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.analysis.statistics.trend import Drift, Slope, cusum, slope
from pytest_llmeval.analysis.summary import Summary, model_of
from pytest_llmeval.runs.reading import Fault, iter_records
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.replaced import Replaced
from pytest_llmeval.runs.sidecar import RunInfo, read_sidecar, sidecar_path


@dataclass(slots=True)
class Point:
    """One model in one run."""

    run_id: str
    model: str
    summary: Summary
    info: RunInfo | None = None
    began: str = ""
    """The earliest time stamp, ISO 8601."""
    repo_sha: str | None = None

    def add(self, record: Record) -> None:
        """Take in one more record."""
        self.summary.add(record)
        self.began = min(self.began or record.timestamp, record.timestamp)
        self.repo_sha = self.repo_sha or record.repo_sha

    @property
    def share(self) -> Proportion:
        """Return the fully correct answers; where nothing was graded, the passed trials."""
        whole = self.summary.overall
        return whole.fully_correct if whole.judged else whole.pass_rate

    @property
    def benchmarks(self) -> str:
        """Return the names of what was asked; empty for a run without a sidecar."""
        return " + ".join(sorted({one.name for one in self.info.benchmarks})) if self.info else ""

    @property
    def content(self) -> frozenset[str]:
        """Return what identifies the content of what was asked."""
        return frozenset(one.hash for one in self.info.benchmarks if one.hash) if self.info else frozenset()

    @property
    def is_whole(self) -> bool:
        """Tell whether the run asked everything and came to its end, as far as its sidecar says."""
        return self.info is None or self.info.left_nothing_out


@dataclass(frozen=True)
class Series:
    """The runs of one model on one benchmark, the earliest first."""

    model: str
    benchmarks: str
    points: tuple[Point, ...]

    @property
    def rates(self) -> list[Proportion]:
        """Return the rate of each run that trend and drift go by, of nothing for the others.

        A run of ``--lf`` or ``-k`` asked other questions than the whole does; where no run is whole, all count.
        """
        some = any(one.is_whole for one in self.points)
        return [one.share if one.is_whole or not some else Proportion(0, 0) for one in self.points]

    @property
    def slope(self) -> Slope | None:
        """Return the trend; None with too few runs."""
        return slope(self.rates)

    @property
    def drift(self) -> Drift | None:
        """Return the control chart; None with too few runs."""
        return cusum(self.rates)

    @cached_property
    def figures(self) -> tuple[OverTime, ...]:
        """Return how other figures than the rate fare, over the same runs."""
        some = any(one.is_whole for one in self.points)
        return figures_over_time([one.summary if one.is_whole or not some else None for one in self.points])

    @property
    def is_worse(self) -> bool:
        """Tell whether anything drifts for the worse: the rate, or a figure of which it is known what is worse."""
        drift = self.drift
        lower = drift is not None and drift.alarm is not None and drift.alarm[1] == "lower"
        return lower or any(one.is_worse for one in self.figures)

    def served_changes(self) -> Iterator[ServedChange]:
        """Yield where another model answered than in the runs before."""
        return changes_of_served(one.summary.served for one in self.points)

    def content_changes(self) -> Iterator[int]:
        """Yield each run, by its place, that asked another content under the same name than the run before."""
        for place, (before, now) in enumerate(pairwise(self.points), start=1):
            if before.content and now.content and before.content != now.content:
                yield place


def read_history(
    logs: Iterable[Path],
    *,
    on_fault: Callable[[Fault], None] | None = None,
    on_replaced: Callable[[Replaced], None] | None = None,
) -> list[Series]:
    """Read logs, ours or foreign, keeping no record of them.

    Args:
        logs: In any order, each once.
        on_fault: Is told every line that cannot be read; without it such a line is an error.
        on_replaced: Is told where tries do not count.

    Returns:
        Series in order of first appearance; points without anything measured are left out, and so are logs that are
        merged into another of them.

    Raises:
        RunLogError: For a log that cannot be read, and for a trial that two of them hold.
    """
    places = Places()
    points: dict[tuple[str, str], Point] = {}
    described = {log: read_sidecar(log) if sidecar_path(log).exists() else None for log in logs}
    merged = [(log, info) for log, info in described.items() if info is not None and info.merged_from]
    for log, info in described.items():
        if any(_is_part(log, info, whole, of_whole) for whole, of_whole in merged):
            continue
        for record in iter_records(log, on_fault=on_fault, on_replaced=on_replaced):
            places.enter(record, log)
            place = (record.run_id, model_of(record))
            if place not in points:
                points[place] = Point(*place, Summary(place[1]), info)
            points[place].add(record)
    series: defaultdict[tuple[str, str], list[Point]] = defaultdict(list)
    for point in sorted(points.values(), key=lambda one: (one.began, one.run_id)):
        if point.share.n:
            series[point.model, point.benchmarks].append(point)
    return [Series(*name, tuple(found)) for name, found in series.items()]


def _is_part(log: Path, info: RunInfo | None, merged: Path, whole: RunInfo) -> bool:
    """Tell whether a log is one of those that were merged into another: it lies beside it, or its run has that id."""
    beside = log.parent == merged.parent and log.name in whole.merged_from
    return log != merged and (beside or (info is not None and bool(info.shard) and info.run_id in whole.merged_runs))
