"""The agreement of raters as lines, and as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from pytest_llmeval.analysis.people.rater_agreement import ALL_ALIKE, Coefficient, PairAgreement, RaterAgreement
from pytest_llmeval.analysis.people.ratings import Rated
from pytest_llmeval.benchmark.entry import UNCATEGORIZED
from pytest_llmeval.reports import figures
from pytest_llmeval.reports.lines import Line, Segment, fit, line, width_of, wrapped
from pytest_llmeval.reports.one_model import Screen

DISAGREED_SHOWN = 20
_LABEL = 31


def agreement_lines(found: RaterAgreement, screen: Screen) -> Iterator[Line]:
    """Tell how far raters agree, by category, and where they differ."""
    yield from _heading(found, screen)
    for pair in found.pairs:
        yield line()
        yield from _pair(pair, found, screen)
    yield line()
    for scale, alpha in found.alpha.items():
        yield from _coefficient(f"Krippendorff's alpha, {scale}", alpha, screen)
    for part in (_categories(found, screen), _disagreed(found, screen)):
        told = list(part)
        if told:
            yield line()
            yield from told


def _heading(found: RaterAgreement, screen: Screen) -> Iterator[Line]:
    raters = [screen.safe(rater, 40) for rater in found.ratings.raters]
    for text in wrapped(f"agreement on the {_short(found.ratings.field)}: ", raters, screen.width, ", "):
        yield line(Segment(text, ("bold",)))
    single = f", {found.single:,} more by one only" if found.single else ""
    yield line(Segment(f"{figures.counted(found.n, 'answer')} judged by two or more{single}", ("light",)))


def _pair(pair: PairAgreement, found: RaterAgreement, screen: Screen) -> Iterator[Line]:
    first, second = screen.safe(pair.first, 30), screen.safe(pair.second, 30)
    yield line(Segment(f"{first} and {second}", ("cyan",)))
    yield _row("the same", figures.share_of(pair.same))
    for weights, kappa in pair.kappa.items():
        yield from _coefficient("Cohen's kappa" + (f", {weights}" if weights != "none" else ""), kappa, screen)
    if pair.same.n:
        yield line()
        yield from _confusion(pair, found.ratings.order, screen)


def _row(label: str, text: str) -> Line:
    return line(f"  {fit(label, _LABEL)}{text}")


def _coefficient(label: str, one: Coefficient, screen: Screen) -> Iterator[Line]:
    if one.value is None:
        told = f"undefined: {one.reason}".split(" ")
        yield from map(line, wrapped(f"  {fit(label, _LABEL)}", told, screen.width, " "))
    elif one.interval is None:
        yield _row(label, f"{one.value:.2f}")
    else:
        between = " to " if one.interval.low < 0 else "–"  # a dash before a minus is hard to read
        yield _row(label, f"{one.value:.2f} [{one.interval.low:.2f}{between}{one.interval.high:.2f}]")


def _confusion(pair: PairAgreement, order: Sequence[str], screen: Screen) -> Iterator[Line]:
    used = [word for word in order if any(word in both for both in pair.confusion)]
    names = [_short(word) for word in used]
    widest = max((width_of(name) for name in names), default=0)
    cell = max(widest, 4) + 2
    titles = names
    if (len(used) + 1) * cell + 4 > screen.width:  # too many columns for their names
        names = [f"{number} {name}" for number, name in enumerate(names, start=1)]
        titles, widest, cell = [str(number) for number in range(1, len(used) + 1)], widest + 2, 6
    yield line(Segment(f"  rows {screen.safe(pair.first, 25)}, columns {screen.safe(pair.second, 25)}", ("light",)))
    yield line(" " * (widest + 6), Segment("".join(fit(title, cell) for title in titles), ("light",)))
    for name, row in zip(names, used, strict=True):
        yield line(f"    {fit(name, widest)}  ", *(_count(pair, row, column, cell) for column in used))


def _count(pair: PairAgreement, row: str, column: str, width: int) -> Segment:
    count = pair.confusion.get((row, column), 0)
    if not count:
        return Segment(fit("·", width), ("light",))
    return Segment(fit(figures.count(count), width), ("green",) if row == column else ("yellow",))


def _short(word: str) -> str:
    return word.removesuffix("_correct").replace("_", " ")


def _categories(found: RaterAgreement, screen: Screen) -> Iterator[Line]:
    if [one.name for one in found.categories] in ([], [UNCATEGORIZED]):
        return
    yield line(Segment("  by category, the least agreement first", ("light",)))
    width = min(max(width_of(screen.safe(one.name)) for one in found.categories), screen.width - 54)
    for one in found.categories:
        alpha = "alpha –" if one.alpha is None else f"alpha {one.alpha:.2f}"
        yield line(f"    {fit(screen.safe(one.name), max(width, 8))}  {fit(alpha, 11)}  {figures.share_of(one.same)}")


def _disagreed(found: RaterAgreement, screen: Screen) -> Iterator[Line]:
    if not found.disagreed:
        return
    yield line(Segment(f"  {figures.count(len(found.disagreed))} disagreed, the furthest apart first", ("light",)))
    shown = found.disagreed if screen.verbosity > 0 else found.disagreed[:DISAGREED_SHOWN]
    several = len({one.model for one in found.ratings.answers}) > 1
    names = [_name(one, screen, several=several) for one in shown]
    width = min(max(map(width_of, names)), screen.width // 2)
    for name, one in zip(names, shown, strict=True):
        said = [f"{screen.safe(rater, 20)}: {_short(word)}" for rater, word in one.said.items()]
        yield from map(line, wrapped(f"    {fit(name, width)}  ", said, screen.width))
    if len(shown) < len(found.disagreed):
        yield line(Segment(f"    … {len(found.disagreed) - len(shown):,} more with -v", ("light",)))


def _name(one: Rated, screen: Screen, *, several: bool) -> str:
    model = f" · {screen.safe(one.model)}" if several else ""
    return screen.safe(one.question_id) + (f" #{one.sample}" if one.sample > 1 else "") + model


def agreement_values(found: RaterAgreement) -> dict[str, Any]:
    """Return all of it for JSON; what is undefined is None, with the reason."""
    return {
        "raters": found.ratings.raters,
        "field": found.ratings.field,
        "n": found.n,
        "judged_by_one": found.single,
        "alpha": {scale: _value(alpha) for scale, alpha in found.alpha.items()},
        "pairs": [_pair_values(pair) for pair in found.pairs],
        "categories": [
            {
                "category": one.name,
                "alpha": one.alpha,
                "reason": ALL_ALIKE if one.alpha is None else None,
                "same": one.same.count,
                "n": one.same.n,
            }
            for one in found.categories
        ],
        "disagreed": [asdict(one) for one in found.disagreed],
    }


def _value(one: Coefficient) -> dict[str, float | str | None]:
    low, high = one.interval or (None, None)
    return {"value": one.value, "low": low, "high": high, "reason": one.reason}


def _pair_values(pair: PairAgreement) -> dict[str, Any]:
    return {
        "raters": [pair.first, pair.second],
        "same": pair.same.count,
        "n": pair.same.n,
        "kappa": {weights: _value(kappa) for weights, kappa in pair.kappa.items()},
        "confusion": [{"first": a, "second": b, "count": count} for (a, b), count in pair.confusion.items()],
    }
