"""Variants and behaviour in lines: what a summary says of them below its main figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from pytest_llmeval.analysis.behaviour import RULES, Gap, Rate
from pytest_llmeval.analysis.drops import Drop
from pytest_llmeval.analysis.positions import Sweep, sweeps
from pytest_llmeval.analysis.repeats import Estimate
from pytest_llmeval.analysis.robustness import KindFigures, RobustnessFigures
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.reports import figures, repeat_figures
from pytest_llmeval.reports.lines import Line, Segment, fit, line, width_of
from pytest_llmeval.reports.noise_lines import noise_lines
from pytest_llmeval.safe_text import one_line

LABEL = 20
"""Columns of a label, without the two before it."""
KINDS_SHOWN = 12


def share(estimate: Estimate | None) -> str:
    """Write a mean of shares with its interval."""
    return f"{repeat_figures.percent(estimate)} {repeat_figures.interval(estimate)}".rstrip()


def points(drop: Drop | None) -> str:
    """Write a drop in points of a hundred, with its interval; minus where the variants are better.

    Example:
        >>> from pytest_llmeval.analysis.statistics.estimates import Interval
        >>> points(Drop(0.125, Interval(-0.05, 0.3), 0.2, 0.2))
        '12.5 [-5.0, 30.0]'
    """
    if drop is None:
        return figures.UNKNOWN
    low, high = drop.interval
    return f"{100 * drop.value:.1f} [{100 * low:.1f}, {100 * high:.1f}]"


def p_value(drop: Drop | None) -> str:
    """Write a p-value, corrected for the number of kinds."""
    if drop is None:
        return figures.UNKNOWN
    return "<0.001" if drop.corrected_p < 0.001 else f"{drop.corrected_p:.3f}"


def robustness_lines(summary: Summary, *, width: int, verbosity: int = 0) -> Iterator[Line]:
    """Tell how the variants fared, kind by kind; nothing where there are none."""
    variants, found = summary.variants, summary.robustness.figures()
    if variants is None:
        return
    trials = f"{variants.records:,} trial{'' if variants.records == 1 else 's'}"
    yield line(Segment(f"  perturbed variants: {trials}, in no figure above", ("light",)))
    if found is not None:
        shown = found.kinds[: None if verbosity > 0 else KINDS_SHOWN]
        yield line(Segment(_cells("", ("right", "original", "drop in points", "p", "alike"), width), ("light",)))
        for kind in (*shown, *([found.all_kinds] if len(found.kinds) > 1 else [])):
            yield line(_kind(kind, width))
        if len(shown) < len(found.kinds):
            yield line(Segment(f"  … {len(found.kinds) - len(shown)} more kinds with -v", ("light",)))
        yield from _whole(found, width)
        for sweep in sweeps(summary.robustness.entries()):
            yield from _sweep(sweep, width)
    yield from noise_lines(summary.noise, width=width, verbosity=verbosity)
    yield from _apart(variants, width)


def _kind(kind: KindFigures, width: int) -> str:
    original = figures.UNKNOWN if kind.original is None else f"{100 * kind.original:.0f} %"
    told = (
        share(kind.perturbed),
        original,
        points(kind.drop),
        p_value(kind.drop),
        repeat_figures.percent(kind.same_verdict),
    )
    return _cells(one_line(kind.kind, LABEL), told, width)


def _cells(label: str, cells: Sequence[str], width: int) -> str:
    widths = (14, 8, 20, 6, 5)
    told = "".join(f" {cell:>{size}}" for cell, size in zip(cells, widths, strict=True))
    return fit(f"  {fit(label, max(LABEL, min(width - 80 + LABEL, 32)))}{told}", width).rstrip()


def _whole(found: RobustnessFigures, width: int) -> Iterator[Line]:
    for label, estimate, meaning in whole_rows(found):
        told = f"  {fit(label, LABEL)} {share(estimate):>14}"
        yield line(told, Segment(f"  {meaning}" if width_of(told + meaning) + 2 <= width else "", ("light",)))


def whole_rows(found: RobustnessFigures) -> Iterator[tuple[str, Estimate | None, str]]:
    """Yield label, figure and meaning of what is told of all kinds together."""
    yield "worst variant", found.worst, "of each entry its worst one"
    yield "all pass", found.all_pass, "of entries, the original as well"
    if found.all_kinds.same_answer is not None:
        yield "same answer", found.all_kinds.same_answer, "in the words of the original"


def _sweep(sweep: Sweep, width: int) -> Iterator[Line]:
    of_length = "" if sweep.length is None else f" in {sweep.length:,.0f}"
    yield line(Segment(f"  {one_line(sweep.kind, LABEL)}{of_length}: right by depth, 0 the beginning", ("light",)))
    for cell in sweep.cells:
        yield line(fit(f"    {cell.depth:<5g} {share(cell.right):>14}  n {cell.entries:,}", width).rstrip())
    if sweep.middle_gap is not None:
        told = f"{points(sweep.middle_gap)} points, p {p_value(sweep.middle_gap)}"
        yield line(fit(f"    middle gap  {told}, ends less depth {sweep.lowest_depth:g}", width).rstrip())


def _apart(variants: Summary, width: int) -> Iterator[Line]:
    apart = [f"{n:,} {name}" for name in ("error", "unscored", "skipped") if (n := variants.outcomes[name])]
    if apart:
        yield line(Segment(fit(f"  {fit('not in any rate', LABEL)} {' · '.join(apart)}", width).rstrip(), ("yellow",)))
    if not any(one.counted for one in (variants.cost_usd, variants.input_tokens, variants.output_tokens)):
        return  # no model was asked
    cost = figures.sum_of(variants.cost_usd, figures.cost)
    tokens = f"{figures.sum_of(variants.input_tokens)} in · {figures.sum_of(variants.output_tokens)} out"
    yield line(fit(f"  {fit('cost of variants', LABEL)} {cost} · tokens {tokens}", width).rstrip())


def behaviour_lines(summary: Summary, *, width: int) -> Iterator[Line]:
    """Tell the rates of behaviour probes; nothing where there are none."""
    rates, gap = summary.behaviour.rates(), summary.behaviour.hedging_gap()
    if rates:
        yield line(Segment("  behaviour", ("light",)))
    for rate in rates:
        told = f"  {fit(rate.name, LABEL)} {rate_share(rate)}"
        yield line(told, Segment(f"  {rate.meaning}" if width_of(told + rate.meaning) + 2 <= width else "", ("light",)))
    if gap is not None:
        yield line(
            fit(f"  {fit('hedging gap', LABEL)} {gap_points(gap)} points, uncertain less settled", width).rstrip()
        )


def rate_share(rate: Rate) -> str:
    """Write a rate in full: count, n, percent and interval."""
    return f"{rate.count:,} of {rate.n:,} · {share(rate.estimate)}"


def rates_by_slice(slices: Mapping[str, Summary]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield each rate of behaviour that a slice has, with the slices it applies to, in their order."""
    found = {name: {rate.name: rate for rate in part.behaviour.rates()} for name, part in slices.items()}
    for rule in RULES:
        told = [(name, rate_share(rates[rule.rate])) for name, rates in found.items() if rule.rate in rates]
        if told:
            yield rule.rate, told


def gap_points(gap: Gap) -> str:
    """Write the hedging gap in points with its interval."""
    low, high = gap.interval
    return f"{100 * gap.value:+.1f} [{100 * low:.1f}, {100 * high:.1f}]"


def behaviour_by_category(summary: Summary, *, width: int, safe: Callable[[str], str]) -> Iterator[Line]:
    """Tell the rates of each category; nothing where there is but one."""
    for category, rates in summary.behaviour.by_category().items():
        yield line(Segment(f"  behaviour in {safe(category)}", ("light",)))
        for rate in rates:
            yield line(fit(f"    {fit(rate.name, LABEL)} {rate_share(rate)}", width).rstrip())
