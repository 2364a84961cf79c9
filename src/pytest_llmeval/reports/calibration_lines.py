"""A judge held against people, as lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.benchmark.entry import UNCATEGORIZED
from pytest_llmeval.grading.grade import LEVELS
from pytest_llmeval.reports import figures
from pytest_llmeval.reports.ceiling_lines import ceiling_lines
from pytest_llmeval.reports.comparison_table import p_value
from pytest_llmeval.reports.lines import Line, Segment, fit, line
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.runs.calibration_figures import LengthBiasFigure
from pytest_llmeval.runs.calibrations import Calibration
from pytest_llmeval.runs.kept_findings import Figure, Share

_LABEL = 26
_CELL = 12
UNDEFINED = "undefined"


def calibration_lines(found: Calibration, screen: Screen, path: Path) -> Iterator[Line]:
    """Tell how far a judge agrees with people, and whether that is enough.

    Args:
        found: The calibration.
        screen: What is printed on.
        path: Where it is kept.
    """
    yield line(Segment(screen.safe(found.judge, 100), ("bold",)), Segment(f"  {found.hash}", ("light",)))
    yield line(
        Segment(
            f"{figures.counted(found.n, 'answer')}, labelled by {screen.safe(', '.join(found.raters), 80)}", ("light",)
        )
    )
    yield line()
    yield _row("agreement", _share(found.same))
    for weights, one in found.kappa.items():
        yield _row("Cohen's kappa" + (f", {weights}" if weights != "none" else ""), _number(one))
    yield _row("passes what is not", f"{_share(found.false_passes)}")
    yield _row("fails what is right", f"{_share(found.false_failures)}")
    yield _row("bias", f"{_number(found.bias, '+.2f')} levels; above 0 it is lenient")
    yield _length_bias(found.length_bias)
    yield from _repeats(found)
    yield line()
    yield from _confusion(found)
    yield from _categories(found, screen)
    yield from _left_out(found)
    yield from ceiling_lines(found.ceilings, screen)
    yield line()
    yield from _verdict(found, screen)
    yield _row("kept in", screen.safe(str(path), 4096))


def _row(label: str, *parts: str | Segment) -> Line:
    return line(f"  {fit(label, _LABEL)}", *parts)


def _share(one: Share) -> str:
    return figures.share_of(Proportion(one.count, one.n))


def _number(one: Figure, written: str = ".2f") -> str:
    if one.value is None:
        return UNDEFINED
    return f"{one.value:{written}}{_bounds(one, written)}"


def _bounds(one: Figure, written: str) -> str:
    return "" if one.low is None or one.high is None else f" [{one.low:{written}} to {one.high:{written}}]"


def _length_bias(one: LengthBiasFigure) -> Line:
    """Tell what length alone does, as a signal: no limit is set on it."""
    if one.value is None or one.p_value is None:
        return _row("length bias", f"unknown: {one.reason}")
    p = p_value(one.p_value)
    told = f"{one.value:+.2f} levels per doubling{_bounds(one, '+.2f')}, n {one.n:,}"
    told += f", p {p if p.startswith('<') else f'= {p}'}"
    return _row("length bias", Segment(told, () if (one.low or 0.0) <= 0 <= (one.high or 0.0) else ("yellow",)))


def _repeats(found: Calibration) -> Iterator[Line]:
    one = found.repeatability
    if one is None:
        return
    yield _row("says another level", f"{_share(one.flips)} when asked {one.gradings:,} times")
    if one.deviation is not None:
        yield _row("spread", f"{one.deviation:.2f} levels (standard deviation within an answer, n {one.n:,})")
    if one.without_verdict:
        yield _row("", f"{one.without_verdict:,} of these gradings came to no verdict")


def _confusion(found: Calibration) -> Iterator[Line]:
    counts = {(one["judge"], one["people"]): one["count"] for one in found.confusion}
    names = [level.removesuffix("_correct") for level in LEVELS]
    yield line(Segment("  rows judge, columns people", ("light",)))
    yield line(" " * (_CELL + 4), Segment("".join(fit(name, _CELL) for name in names), ("light",)))
    for name, row in zip(names, LEVELS, strict=True):
        yield line(f"    {fit(name, _CELL)}", *(_cell(counts.get((row, one), 0), row == one) for one in LEVELS))


def _cell(count: int, same: bool) -> Segment:
    if not count:
        return Segment(fit("·", _CELL), ("light",))
    return Segment(fit(figures.count(count), _CELL), ("green",) if same else ("yellow",))


def _categories(found: Calibration, screen: Screen) -> Iterator[Line]:
    if list(found.categories) in ([], [UNCATEGORIZED]):
        return
    yield line()
    for name, one in found.categories.items():
        kappa = "kappa –" if one.kappa is None else f"kappa {one.kappa:.2f}"
        yield _row(screen.safe(name), f"{fit(kappa, 13)}{_share(one.same)}")


def _left_out(found: Calibration) -> Iterator[Line]:
    told = [(found.without_verdict, "the judge gave no verdict"), (found.contested, "people are split evenly")]
    for count, why in told:
        if count:
            yield _row("in no figure", f"{count:,} · {why}")


def _verdict(found: Calibration, screen: Screen) -> Iterator[Line]:
    if found.calibrated:
        yield line(Segment("  calibrated: its grades may gate", ("green",)))
    beyond = sorted({name for one in found.ceilings for name in one.beyond})
    if beyond:
        yield line(Segment(f"  signal only in {screen.safe(', '.join(beyond), 300)}: beyond judge", ("yellow",)))
    for reason in found.reasons:
        yield line(Segment(f"  signal only: {screen.safe(reason, 300)}", ("yellow",)))
