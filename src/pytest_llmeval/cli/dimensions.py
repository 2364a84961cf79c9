"""Asking a person for the numbers of a rubric, one dimension after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pytest_llmeval.cli.terminal_port import Terminal
from pytest_llmeval.grading.judge.rubric import Dimension, Rubric
from pytest_llmeval.reports.grading_screen import dimension_lines
from pytest_llmeval.reports.lines import Line

Show = Callable[[Sequence[Line]], None]
"""Shows keys below the card, as a screen that a line of text is asked for on."""


def ask_numbers(rubric: Rubric, terminal: Terminal, show: Show) -> dict[str, int] | None:
    """Ask for a number in every dimension.

    An empty line goes back to the dimension before, and from the first out of it.

    Args:
        rubric: Has dimensions.
        terminal: To ask on.
        show: Puts a dimension on the screen.

    Returns:
        The numbers; None where the rater thought better of it.
    """
    found: dict[str, int] = {}
    fault = ""
    while len(found) < len(rubric.dimensions):
        dimension = rubric.dimensions[len(found)]
        show(dimension_lines(dimension, found, terminal.width, fault))
        typed = terminal.ask(f" {dimension.name}, {_scale(dimension)} (Enter goes back): ")
        if typed is None or (not typed.strip() and not found):
            return None
        fault = ""
        if not typed.strip():
            found.popitem()
        elif (number := _number(typed, dimension)) is None:
            fault = f"{dimension.name} takes a whole number, {_scale(dimension)}"
        else:
            found[dimension.name] = number
    return found


def _scale(dimension: Dimension) -> str:
    return f"{dimension.scale[0]} to {dimension.scale[1]}"


def _number(typed: str, dimension: Dimension) -> int | None:
    try:
        number = int(typed.strip())
    except ValueError:
        return None
    return number if number in dimension.steps else None
