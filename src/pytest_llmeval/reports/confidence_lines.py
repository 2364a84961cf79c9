"""What a summary tells of confidence: calibration, discrimination, and what abstaining would gain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from pytest_llmeval.analysis.confidence import VERY_SURE, Calibration, SignalFigures, SliceConfidence
from pytest_llmeval.analysis.statistics.calibration import BINS, Bin
from pytest_llmeval.analysis.statistics.estimates import Interval
from pytest_llmeval.analysis.votes import Votes
from pytest_llmeval.reports import figures, repeat_figures
from pytest_llmeval.reports.lines import Line, Segment, fit, line, wrapped
from pytest_llmeval.reports.one_model import LABEL_WIDTH, Screen

_BINS_OF = {"width": "equal width", "mass": "equal mass"}
SLICES_SHOWN = 10


def confidence_lines(found: SignalFigures, screen: Screen) -> Iterator[Line]:
    """Tell what one signal is worth."""
    name = screen.safe(found.signal, 40)
    yield line(Segment(f"  confidence, {name}: in {figures.part_of(found.answers)} answers", ("light",)))
    yield from _row("accuracy", [figures.share_of(found.right)], screen)
    yield from _row("mean confidence", [_percent(found.mean_confidence), sureness(found)], screen)
    yield from _row("calibration error", [_error(one) for one in found.calibrations], screen)
    brier = found.brier
    parts = [f"{getattr(brier, part):.3f} {part}" for part in ("reliability", "resolution", "uncertainty")]
    told = [f"{brier.value:.3f} {_interval(found.brier_interval)}", f"= {parts[0]}", f"− {parts[1]}", f"+ {parts[2]}"]
    yield from map(line, wrapped(_label("Brier score"), told, screen.width, " "))
    yield from _row("AUROC", [f"{_number(found.auroc)} {_interval(found.auroc_interval)}".strip()], screen)
    at = [f"{_percent(accuracy)} of the surest {_percent(cover)}" for cover, accuracy in found.accuracy_at.items()]
    yield from _row("right", [*at, f"AURC {found.aurc:.3f}"], screen)
    yield from _wrong(found, screen)
    yield from _table(found.calibrations[0], screen)
    yield from _slices(found, screen)


def vote_lines(found: Votes | None, screen: Screen) -> Iterator[Line]:
    """Tell what a majority vote of the samples would come to, beside one sample."""
    if found is None:
        return
    entries = f"{found.entries:,} {'entry' if found.entries == 1 else 'entries'}"
    yield line(Segment(f"  majority vote over the samples of {entries}", ("light",)))
    for label, estimate in (("one sample is right", found.single), ("the majority is", found.majority)):
        told = f"{repeat_figures.percent(estimate)} {repeat_figures.interval(estimate)}"
        yield from _row(label, [told], screen)
    yield from _row("vote entropy", [f"{found.entropy:.2f} bits on average, 0 where all samples agree"], screen)


def vote_values(found: Votes | None) -> dict[str, Any] | None:
    """Return all of it for JSON."""
    if found is None:
        return None
    rates = {
        name: {"rate": one.value, "low": one.interval.low, "high": one.interval.high}
        for name, one in (("single", found.single), ("majority", found.majority))
    }
    return {"entries": found.entries, **rates, "entropy_bits": found.entropy}


def _error(one: Calibration) -> str:
    return f"{one.ece:.3f} in {BINS} bins of {_BINS_OF[one.binning]} (by chance up to {one.by_chance:.3f})"


def sureness(found: SignalFigures) -> str:
    """Say whether answers are too sure on the whole, in points."""
    points = round(100 * found.overconfidence)
    if not points:
        return "as sure as right"
    return f"{abs(points)} point{'' if abs(points) == 1 else 's'} {'too sure' if points > 0 else 'not sure enough'}"


def _wrong(found: SignalFigures, screen: Screen) -> Iterator[Line]:
    if found.mean_confidence_when_wrong is not None:
        sure = f"{figures.share_of(found.very_sure_and_wrong)} at least {_percent(VERY_SURE)} sure"
        yield from _row(
            "wrong answers", [f"{_percent(found.mean_confidence_when_wrong)} sure on average", sure], screen
        )


def _table(calibration: Calibration, screen: Screen) -> Iterator[Line]:
    yield line(Segment(f"    {'sure':<12}{'answers':>9}  {'on average':>10}  right", ("light",)))
    for one in calibration.bins:
        numbers = f"{figures.count(one.right.n):>9}  {_percent(one.mean_confidence):>10}"
        yield line(fit(f"    {bin_name(one):<12}{numbers}  {figures.share_of(one.right)}", screen.width).rstrip())


def bin_name(one: Bin) -> str:
    """Write the bounds of a bin.

    Example:
        >>> from pytest_llmeval.analysis.statistics.estimates import Proportion
        >>> bin_name(Bin(0.7, 0.8, Proportion(1, 2), 0.75))
        '70–80 %'
    """
    return f"{100 * one.low:.3g}–{100 * one.high:.3g} %"


def _slices(found: SignalFigures, screen: Screen) -> Iterator[Line]:
    furthest = sorted(found.slices, key=lambda one: -abs(_gap(one)))
    shown = furthest if screen.verbosity > 0 else furthest[:SLICES_SHOWN]
    if shown:
        yield line(Segment("    by slice, the furthest off first", ("light",)))
    for one in shown:
        name = fit(f"{one.kind} {screen.safe(one.name)}", 24)
        told = f"{_percent(one.mean_confidence)} sure, right {figures.share_of(one.right)}"
        yield line(fit(f"    {name}  {told}", screen.width).rstrip())
    if len(shown) < len(furthest):
        yield line(Segment(f"    … {len(furthest) - len(shown)} more with -v", ("light",)))


def _gap(one: SliceConfidence) -> float:
    return one.mean_confidence - one.right.count / one.right.n


def _row(label: str, items: list[str], screen: Screen) -> Iterator[Line]:
    yield from map(line, wrapped(_label(label), items, screen.width))


def _label(text: str) -> str:
    return f"    {fit(text, LABEL_WIDTH - 2)}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _number(value: float | None) -> str:
    return figures.UNKNOWN if value is None else f"{value:.2f}"


def _interval(bounds: Interval | None) -> str:
    return f"[{bounds.low:.2f}–{bounds.high:.2f}]" if bounds else ""


def confidence_sentence(found: SignalFigures, name: str) -> str:
    """Sum a signal up in one sentence; its name is given as it may be shown there."""
    error = found.calibrations[0]
    return (
        f"Confidence ({name}, n {figures.count(found.right.n)}): {_percent(found.mean_confidence)} on average, "
        f"{_percent(found.right.rate or 0)} right; ECE {error.ece:.3f} in {BINS} bins of equal width "
        f"(by chance up to {error.by_chance:.3f}), Brier {found.brier.value:.3f}, AUROC {_number(found.auroc)}."
    )


def confidence_values(found: SignalFigures) -> dict[str, Any]:
    """Return all figures of a signal for JSON, unrounded."""
    told = asdict(found)
    told["overconfidence"] = found.overconfidence
    told["accuracy_at"] = [{"coverage": at, "accuracy": accuracy} for at, accuracy in found.accuracy_at.items()]
    told["curve"] = [
        {"threshold": one.threshold, "coverage": one.answered.rate, "risk": one.wrong.rate, "n": one.answered.count}
        for one in found.curve
    ]
    told["calibrations"] = {one.binning: _calibration_values(one) for one in found.calibrations}
    return told


def _calibration_values(one: Calibration) -> dict[str, Any]:
    bins = [{**asdict(part), "gap": part.gap} for part in one.bins]
    return {"ece": one.ece, "ece_by_chance": one.by_chance, "mce": one.mce, "bins": bins}
