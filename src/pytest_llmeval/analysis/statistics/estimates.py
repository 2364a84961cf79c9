"""Estimates from one column of numbers: a proportion with its interval, percentiles, a sum with what is unknown."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean
from typing import NamedTuple

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """A range that holds the true value with the confidence it was made for."""

    low: float
    high: float


def wilson_interval(successes: float, n: float, confidence: float = CONFIDENCE) -> Interval:
    """Return the score interval of a proportion.

    Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference, Journal of the American
    Statistical Association 22, 209-212. Recommended for small n by Brown, Cai and DasGupta (2001), Interval estimation
    for a binomial proportion, Statistical Science 16, 101-133.

    Args:
        successes: From 0 to n; not whole where some count half.
        n: How many independent trials, at least 1; not whole where trials are worth less than one.
        confidence: Between 0 and 1, both excluded.

    Returns:
        Bounds from 0 to 1.

    Raises:
        ValueError: For numbers out of range.

    Example:
        >>> low, high = wilson_interval(18, 40)
        >>> f"{low:.3f} to {high:.3f}"
        '0.307 to 0.602'
    """
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"successes must lie between 0 and n, and n be at least 1, got {successes} of {n}")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate, squared = successes / n, z * z
    centre = (rate + squared / (2 * n)) / (1 + squared / n)
    half = z / (1 + squared / n) * math.sqrt(rate * (1 - rate) / n + squared / (4 * n * n))
    # At the ends the bound is exact; rounding would leave it a hair inside.
    return Interval(0.0 if successes == 0 else centre - half, 1.0 if successes == n else centre + half)


def interval_of_mean(total: float, n: int) -> Interval:
    """Return the interval of the mean of n numbers from 0 to 1, of 95 % or more.

    It is Wilson's of as many trials, for no numbers from 0 to 1 are spread wider than zeros and ones are. That is of
    whole successes; between two of them a straight line is as good, and never cuts the mean off.

    Args:
        total: Their sum.
        n: How many independent ones, at least 1.
    """
    below, above = wilson_interval(math.floor(total), n), wilson_interval(math.ceil(total), n)
    part = total - math.floor(total)
    return Interval(*(one + part * (other - one) for one, other in zip(below, above, strict=True)))


def difference_interval(
    first: float, around_first: Interval, second: float, around_second: Interval, *, correlation: float = 0.0
) -> Interval:
    """Return the interval of the difference of two shares, first less second, made of the interval of each.

    Newcombe, R. G. (1998), Interval estimation for the difference between independent proportions: comparison of eleven
    methods, Statistics in Medicine 17, 873-890: his method 10; with a correlation, as of Zou, G. Y. (2007), Toward
    using confidence intervals to compare correlations, Psychological Methods 12, 399-413.

    Args:
        first: A share from 0 to 1.
        around_first: Its Wilson interval.
        second: Another share.
        around_second: Its Wilson interval, of the same confidence.
        correlation: Of the two, from -1 to 1, 0 for different trials; a positive one makes the interval narrower.

    Returns:
        Bounds from -1 to 1.

    Example:
        >>> low, high = difference_interval(56 / 70, wilson_interval(56, 70), 48 / 80, wilson_interval(48, 80))
        >>> f"{low:.4f} to {high:.4f}"
        '0.0524 to 0.3339'
    """
    down = _joined(first - around_first.low, around_second.high - second, correlation)
    up = _joined(around_first.high - first, second - around_second.low, correlation)
    return Interval(max(-1.0, first - second - down), min(1.0, first - second + up))


def _joined(one: float, other: float, correlation: float) -> float:
    return math.sqrt(max(0.0, one * one - 2 * correlation * one * other + other * other))


def means_by_entry(entries: Sequence[Hashable], values: Sequence[float]) -> list[float]:
    """Return the mean of each entry's values, in order of first appearance.

    Args:
        entries: What each value belongs to.
        values: As many.

    Example:
        >>> means_by_entry(["a", "b", "a"], [1.0, 5.0, 2.0])
        [1.5, 5.0]
    """
    if len(set(entries)) == len(entries):
        return list(values)  # one sample each is the rule, and 100,000 means of one number take long
    found: defaultdict[Hashable, list[float]] = defaultdict(list)
    for entry, value in zip(entries, values, strict=True):
        found[entry].append(value)
    return [fmean(samples) for samples in found.values()]


def standard_deviation(values: Sequence[float]) -> float:
    """Return the standard deviation of a sample, over n - 1; of equal numbers exactly 0.

    `statistics.stdev` computes with fractions, which for 100,000 numbers takes a second.

    Args:
        values: At least two.

    Example:
        >>> standard_deviation([2.0, 4.0, 6.0])
        2.0
    """
    if min(values) == max(values):
        return 0.0
    mean = fmean(values)
    return math.sqrt(math.fsum([(value - mean) ** 2 for value in values]) / (len(values) - 1))


def are_alike(values: Sequence[float]) -> bool:
    """Tell whether numbers differ by no more than rounding does, as means of the same over other counts do.

    Args:
        values: At least one, finite.

    Example:
        >>> are_alike([0.1 + 0.2, 0.3]), are_alike([0.3, 0.3001])
        (True, False)
    """
    return max(values) - min(values) <= 1e-9 * max(map(abs, values))


@dataclass(frozen=True, slots=True)
class Proportion:
    """So many of so many."""

    count: int
    n: int

    @property
    def rate(self) -> float | None:
        """Return the share from 0 to 1; None of nothing."""
        return self.count / self.n if self.n else None

    @property
    def independent(self) -> int:
        """Return how many of them are independent of each other."""
        return self.n

    @property
    def interval(self) -> Interval | None:
        """Return the 95 % Wilson interval; None of nothing."""
        return wilson_interval(self.count, self.n) if self.n else None


@dataclass(frozen=True, slots=True)
class OfSamples(Proportion):
    """So many of so many samples, where entries have several, which may all be alike."""

    worth: int
    """How many independent trials they are worth at least."""

    @property
    def independent(self) -> int:
        """Return how many independent trials they are worth."""
        return self.worth

    @property
    def interval(self) -> Interval | None:
        """Return the 95 % interval, samples of an entry taken as one; None of nothing."""
        return interval_of_mean(self.count * self.worth / self.n, self.worth) if self.n else None


ENOUGH_FOR_P99 = 100
"""With fewer numbers the 99th percentile is but the largest of them."""


@dataclass(frozen=True, slots=True)
class Percentiles:
    """How a column of numbers is spread; None where there is none."""

    n: int
    p50: float | None = None
    p90: float | None = None
    p95: float | None = None
    p99: float | None = None


def percentile(ordered: list[float], percent: float) -> float:
    """Return a percentile by linear interpolation between neighbours, as numpy does by default.

    Hyndman, R. J. and Fan, Y. (1996), Sample quantiles in statistical packages, The American Statistician 50, 361-365:
    their definition 7.

    Args:
        ordered: At least one number, in ascending order.
        percent: From 0 to 100.

    Example:
        >>> percentile([1.0, 2.0, 3.0, 4.0], 50)
        2.5
    """
    place = (len(ordered) - 1) * percent / 100
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def percentiles(values: Iterable[float]) -> Percentiles:
    """Return median, 90th, 95th and 99th percentile of a column in any order."""
    ordered = sorted(values)
    if not ordered:
        return Percentiles(0)
    return Percentiles(len(ordered), *(percentile(ordered, percent) for percent in (50, 90, 95, 99)))
