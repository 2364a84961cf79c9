"""A straight line through numbers in their order, by least squares, with the interval of its slope."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from pytest_llmeval.student_t import t_quantile


@dataclass(frozen=True, slots=True)
class Slope:
    """By how much a number changes from one step to the next."""

    value: float
    low: float | None
    """Of the interval of 95 %; None where there are too few points, or all numbers are equal and nothing varies."""
    high: float | None

    def __str__(self) -> str:
        bounds = "" if self.low is None or self.high is None else f" [{self.low:+.3f}, {self.high:+.3f}]"
        return f"{self.value:+.3f}{bounds}"


def least_squares(places: Sequence[float], values: Sequence[float]) -> Slope | None:
    """Fit a line to points, of which each weighs the same.

    The interval is Student's, as of Draper, N. R. and Smith, H. (1998), Applied regression analysis, section 1.4: for
    zeros and ones it is rough, and the points are taken for independent of each other.

    Args:
        places: Where each number stands, such as the turn of a conversation.
        values: As many numbers.

    Returns:
        None where there are not two different places.

    Example:
        >>> print(least_squares([1, 2, 3, 4], [1, 1, 0, 0]))
        -0.400 [-1.008, +0.208]
    """
    if len(set(places)) < 2:
        return None
    centre, mean = fmean(places), fmean(values)
    spread = math.fsum((place - centre) ** 2 for place in places)
    value = math.fsum((place - centre) * (one - mean) for place, one in zip(places, values, strict=True)) / spread
    freedom = len(values) - 2
    if freedom < 1 or min(values) == max(values):
        return Slope(value, None, None)
    left = math.fsum((one - mean - value * (place - centre)) ** 2 for place, one in zip(places, values, strict=True))
    half = t_quantile(freedom) * math.sqrt(left / freedom / spread)
    return Slope(value, value - half, value + half)


def mean_slope(slopes: Sequence[float]) -> Slope:
    """Return the mean of several slopes, each of points of its own, with Student's interval of a mean.

    Args:
        slopes: At least one.
    """
    mean, n = fmean(slopes), len(slopes)
    if min(slopes) == max(slopes):
        return Slope(mean, None, None)
    half = t_quantile(n - 1) * math.sqrt(math.fsum((one - mean) ** 2 for one in slopes) / (n - 1) / n)
    return Slope(mean, mean - half, mean + half)
