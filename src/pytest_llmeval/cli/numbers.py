"""Numbers on the command line: one that is none, or lies outside its range, is refused in words that name the range."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable

_MOST_DIGITS = 18


def whole(least: int = 1) -> Callable[[str], int]:
    """Return what reads a whole number of at least so much."""

    def read(text: str) -> int:
        if not text.isdecimal() or len(text) > _MOST_DIGITS or int(text) < least:
            raise argparse.ArgumentTypeError(f"must be a whole number of at least {least}, got {text!r}")
        return int(text)

    return read


def amount(text: str) -> float:
    """Read a number above 0."""
    value = _read(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number above 0, got {text!r}")
    return value


def between(low: float, high: float, *, without: tuple[float, ...] = ()) -> Callable[[str], float]:
    """Return what reads a number in a range.

    Args:
        low: The least.
        high: The most.
        without: Those of the two that will not do themselves.
    """
    excluded = {0: "", 1: ", {:g} excluded", 2: ", both excluded"}[len(without)].format(*without)

    def read(text: str) -> float:
        value = _read(text)
        if not low <= value <= high or value in without:
            raise argparse.ArgumentTypeError(f"must lie between {low:g} and {high:g}{excluded}, got {text!r}")
        return value

    return read


share = between(0, 1)


def percent(text: str) -> float:
    """Read a percentage, or points, from 0 to 100, with its sign or without."""
    return between(0, 100)(text.removesuffix("%"))


def _read(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
