"""Figures of a series of runs beside the share of right answers: whether one drifts, though no step is large."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pytest_llmeval.analysis.behaviour import RULES
from pytest_llmeval.analysis.statistics.change_point import ChangePoint, change_point
from pytest_llmeval.analysis.statistics.paired import holm
from pytest_llmeval.analysis.statistics.trend import Slope, line_through
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.grading.grade import LEVELS

Unit = Literal["steps", "seconds", "dollars", "tokens", "share"]
ALPHA = 0.05


class Followed(NamedTuple):
    """One figure in the order of runs."""

    name: str
    unit: Unit
    bad: str | None
    """Which way is for the worse, ``lower`` or ``higher``; None where only you can say."""
    values: tuple[float | None, ...]
    """Of each run; None where it is unknown, or the run does not count."""

    @property
    def known(self) -> list[float]:
        """Return the values that are known."""
        return [value for value in self.values if value is not None]


@dataclass(frozen=True, slots=True)
class OverTime:
    """What becomes of one figure."""

    followed: Followed
    slope: Slope | None
    """None with too few runs."""
    change: ChangePoint | None
    """None with too few runs, and where all are the same; its place counts the runs whose value is known."""
    p: float
    """Of the change point, corrected by Holm among all figures of the series."""

    @property
    def drifts(self) -> bool:
        """Tell whether it changed by more than chance."""
        return self.change is not None and self.p < ALPHA

    @property
    def is_worse(self) -> bool:
        """Tell whether it drifts for the worse."""
        return self.drifts and self.change is not None and self.change.direction == self.followed.bad

    @property
    def changed_with(self) -> int | None:
        """Return the place of the first run after the change, among all runs."""
        known = [place for place, value in enumerate(self.followed.values) if value is not None]
        return known[self.change.place] if self.change is not None else None


def figures_over_time(summaries: Sequence[Summary | None]) -> tuple[OverTime, ...]:
    """Follow figures from run to run; those that no run knows are left out.

    Args:
        summaries: Of one model, in the order of time; None for a run that does not count.
    """
    all_of_them = [*(_measured(*told, summaries) for told in _MEASURES), *_behaviour(summaries)]
    found = [one for one in all_of_them if one.known]
    changes = [change_point(one.known) for one in found]
    corrected = holm([change.p if change else 1.0 for change in changes])
    return tuple(
        OverTime(one, line_through(one.values), change, p)
        for one, change, p in zip(found, changes, corrected, strict=True)
    )


def _measured(
    name: str, unit: Unit, bad: str | None, measure: _Measure, summaries: Sequence[Summary | None]
) -> Followed:
    return Followed(name, unit, bad, tuple(None if one is None else measure(one) for one in summaries))


def _behaviour(summaries: Sequence[Summary | None]) -> Iterator[Followed]:
    """Yield the rates of behaviour probes that every run has."""
    rates = [
        None if one is None else {rate.name: rate.estimate.value for rate in one.behaviour.rates()} for one in summaries
    ]
    counted = [one for one in rates if one is not None]
    for rule in RULES:
        if counted and all(rule.rate in one for one in counted):
            values = tuple(None if one is None else one[rule.rate] for one in rates)
            yield Followed(rule.rate, "share", "higher" if rule.of_bad else "lower", values)


def mean_grade(summary: Summary) -> float | None:
    """Return the mean grade, fully correct 3 and wrong 0, as is what could not be graded; None where nothing was."""
    whole = summary.overall
    top = len(LEVELS) - 1
    steps = sum((top - at) * whole.verdicts[level] for at, level in enumerate(LEVELS))
    return steps / whole.judged if whole.judged else None


def _unscored(summary: Summary) -> float | None:
    asked = summary.records - summary.outcomes["skipped"]
    without = summary.outcomes["error"] + summary.outcomes["unscored"] + summary.pending
    return without / asked if asked else None


_Measure = Callable[[Summary], float | None]
_MEASURES: tuple[tuple[str, Unit, str | None, _Measure], ...] = (
    ("mean grade", "steps", "lower", mean_grade),
    ("unscored", "share", "higher", _unscored),
    ("latency p50", "seconds", "higher", lambda one: one.latency_s.p50),
    ("latency p95", "seconds", "higher", lambda one: one.latency_s.p95),
    ("cost per trial", "dollars", "higher", lambda one: one.cost_of_asking_usd.mean),
    ("tokens out", "tokens", None, lambda one: one.output_tokens.mean),
)
