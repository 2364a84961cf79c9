"""Quality against cost, as lines and as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pytest_llmeval.analysis.frontier import Contender, Frontier
from pytest_llmeval.reports import figures
from pytest_llmeval.reports.columns import column_widths, set_right
from pytest_llmeval.reports.lines import Line, Segment, Style, fit, line, paragraph, width_of
from pytest_llmeval.reports.one_model import Screen

COLUMNS = ("quality", "a trial", "right for $1", "p50")
WIDTHS = (25, 10, 13, 9)
"""Of the columns, where their cells are short."""
LONGEST_NAME = 300
"""Signs of a model's name, and of a run's: longer than a file's name can be, so that none loses its end."""
Names = Mapping[int, str]


def frontier_lines(found: Frontier, screen: Screen, bar: float | None = None) -> Iterator[Line]:
    """Tell who is on the front, who is beaten by whom, and who reaches the bar at the lowest price.

    Args:
        found: What to tell.
        screen: What is printed on.
        bar: A share from 0 to 1; None where nobody asked.
    """
    names = _names(found, screen)
    widths = column_widths([COLUMNS, *map(_cells, _all(found))], WIDTHS)
    room = max(min(max(map(width_of, names.values()), default=8), screen.width - sum(widths) - 4), 0)
    yield line(Segment(f"{'':{room + 2}}" + set_right(COLUMNS, widths), ("light",)))
    yield from _section("worth their price", found.front, names, room, widths, screen)
    yield from _section("beaten", [one for one, _ in found.dominated], names, room, widths, screen)
    for one, better in found.dominated:
        told = paragraph(f"{names[id(one)]} is beaten by {names[id(better)]}", screen.width - 6)
        yield from (line("      " if number else "    ", piece) for number, piece in enumerate(told))
    yield from _section("price unknown", found.unpriced, names, room, widths, screen)
    if bar is not None:
        yield line()
        yield from _bar(found, bar, names, screen)


def _section(
    title: str, members: Sequence[Contender], names: Names, room: int, widths: Sequence[int], screen: Screen
) -> Iterator[Line]:
    if members:
        yield line(Segment(title, ("bold",)))
    for one in members:
        name = names[id(one)]
        if width_of(name) > room:  # it may be the end that tells one run from another
            yield from (line("  ", piece) for piece in paragraph(name, screen.width - 2))
            name = ""
        yield line(f"  {fit(name, room)}", set_right(_cells(one), widths))


def _cells(one: Contender) -> tuple[str, ...]:
    share = f"{figures.percent(one.share)} {figures.interval(one.share.interval)} of {figures.count(one.share.n)}"
    right = one.successes_per_dollar
    return (
        share,
        figures.cost(one.cost_per_trial),
        figures.UNKNOWN if right is None else figures.count(right),
        figures.duration(one.median_s),
    )


def _bar(found: Frontier, bar: float, names: Names, screen: Screen) -> Iterator[Line]:
    told = f"{100 * bar:g} %"
    best, unplaced = found.cheapest(bar), found.unplaced(bar)
    if best is not None:
        yield from _named_after(f"cheapest that surely reaches {told}:", [names[id(best)]], screen, ("bold",), ())
    elif unplaced:
        why = "no price is known (--llm-price)"
        yield line(Segment(f"the cheapest to reach {told} cannot be told: {why}", ("yellow",)))
    else:
        yield line(Segment(f"none surely reaches {told}: no interval lies wholly at or above it", ("yellow",)))
    unsure = [one for one in _all(found) if one.standing(bar) == "cannot tell"]
    for label, members in (("surely reaches it, price unknown", unplaced), ("cannot be told at this n", unsure)):
        if members:
            yield from _named_after(f"  {label}:", [names[id(one)] for one in members], screen, ("light",), ("light",))


def _named_after(
    label: str, names: Sequence[str], screen: Screen, of_label: tuple[Style, ...], of_names: tuple[Style, ...]
) -> Iterator[Line]:
    """Tell names beside their label, or whole in lines below it."""
    told = ", ".join(names)
    if width_of(f"{label} {told}") <= screen.width:
        yield line(Segment(f"{label} ", of_label), Segment(told, of_names))
        return
    yield line(Segment(label, of_label))
    yield from (line(Segment(f"    {piece}", of_names)) for piece in paragraph(told, screen.width - 4))


def _all(found: Frontier) -> list[Contender]:
    return [*found.front, *(one for one, _ in found.dominated), *found.unpriced]


def _names(found: Frontier, screen: Screen) -> dict[int, str]:
    """Name each by its model, and by its run too where a model is there more than once, made fit for the screen."""
    everyone = _all(found)
    models = [one.model for one in everyone]
    parts = {id(one): [one.model] if models.count(one.model) == 1 else [one.model, one.run_id] for one in everyone}
    return {key: " ".join(screen.safe(part, LONGEST_NAME) for part in told) for key, told in parts.items()}


def frontier_values(found: Frontier, bar: float | None = None) -> dict[str, Any]:
    """Return the same for machines, unrounded."""
    beaten = {id(one): better for one, better in found.dominated}
    best = found.cheapest(bar) if bar is not None else None
    return {
        "models": [_values(one, found, beaten.get(id(one)), bar) for one in _all(found)],
        "bar": bar,
        "cheapest": _named(best),
        "reach_at_unknown_price": [_named(one) for one in (found.unplaced(bar) if bar is not None else ())],
    }


def _named(one: Contender | None) -> dict[str, str] | None:
    return {"model": one.model, "run_id": one.run_id} if one else None


def _values(one: Contender, found: Frontier, better: Contender | None, bar: float | None) -> dict[str, Any]:
    bounds = one.share.interval
    return {
        "model": one.model,
        "run_id": one.run_id,
        "successes": one.share.count,
        "n": one.share.n,
        "rate": one.share.rate,
        "interval": list(bounds) if bounds else None,
        "cost_per_trial_usd": one.cost_per_trial,
        "cost_per_success_usd": one.cost_per_success,
        "successes_per_usd": one.successes_per_dollar,
        "latency_p50_s": one.median_s,
        "on_front": one in found.front,
        "beaten_by": _named(better),
        "standing": one.standing(bar) if bar is not None else None,
    }
