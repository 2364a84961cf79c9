"""What a pairwise judge found as lines, and as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pytest_llmeval.analysis.judges.judgement import Judgement
from pytest_llmeval.analysis.judges.preference import OrderBias
from pytest_llmeval.analysis.statistics.win_rate import WinRate
from pytest_llmeval.benchmark.entry import UNCATEGORIZED
from pytest_llmeval.reports import figures
from pytest_llmeval.reports.comparison_table import p_value
from pytest_llmeval.reports.lines import Line, Segment, fit, line, width_of, wrapped
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.runs.preference_log import PreferenceLine

FORMAT_VERSION = 1
ALPHA = 0.05
_LABEL = 22


def preference_lines(found: Judgement, screen: Screen, output: Path) -> Iterator[Line]:
    """Tell how often the new side wins, how much that owes to order and length, and what was not judged.

    Args:
        found: The figures.
        screen: What is printed on.
        output: Where every opinion is kept.
    """
    judges = [screen.safe(name, 60) for name in dict.fromkeys(one.judge for one in found.lines)] or ["nobody"]
    yield line(Segment(screen.safe(found.pairs.new_label), ("bold",)))
    yield line(Segment(f"against {screen.safe(found.pairs.base_label)}", ("bold",)))
    yield from (line(Segment(text, ("light",))) for text in wrapped("judged by ", judges, screen.width, ", "))
    yield line()
    yield _row("win rate", *_rate(found.preference.overall))
    if found.preference.overall.n:
        p = p_value(found.preference.overall.p_value)
        yield _row("", f"p {p if p.startswith('<') else f'= {p}'} by the sign test, ties left out")
    if len(found.preference.by_judge) > 1:
        for name, one in found.preference.by_judge.items():
            yield _row(f"  by {screen.safe(name)}", *_rate(one))
    yield from _categories(found, screen)
    for bias in (one for one in found.preference.bias if one.flips.n):
        yield from _bias(bias, screen, named=len(found.preference.bias) > 1)
    yield from _abstentions(found, screen)
    yield from _missing(found, screen)
    if screen.verbosity > 0:
        yield from _pairs(found, screen)
    yield line()
    yield _row("opinions", screen.safe(str(output), 4096))


def _row(label: str, *parts: str | Segment) -> Line:
    return line(f"  {fit(label, _LABEL)}", *parts)


def _rate(one: WinRate) -> tuple[str | Segment, ...]:
    if one.rate is None:
        return (Segment("no pair has a verdict", ("yellow",)),)
    told = f"{100 * one.rate:.0f} % {figures.interval(one.interval)}"
    proven = one.p_value < ALPHA
    style = ("green" if one.wins > one.losses else "red",) if proven else ()
    counts = f" · {one.wins:,} won, {one.ties:,} tied, {one.losses:,} lost"
    return (Segment(told, style), counts)  # type: ignore[arg-type]  # a style chosen at run time is a plain text


def _categories(found: Judgement, screen: Screen) -> Iterator[Line]:
    categories = found.preference.categories
    if list(categories) in ([], [UNCATEGORIZED]):
        return
    for name, one in categories.items():
        yield _row(f"  {screen.safe(name)}", *_rate(one))


def _bias(bias: OrderBias, screen: Screen, *, named: bool) -> Iterator[Line]:
    yield line()
    if named:
        yield line(Segment(f"  {screen.safe(bias.judge)}", ("cyan",)))
    yield _row("changes with order", f"{figures.share_of(bias.flips)}, counted as ties")
    if bias.first_position is not None and bias.interval is not None:
        low, high = bias.interval
        told = f"{bias.first_position:.2f} [{low:.2f}–{high:.2f}], 0.50 is no preference"
        yield _row("first place wins", Segment(told, () if low <= 0.5 <= high else ("yellow",)))
    yield _row("longer answer wins", f"{figures.share_of(bias.longer_wins)}")


def _abstentions(found: Judgement, screen: Screen) -> Iterator[Line]:
    """Tell of each judge how often it cannot tell; once one could not, of all."""
    if not found.abstained:
        return
    yield line()
    several = len(found.abstention) > 1
    for judge, rate in found.abstention.items():
        yield _row("abstains", figures.share_of(rate) + (f" · {screen.safe(judge, 60)}" if several else ""))


def _missing(found: Judgement, screen: Screen) -> Iterator[Line]:
    pairs = found.pairs
    told = [
        (found.abstained, "a judge abstained; a person should judge them: pytest-llmeval grade --side-by-side"),
        (found.unjudged, "no verdict: the same command asks again"),
        (found.not_asked, "not asked: the budget was used up"),
        (pairs.changed, "another question in the other log"),
        (pairs.unanswered, "no answer on one side"),
        (pairs.unpaired, "on one side only"),
    ]
    if any(count for count, _ in told):
        yield line()
    for count, text in told:
        if count:
            yield _row("in no figure", f"{count:,} · {text}")
    for fault, times in found.faults.most_common(3):
        yield _row("", Segment(f"{times:,} × {screen.safe(fault, screen.width - 34)}", ("yellow",)))


def _pairs(found: Judgement, screen: Screen) -> Iterator[Line]:
    yield line()
    several = len(found.preference.by_judge) > 1
    width = min(max(width_of(screen.safe(one.entry)) for one in found.lines), 30) if found.lines else 0
    for one in found.lines:
        judge = f"{screen.safe(one.judge, 30)}: " if several else ""
        sample = f" #{one.sample}" if one.sample > 1 else ""
        told = f"  {fit(screen.safe(one.entry), width)}{sample}  {judge}{one.outcome or 'no verdict'}  "
        yield line(told, Segment(screen.safe(_why(one), max(screen.width - width_of(told), 20)), ("light",)))


def _why(one: PreferenceLine) -> str:
    return one.new_first.rationale or one.new_first.fault or one.base_first.fault


def preference_values(found: Judgement) -> dict[str, Any]:
    """Return all of it for JSON; what is undefined is None."""
    return {
        "format_version": FORMAT_VERSION,
        "base": found.pairs.base,
        "new": found.pairs.new,
        "overall": _rate_values(found.preference.overall),
        "categories": {name: _rate_values(one) for name, one in found.preference.categories.items()},
        "judges": {name: _rate_values(one) for name, one in found.preference.by_judge.items()},
        "bias": [_bias_values(one) for one in found.preference.bias],
        "abstained": found.abstained,
        "abstention": {judge: figures.share_values(rate) for judge, rate in found.abstention.items()},
        "without_verdict": found.unjudged,
        "not_asked": found.not_asked,
        "changed": found.pairs.changed,
        "unanswered": found.pairs.unanswered,
        "unpaired": found.pairs.unpaired,
    }


def _rate_values(one: WinRate) -> dict[str, Any]:
    low, high = one.interval or (None, None)
    counts = {"n": one.n, "wins": one.wins, "ties": one.ties, "losses": one.losses}
    return {**counts, "win_rate": one.rate, "low": low, "high": high, "p_value": one.p_value}


def _bias_values(one: OrderBias) -> dict[str, Any]:
    low, high = one.interval or (None, None)
    return {
        "judge": one.judge,
        "flips": one.flips.count,
        "n": one.flips.n,
        "first_position": {"value": one.first_position, "low": low, "high": high},
        "longer_wins": one.longer_wins.count,
        "longer_n": one.longer_wins.n,
    }
