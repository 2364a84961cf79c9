"""A comparison on a screen: the verdict, the figures behind it, and what they rest on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from pytest_llmeval.analysis.comparing.comparison import Comparison, Figures
from pytest_llmeval.analysis.comparing.measured import Direction, Measured
from pytest_llmeval.analysis.comparing.measured_spent import Spent, Tails
from pytest_llmeval.analysis.comparing.mode_changes import ModeChange
from pytest_llmeval.analysis.comparing.sides import Side
from pytest_llmeval.analysis.comparing.symptoms import Symptom
from pytest_llmeval.analysis.comparing.turned import Turned, mended, regressed
from pytest_llmeval.analysis.comparing.winning import winning
from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.analysis.statistics.win_rate import WinRate
from pytest_llmeval.reports import figures as written
from pytest_llmeval.reports import repeat_figures
from pytest_llmeval.reports.columns import column_widths, set_right
from pytest_llmeval.reports.comparison_behaviour import behaviour_lines
from pytest_llmeval.reports.comparison_entries import changed_lines, counted_lines, entry_lines, uncompared_lines
from pytest_llmeval.reports.comparison_table import PLAIN, Row, n_cell, p_value, table_lines
from pytest_llmeval.reports.lines import Line, Segment, Style, fit, line, paragraph, safe, shortened, width_of, wrapped
from pytest_llmeval.reports.one_model import CATEGORIES_SHOWN, Screen

STYLES: Mapping[str, tuple[Style, ...]] = {"worse": ("bold", "red"), "better": ("bold", "green"), "the same": ("bold",)}
MARKS: Mapping[Direction | None, str] = {"worse": "! ", "better": "+ ", None: PLAIN}
"""Stand before a figure that changed, where there may be no colour."""


def comparison_lines(comparison: Comparison, screen: Screen) -> Iterator[Line]:
    """Tell a comparison, what matters most first; with a verbosity above 0 every entry and category."""
    yield from _verdict(comparison, screen)
    yield line()
    yield from _sides(comparison, screen)
    decided = comparison.outcome != "cannot decide"
    if comparison.figures is not None and (decided or screen.verbosity > 0):
        yield from _quality(comparison, comparison.figures, screen)
        yield from entry_lines(comparison, screen)
        yield from _symptoms(comparison.figures, screen)
        yield from _error_modes(comparison.figures, screen)
        yield from behaviour_lines(comparison.figures.behaviour, comparison.alpha, screen)
        yield from _spent(comparison.figures, screen)
    yield from counted_lines(comparison.pairing, screen)
    yield from uncompared_lines(comparison.pairing, screen)
    yield from changed_lines(comparison.changes, screen)


def _verdict(comparison: Comparison, screen: Screen) -> Iterator[Line]:
    outcome = comparison.outcome
    head = f"{outcome}: " if comparison.reasons else outcome
    reasons = [screen.safe(reason, 1000) for reason in comparison.reasons]
    short = comparison.reasons and len(comparison.reasons) == 1 and width_of(head + reasons[0]) <= screen.width
    styles = STYLES.get(outcome, ("bold", "yellow"))
    if short:
        yield line(Segment(head, styles), reasons[0])
    else:
        yield line(Segment(outcome, styles))
        yield from map(line, _whole(reasons, screen.width))
    if comparison.outcome == "worse" and not comparison.regressions:
        floor = comparison.floor_of(comparison.figures.rate) if comparison.figures else 0.0
        noise = f", or by more than its noise ({floor:.1f} over all)" if floor else ""
        yield line(f"  allowed: no figure dropped by more than {comparison.allowed:g} points{noise}")
    if comparison.forced:
        for obstacle in comparison.obstacles:
            yield line(
                Segment(shortened(f"  forced in spite of: {screen.safe(obstacle.reason)}", screen.width), ("yellow",))
            )


def _whole(reasons: Sequence[str], width: int) -> Iterator[str]:
    """Set reasons side by side where they fit; no word of a long one is lost."""
    if all(width_of(reason) <= width - 2 for reason in reasons):
        yield from wrapped("  ", reasons, width)
        return
    for reason in reasons:
        yield from (f"  {text}" for text in paragraph(reason, width - 2))


def _sides(comparison: Comparison, screen: Screen) -> Iterator[Line]:
    for label, side in (("base", comparison.base), ("new", comparison.new)):
        path = safe(str(side.path), ascii_only=screen.ascii_only, limit=4096)
        told = _side(side, screen)
        if width_of(path) + 8 > screen.width:  # a path is never cut: it is there to be copied
            yield line(f"  {label:<6}{path}")
            yield from map(line, wrapped(" " * 8, told, screen.width))
        else:
            yield from map(line, wrapped(f"  {label:<6}", [path, *told], screen.width))
    pairing = comparison.pairing
    if not pairing.pairs:
        return
    several = f" of {written.count(pairing.entries)} entries" if pairing.entries < len(pairing.pairs) else ""
    yield from _wins(winning(pairing.pairs).overall, f"  pairs {len(pairing.pairs):,}{several}")
    turned = [
        _turned("regressed", regressed(pairing.pairs), "right"),
        _turned("mended", mended(pairing.pairs), "others"),
    ]
    yield from map(line, wrapped("  ", turned, screen.width))


def _wins(found: WinRate, pairs: str) -> Iterator[Line]:
    yield line(f"{pairs} · wins {found.wins:,} · ties {found.ties:,} · losses {found.losses:,}")
    rate = written.percent(Proportion(2 * found.wins + found.ties, 2 * found.n))
    test = f"sign test p {p_value(found.p_value)}"
    yield line(f"  win rate {rate} {written.interval(found.interval)}, a tie counting half · {test}")


def _turned(what: str, found: Turned, base: str) -> str:
    if found.estimate is None:
        return f"{what} 0 of 0 {base}"
    rate, bounds = repeat_figures.percent(found.estimate), repeat_figures.interval(found.estimate)
    return f"{what} {found.count:,} of {found.n:,} {base}, {rate} {bounds}"


def _side(side: Side, screen: Screen) -> list[str]:
    told = [screen.safe(side.model)]
    told.append(f"{side.scored:,} of {len(side.trials):,} trials with a verdict")
    if side.repeated:
        told.append(f"{side.repeated:,} replaced by a later try")
    if side.perturbed:
        told.append(f"{len(side.perturbed):,} of perturbed variants, in no verdict")
    if side.unfinished:
        told.append(f"not complete: {side.unfinished}")
    elif side.info is None:
        told.append("no sidecar, so nothing says whether it is complete")
    return told


def _quality(comparison: Comparison, figures: Figures, screen: Screen) -> Iterator[Line]:
    level = f"{100 * (1 - comparison.alpha):g} %"
    whole = [one for one in (figures.rate, figures.grade) if one is not None]
    shown = figures.categories if screen.verbosity > 0 else figures.categories[:CATEGORIES_SHOWN]
    heading = Row("", ("base", "new", "change", level, "p", "n"), styles=("light",))
    told = list(table_lines([heading, *(_measured(one, comparison) for one in [*whole, *shown])], screen))
    yield line()
    yield from told[: len(whole) + 1]
    if figures.categories:
        yield line(Segment("  by category", ("light",)))
        yield from told[len(whole) + 1 :]
        if len(shown) < len(figures.categories):
            yield line(Segment(f"  … {len(figures.categories) - len(shown)} more with --verbose", ("light",)))
    yield line()
    yield from _small_print(comparison, figures, screen)


def _measured(one: Measured, comparison: Comparison) -> Row:
    if one.top == 1:
        base, new = (f"{100 * value:.1f} %" for value in (one.base, one.new))
        change, low, high = (f"{100 * value:+.1f}" for value in (one.difference, *one.interval))
    else:
        base, new = (f"{value:.2f}" for value in (one.base, one.new))
        change, low, high = (f"{value:+.2f}" for value in (one.difference, *one.interval))
    cells = (base, new, change, f"[{low}, {high}]", p_value(one.corrected_p), n_cell(one.pairs))
    direction = one.direction(comparison.alpha)
    return Row(one.name, cells, MARKS[direction], STYLES[direction] if direction else ())


def _small_print(comparison: Comparison, figures: Figures, screen: Screen) -> Iterator[Line]:
    reach = figures.rate.detectable
    if reach is None:
        yield line("  this set is too small to detect any change of the whole")
    else:
        yield line(f"  this set can only detect a change of {100 * reach:.1f} points or more (4 times in 5)")
    told = [f"! worse, + better: p < {comparison.alpha:g} and the interval leaves out 0"]
    if figures.grade is not None:
        told.append("mean grade: fully correct 3, partially correct 2, unsupported 1, else 0")
    if len(figures.quality) > 2:
        told.append("p of mean grade and categories corrected by Holm" if figures.grade else "p of categories by Holm")
    if figures.rate.entries < figures.rate.pairs:
        told.append("samples of an entry count as one")
    for text in wrapped("  ", told, screen.width):
        yield line(Segment(text, ("light",)))


def _symptoms(figures: Figures, screen: Screen) -> Iterator[Line]:
    told = [(f"{one.name.replace('_', ' ')} ({one.family})", one) for one in figures.symptoms]
    yield from _counts("what answers suffer from", told, screen)


def _error_modes(figures: Figures, screen: Screen) -> Iterator[Line]:
    yield from _counts("in what way answers are wrong", [(one.mode, one) for one in figures.error_modes], screen)


def _counts(what: str, found: Sequence[tuple[str, Symptom | ModeChange]], screen: Screen) -> Iterator[Line]:
    if not found:
        return
    rows = [("base", "new", "change", "p")]
    rows += [(f"{one.base:,}", f"{one.new:,}", f"{one.new - one.base:+,}", p_value(one.p)) for _, one in found]
    widths = column_widths(rows, (6, 8, 9, 9))
    room = min(38, screen.width - 2 - sum(widths))
    yield line()
    yield line(Segment(f"  {fit(what, room)}{set_right(rows[0], widths)}", ("light",)))
    for (label, _), cells in zip(found, rows[1:], strict=True):
        yield line(f"  {fit(label, room)}{set_right(cells, widths)}")


def _spent(figures: Figures, screen: Screen) -> Iterator[Line]:
    if not figures.spent:
        return
    rows = [("per trial", ("base", "new", "change", "p"), "more in")]
    for one in figures.spent:
        cells = (_amount(one, one.base), _amount(one, one.new), _change(one.ratio), p_value(one.p))
        rows.append((one.name, cells, f"{one.more:,} of {one.pairs:,}"))
    rows += _tails("latency", figures.latencies, written.duration)
    if screen.verbosity > 0:
        rows += _tails("tokens out", figures.lengths, written.count)
    widths = column_widths([cells for _, cells, _ in rows], (12, 12, 9, 8))
    yield line()
    for number, (label, cells, more) in enumerate(rows):
        told = f"  {fit(label, 16)}{set_right(cells, widths)}   {more}"
        yield line(Segment(told, () if number else ("light",)))


def _tails(
    label: str, tails: Tails, write: Callable[[float], str]
) -> Iterator[tuple[str, tuple[str, str, str, str], str]]:
    for name in ("p50", "p95") if tails.base.n else ():
        base, new = (getattr(side, name) for side in (tails.base, tails.new))
        yield f"{label} {name}", (write(base), write(new), _change(new / base if base else None), ""), ""


def _change(ratio: float | None) -> str:
    return written.UNKNOWN if ratio is None else f"{round(100 * (ratio - 1)):+,d} %"


def _amount(one: Spent, value: float) -> str:
    if one.name == "cost":
        return written.cost(value)
    if one.name == "latency":
        return written.duration(value)
    return written.count(value) if value >= 100 else f"{value:.1f}"
