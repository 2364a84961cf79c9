"""Figures that drift from run to run, in words and as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pytest_llmeval.analysis.figures_over_time import Followed, OverTime
from pytest_llmeval.analysis.history import Point
from pytest_llmeval.analysis.statistics.estimates import are_alike
from pytest_llmeval.reports import figures


def figure_remarks(found: Iterable[OverTime], *, every: bool) -> Iterator[tuple[str, ...]]:
    """Yield a remark on each figure that drifts, its label first, then the pieces that may be wrapped.

    Args:
        found: The figures of a series.
        every: Whether those that do not drift are told as well.
    """
    told = list(found)
    for one in told:
        if one.drifts:
            yield ("drift", *_drift(one, len(told)))
        elif every:
            yield ("figure", *_steady(one).split(" "))


def _drift(one: OverTime, of: int) -> list[str]:
    change, run = one.change, one.changed_with
    if change is None or run is None:
        return []
    before, after = (amount(one.followed, value) for value in (change.before, change.after))
    test = f"p {change_p(one.p)}" + (f" by Holm of {of}" if of > 1 else "")
    told = f"{one.followed.name} {change.direction} since run {run + 1}: {before} before, {after} after;"
    return [*told.split(" "), test]


def _steady(one: OverTime) -> str:
    known = one.followed.known
    told = f"{one.followed.name} {amount(one.followed, known[-1])} in the last of {figures.counted(len(known), 'run')}"
    if one.change is None:
        return f"{told}; " + ("the same in all" if are_alike(known) else "too few runs to tell a drift")
    return f"{told}; none that can be told from chance, p {change_p(one.p)}"


def change_p(p: float) -> str:
    """Write a p-value."""
    return "< 0.001" if p < 0.001 else f"= {p:.2g}"


def amount(one: Followed, value: float) -> str:
    """Write a figure in its unit."""
    if one.unit == "seconds":
        return figures.duration(value)
    if one.unit == "dollars":
        return figures.cost(value)
    if one.unit == "share":
        return f"{100 * value:.1f} %"
    return f"{value:.2f}" if one.unit == "steps" else figures.count(value)


def figure_values(one: OverTime, points: Sequence[Point]) -> dict[str, Any]:
    """Return the same for machines, unrounded."""
    slope, change, place = one.slope, one.change, one.changed_with
    return {
        "name": one.followed.name,
        "unit": one.followed.unit,
        "worse": one.followed.bad,
        "values": list(one.followed.values),
        "slope_per_run": slope.per_run if slope else None,
        "slope_interval": list(slope.interval) if slope else None,
        "change": {
            "run": points[place].run_id,
            "direction": change.direction,
            "before": change.before,
            "after": change.after,
            "p": change.p,
        }
        if change is not None and place is not None
        else None,
        "p_corrected": one.p,
        "drifts": one.drifts,
    }
