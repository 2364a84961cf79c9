"""Paired tests and intervals of two columns of yes and no: the same questions asked of two runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pytest_llmeval.analysis.statistics.estimates import CONFIDENCE, Interval, wilson_interval

FEW_DISCORDANT = 25
"""With fewer discordant pairs the exact test is used, from there on its mid-p form."""
_MOST_WHOLE = 2_000
"""With more tosses whole numbers grow too long to be fast."""


@dataclass(frozen=True, slots=True)
class PairedCounts:
    """Pairs by who was right: the four cells of McNemar's table."""

    both: int
    lost: int
    """Right in the base only."""
    gained: int
    """Right in the new run only."""
    neither: int

    @property
    def n(self) -> int:
        """Return how many pairs there are."""
        return self.both + self.lost + self.gained + self.neither

    @property
    def discordant(self) -> int:
        """Return how many pairs differ."""
        return self.lost + self.gained


def mcnemar_exact(b: int, c: int) -> float:
    """Return the two-sided p-value of the exact McNemar test.

    McNemar, Q. (1947), Note on the sampling error of the difference between correlated proportions or percentages,
    Psychometrika 12, 153-157; exact by the sign test, Dixon, W. J. and Mood, A. M. (1946), The statistical sign test,
    Journal of the American Statistical Association 41, 557-566.

    Args:
        b: Pairs where only the first is a success, at least 0.
        c: Pairs where only the second is.

    Example:
        >>> f"{mcnemar_exact(9, 1):.4f}", mcnemar_exact(0, 0)
        ('0.0215', 1.0)
    """
    return min(1.0, 2 * _lower_tail(min(b, c), b + c))


def mcnemar_mid_p(b: int, c: int) -> float:
    """Return the two-sided mid-p value of McNemar's test: exact, less half the chance of what was seen on each side.

    Fagerland, M. W., Lydersen, S. and Laake, P. (2013), The McNemar test for binary matched-pairs data: mid-p and
    asymptotic are better than exact conditional, BMC Medical Research Methodology 13, 91.

    Example:
        >>> f"{mcnemar_mid_p(9, 1):.4f}", mcnemar_mid_p(5, 5)
        ('0.0117', 1.0)
    """
    fewer, n = min(b, c), b + c
    return min(1.0, 2 * _lower_tail(fewer, n) - _point(fewer, n))


def mcnemar(b: int, c: int) -> float:
    """Return the exact p-value where few pairs are discordant, the mid-p value where many are."""
    return mcnemar_exact(b, c) if b + c < FEW_DISCORDANT else mcnemar_mid_p(b, c)


def _point(k: int, n: int) -> float:
    """Return the chance of k heads in n tosses, to 12 digits.

    Of many tosses by Loader, C. (2000), Fast and accurate computation of binomial probabilities: parts that are small
    are computed as such, not as differences of large ones.
    """
    if n <= _MOST_WHOLE:
        return math.comb(n, k) / (1 << n)  # whole numbers divide without rounding
    if k in (0, n):
        return 0.5**n
    stirling = _stirling_error(n) - _stirling_error(k) - _stirling_error(n - k)
    apart = _deviance(k, n / 2) + _deviance(n - k, n / 2)
    return math.exp(stirling - apart) * math.sqrt(n / (2 * math.pi * k * (n - k)))


def _stirling_error(n: int) -> float:
    """Return ln n! less Stirling's formula for it."""
    if n < 16:
        return math.lgamma(n + 1) - (n + 0.5) * math.log(n) + n - math.log(2 * math.pi) / 2
    square = n * n
    return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / n


def _deviance(seen: int, expected: float) -> float:
    """Return seen ln(seen / expected) - seen + expected."""
    apart = seen - expected
    if abs(apart) > 0.1 * (seen + expected):
        return seen * math.log(seen / expected) - apart
    ratio = apart / (seen + expected)
    total, term, odd = apart * ratio, 2 * seen * ratio, 1
    while True:
        term *= ratio * ratio
        odd += 2
        following = total + term / odd
        if following == total:
            return total
        total = following


def _lower_tail(k: int, n: int) -> float:
    """Return the chance of at most k heads in n tosses, for k up to n / 2."""
    term = total = _point(k, n)
    while k > 0 and term > total * 1e-18:
        term *= k / (n - k + 1)
        total += term
        k -= 1
    return total


def newcombe_paired_interval(counts: PairedCounts, confidence: float = CONFIDENCE) -> Interval:
    """Return the interval of a paired difference of proportions, new less base.

    Newcombe, R. G. (1998), Improved confidence intervals for the difference between binomial proportions based on
    paired data, Statistics in Medicine 17, 2635-2650: his method 10, Wilson intervals of both shares joined by a
    correlation that is corrected for continuity.

    Args:
        counts: At least one pair.
        confidence: Between 0 and 1, both excluded.

    Returns:
        Bounds from -1 to 1.

    Example:
        >>> low, high = newcombe_paired_interval(PairedCounts(both=59, lost=16, gained=6, neither=80))
        >>> f"{low:.4f} to {high:.4f}"
        '-0.1186 to -0.0046'
    """
    n, right_base, right_new = counts.n, counts.both + counts.lost, counts.both + counts.gained
    base, new = right_base / n, right_new / n
    around_base = wilson_interval(right_base, n, confidence)
    around_new = wilson_interval(right_new, n, confidence)
    phi = _corrected_phi(counts)
    difference = (counts.gained - counts.lost) / n
    down = _joined(new - around_new.low, around_base.high - base, phi)
    up = _joined(around_new.high - new, base - around_base.low, phi)
    return Interval(max(-1.0, difference - down), min(1.0, difference + up))


def _corrected_phi(counts: PairedCounts) -> float:
    excess: float = counts.both * counts.neither - counts.lost * counts.gained
    if excess > 0:
        excess = max(excess - counts.n / 2, 0)
    margins = (
        (counts.both + counts.lost)
        * (counts.gained + counts.neither)
        * (counts.both + counts.gained)
        * (counts.lost + counts.neither)
    )
    return excess / math.sqrt(margins) if margins else 0.0


def _joined(one: float, other: float, phi: float) -> float:
    return math.sqrt(max(0.0, one * one - 2 * phi * one * other + other * other))


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct p-values for how many there are, each returned in its place.

    Holm, S. (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6,
    65-70.

    Example:
        >>> holm([0.01, 0.04, 0.03])
        [0.03, 0.06, 0.06]
    """
    corrected = [1.0] * len(p_values)
    highest = 0.0
    for rank, at in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[at]))
        corrected[at] = highest
    return corrected
