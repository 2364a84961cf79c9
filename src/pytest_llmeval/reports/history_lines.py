"""Runs over time: a table with a plot, and what stands out in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pytest_llmeval.analysis.history import Point, Series
from pytest_llmeval.analysis.served import Kind
from pytest_llmeval.analysis.statistics.estimates import Interval, Proportion
from pytest_llmeval.analysis.statistics.trend import Drift
from pytest_llmeval.reports import figures
from pytest_llmeval.reports.figures_over_time import figure_remarks, figure_values
from pytest_llmeval.reports.lines import Line, Segment, fit, line, width_of, wrapped
from pytest_llmeval.reports.one_model import Screen

_LABEL = 12
_BEGAN, _COMMIT, _LEAST_RATE = 16, 8, 20
_LEAST_PLOT = 12
"""Narrowest drawing that still tells something; on a screen with less room there is none."""


def history_lines(series: Series, screen: Screen) -> Iterator[Line]:
    """Tell one series: a row for each run, then trend, drift and silent changes."""
    asked = f" · {screen.safe(series.benchmarks, 40)}" if series.benchmarks else ""
    yield line(
        Segment(screen.safe(series.model, 60), ("bold",)), asked, f" · {figures.counted(len(series.points), 'run')}"
    )
    yield line()
    yield from _table(series, screen)
    yield line()
    for told in _remarks(series, screen):
        yield from (line(one) for one in wrapped(f"  {told[0]:<{_LABEL - 2}}", told[1:], screen.width, " "))


def _table(series: Series, screen: Screen) -> Iterator[Line]:
    rates = [_rate(point.share) for point in series.points]
    wide = max(_LEAST_RATE, *map(width_of, rates))
    head = f"    #  {'began':<{_BEGAN}}  {'commit':<{_COMMIT}}  {fit('fully correct', wide)} "
    room = screen.width - width_of(head) - 1
    scale = "0 %" + "100 %".rjust(room - 3) if room >= _LEAST_PLOT else ""
    yield line(Segment(head + scale, ("light",)))
    for number, (point, rate) in enumerate(zip(series.points, rates, strict=True), start=1):
        mark = " " if point.is_whole else "!"
        began = fit(screen.safe(point.began)[:_BEGAN].replace("T", " "), _BEGAN)
        commit = fit(screen.safe(point.repo_sha or figures.UNKNOWN)[:_COMMIT], _COMMIT)
        told = f"{number:>5}{mark} {began}  {commit}  {fit(rate, wide)} "
        yield line(told, _plot(point, room) if room >= _LEAST_PLOT else "")


def _rate(share: Proportion) -> str:
    return f"{figures.percent(share)} {figures.interval(share.interval)} of {figures.count(share.n)}"


def _plot(point: Point, room: int) -> str:
    """Draw the interval with its rate on a scale from 0 to 100 %, in signs that every terminal has."""
    bounds = point.share.interval or Interval(0, 1)
    low, at, high = (round(value * (room - 1)) for value in (bounds.low, point.share.rate or 0.0, bounds.high))
    cells = [" "] * room
    cells[low : high + 1] = ["-"] * (high - low + 1)
    cells[low], cells[high], cells[at] = "[", "]", "o"
    return "".join(cells)


def _remarks(series: Series, screen: Screen) -> Iterator[tuple[str, ...]]:
    """Yield what stands out, each with its label, in pieces that may be wrapped."""
    yield ("trend", *_trend(series).split(" "))
    yield ("drift", *_drift(series).split(" "))
    yield from figure_remarks(series.figures, every=screen.verbosity > 0)
    for told in _served(series, screen):
        yield ("served", *told.split(" "))
    for place in series.content_changes():
        yield (
            "benchmark",
            *f"changed with run {place + 1}; rates before and after are of different questions".split(" "),
        )
    contaminated = sum(point.summary.contamination.trials["flagged"] > 0 for point in series.points)
    if contaminated:
        told = f"contaminated entries count in the rates of {contaminated:,} of {len(series.points):,} runs"
        yield ("flagged", *told.split(" "))
    whole = [point.is_whole for point in series.points]
    if not all(whole):
        told = "runs that were stopped, or asked only a part"
        yield ("! marks", *f"{told}{'; trend and drift leave them out' if any(whole) else ''}".split(" "))


def _served(series: Series, screen: Screen) -> Iterator[str]:
    """Yield where another model answered than in a run before, and where several did within a run."""
    for one in series.served_changes():
        how, by = ("by", "by") if one.kind == "served model" else ("under fingerprint", "under")
        now, before = _names(one.now, screen), _names(one.before, screen)
        yield f"{_whose(one.asked, one.place, series, screen)} {how} {now}, run {one.before_at + 1} {by} {before}"
    for place, point in enumerate(series.points):
        for mix in point.summary.served.mixes():
            how = "by several" if mix.what == "served model" else "under several fingerprints"
            if not mix.is_judge:
                who = _names([name for name, _ in mix.calls], screen)
                yield f"{_whose(mix.asked, place, series, screen)} {how}: {who}"


def _whose(asked: str, place: int, series: Series, screen: Screen) -> str:
    """Name the run, and the model that was asked where it is not the one of the series."""
    whose = "" if asked == series.model else f"{screen.safe(asked, 80)} in "
    return f"{whose}run {place + 1} was answered"


def _names(served: Iterable[str], screen: Screen) -> str:
    return screen.safe(", ".join(sorted(served)), 120)


def _trend(series: Series) -> str:
    found = series.slope
    if found is None:
        return "too few runs to tell"
    bounds = f"[{100 * found.interval.low:+.1f} to {100 * found.interval.high:+.1f}]"
    chance = "none that can be told from chance" if any(found.interval) else "none, all runs are alike"
    verdict = ("up" if found.per_run > 0 else "down") if found.is_real else chance
    return f"{100 * found.per_run:+.1f} points a run {bounds}: {verdict}"


def _drift(series: Series) -> str:
    found = series.drift
    if found is None:
        return "too few runs to tell"
    held = f"the first {found.reference_runs} runs ({100 * found.reference:.0f} %)"
    if found.alarm is None:
        return f"none; runs stay near {held}"
    place, direction = found.alarm
    return f"{direction} than {held} since run {place + 1}; {_chance(found)}"


def _chance(drift: Drift) -> str:
    """Say how often chance alone looks like a drift."""
    if drift.false_alarms is None:
        return "in so long a series chance may do that; look at fewer runs with --last"
    return f"by chance fewer than 1 in {drift.false_alarms} steady series of so many runs look so"


def history_values(series: Series) -> dict[str, Any]:
    """Return the same for machines, unrounded."""
    trend, drift = series.slope, series.drift
    alarm = drift.alarm if drift else None
    return {
        "model": series.model,
        "benchmarks": series.benchmarks or None,
        "runs": [_values(point) for point in series.points],
        "slope_per_run": trend.per_run if trend else None,
        "slope_interval": list(trend.interval) if trend else None,
        "cusum": {"reference": drift.reference, "lower": drift.lower, "higher": drift.higher} if drift else None,
        "figures": [figure_values(one, series.points) for one in series.figures],
        "drift": {"run": series.points[alarm[0]].run_id, "direction": alarm[1]} if alarm else None,
        "served_changes": [
            {
                "run": series.points[one.place].run_id,
                "asked": one.asked,
                "what": one.kind,
                "before": sorted(one.before),
                "now": sorted(one.now),
            }
            for one in series.served_changes()
        ],
        "benchmark_changes": [series.points[place].run_id for place in series.content_changes()],
    }


def _values(point: Point) -> dict[str, Any]:
    return {
        "run_id": point.run_id,
        "began": point.began,
        "repo_sha": point.repo_sha,
        "complete": point.info.complete if point.info else None,
        "successes": point.share.count,
        "n": point.share.n,
        "rate": point.share.rate,
        "interval": list(point.share.interval or ()) or None,
        "contaminated_trials": point.summary.contamination.trials["flagged"],
        "cost_usd": point.summary.cost_usd.value,
        "served": _told(point, "served model"),
        "fingerprints": _told(point, "system fingerprint"),
    }


def _told(point: Point, kind: Kind) -> list[str]:
    found = (names for _, told, names in point.summary.served.of_models() if told == kind)
    return sorted(frozenset().union(*found))
