"""The lines of a summary about conversations: validity by turn, its slope, and the first turn that fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from pytest_llmeval.analysis.turn_validity import TurnFigures
from pytest_llmeval.grading.slope import Slope
from pytest_llmeval.reports.figures import UNKNOWN
from pytest_llmeval.reports.lines import Line, Segment, fit, line
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.reports.robustness_lines import share

TURNS_SHOWN = 30
TITLES = {"right": "right by turn", "in form": "keeps the format by turn"}


def turn_lines(found: Sequence[TurnFigures], screen: Screen) -> Iterator[Line]:
    """Tell validity turn by turn; nothing where there are no conversations."""
    for one in found:
        of = f"{one.trials:,} conversation{'' if one.trials == 1 else 's'}"
        yield line(Segment(fit(f"  {TITLES[one.measure]}, {of}", screen.width).rstrip(), ("light",)))
        shown = one.turns[: None if screen.verbosity > 0 else TURNS_SHOWN]
        for cell in shown:
            yield line(fit(f"    {cell.turn:<6} {share(cell.valid):>14}  n {cell.n:,}", screen.width).rstrip())
        if len(shown) < len(one.turns):
            yield line(Segment(f"    … {len(one.turns) - len(shown)} more turns with -v", ("light",)))
        yield line(fit(f"    slope  {points_a_turn(one.slope)}", screen.width).rstrip())
        yield line(fit(f"    held   {held(one)}", screen.width).rstrip())


def points_a_turn(slope: Slope | None) -> str:
    """Write a slope in points of a hundred with its interval.

    Example:
        >>> points_a_turn(Slope(-0.125, -0.25, 0.0)), points_a_turn(Slope(0.0, None, None))
        ('-12.5 [-25.0, +0.0] points a turn', '+0.0 points a turn')
    """
    if slope is None:
        return UNKNOWN
    bounds = "" if slope.low is None or slope.high is None else f" [{100 * slope.low:+.1f}, {100 * slope.high:+.1f}]"
    return f"{100 * slope.value:+.1f}{bounds} points a turn"


def held(one: TurnFigures) -> str:
    """Write how many conversations are valid to the end, and in which turn the others fail first."""
    told = f"{one.held_count:,} of {one.trials:,} · {share(one.held)}"
    if one.first_failing is None:
        return told
    earliest, middle = one.first_failing
    return f"{told}; first failing turn {earliest}, in the median {middle:g}"


def turn_values(found: Sequence[TurnFigures]) -> dict[str, Any] | None:
    """Return the same as plain values, by measure; None where there are no conversations."""
    return {one.measure: asdict(one) for one in found} or None
