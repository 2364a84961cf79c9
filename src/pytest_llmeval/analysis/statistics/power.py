"""What a set of questions can tell: the chance to notice a change, and the smallest change that is noticed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from statistics import NormalDist

from pytest_llmeval.analysis.statistics.estimates import CONFIDENCE, standard_deviation
from pytest_llmeval.analysis.statistics.paired import mcnemar

ALPHA = 0.05
POWER = 0.8
MOST_EXACT = 60
"""With more discordant pairs expected, the normal approximation is as good as the sum over all tables."""


def mcnemar_power(n: int, discordance: float, difference: float, alpha: float = ALPHA) -> float:
    """Return the chance that McNemar's test finds a true difference, and finds it on the right side.

    Exact over all tables where few discordant pairs are expected; else Connor, R. J. (1987), Sample size for testing
    differences in proportions for the paired-sample design, Biometrics 43, 207-211.

    Args:
        n: Pairs.
        discordance: The true share of pairs that differ, at least ``difference``.
        difference: The true difference of the two shares, above 0.
        alpha: Level of the two-sided test.

    Example:
        >>> f"{mcnemar_power(200, 0.2, 0.1):.2f}"
        '0.90'
    """
    if n * discordance > MOST_EXACT:
        normal = NormalDist()
        reach = difference * math.sqrt(n) - normal.inv_cdf(1 - alpha / 2) * math.sqrt(discordance)
        spread = math.sqrt(max(discordance - difference * difference, 1e-300))
        return normal.cdf(reach / spread)
    against = (discordance - difference) / (2 * discordance)
    reach = 8 * math.sqrt(n * discordance) + 8  # what lies beyond is less than rounding
    likely = range(max(0, math.floor(n * discordance - reach)), min(n, math.ceil(n * discordance + reach)) + 1)
    return math.fsum(
        _binomial(m, n, discordance) * _at_most(_critical(m, alpha), m, against)
        for m in likely
        if _critical(m, alpha) >= 0
    )


@cache
def _critical(discordant: int, alpha: float) -> int:
    """Return the most pairs on the smaller side that are still significant, -1 for none."""
    fewer = -1
    while 2 * (fewer + 1) <= discordant and mcnemar(fewer + 1, discordant - fewer - 1) < alpha:
        fewer += 1
    return fewer


def _binomial(k: int, n: int, p: float) -> float:
    if p in (0.0, 1.0):
        return float(k == n * p)
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(ways + k * math.log(p) + (n - k) * math.log1p(-p))


def _at_most(k: int, n: int, p: float) -> float:
    """Return the chance of at most k successes, for k below n; each term follows from the one before."""
    term = total = (1 - p) ** n
    for one in range(k):
        term *= (n - one) * p / ((one + 1) * (1 - p))
        total += term
    return total


def minimum_detectable_difference(
    n: int, discordance: float, *, alpha: float = ALPHA, power: float = POWER
) -> float | None:
    """Return the smallest true difference of two paired shares that is found with the given power.

    Args:
        n: Pairs.
        discordance: The share of pairs that differ when nothing has changed, as seen; where a difference needs more,
            as many as it needs, all in one direction.
        alpha: Level of the two-sided test.
        power: Chance to find it.

    Returns:
        From 0 to 1; None where not even a change of every pair would be found.

    Example:
        >>> f"{minimum_detectable_difference(200, 0.1):.3f}", minimum_detectable_difference(5, 0.1)
        ('0.064', None)
    """
    return _smallest(lambda difference: mcnemar_power(n, max(discordance, difference), difference, alpha), power)


def minimum_detectable_mean(
    differences: Sequence[float], *, alpha: float = ALPHA, power: float = POWER
) -> float | None:
    """Return the smallest true mean difference that is found with the given power, by the spread that was seen.

    The paired t-test's formula with normal quantiles, as of Cohen, J. (1988), Statistical Power Analysis for the
    Behavioral Sciences, chapter 2. Where all differences are the same there is no spread to go by, and entries count as
    pairs that are right or wrong.

    Args:
        differences: One per entry.
        alpha: Level of the two-sided test.
        power: Chance to find it.
    """
    spread = standard_deviation(differences) if len(differences) > 1 else 0.0
    if not spread:
        return minimum_detectable_difference(len(differences), 0.0, alpha=alpha, power=power)
    quantile = NormalDist().inv_cdf
    return (quantile(1 - alpha / 2) + quantile(power)) * spread / math.sqrt(len(differences))


def _smallest(found: Callable[[float], float], power: float) -> float | None:
    """Return by bisection, to a hundredth of a point, the difference from which on the chance reaches the power."""
    low, high = 0.0, 1.0
    if found(high) < power:
        return None
    while high - low > 1e-4:
        middle = (low + high) / 2
        low, high = (low, middle) if found(middle) >= power else (middle, high)
    return high


def noise_floor(differences: Sequence[float], confidence: float = CONFIDENCE) -> float:
    """Return by how much the means of two runs of one configuration differ by chance: so often they stay within it.

    The standard deviation of the mean where the true difference is 0; of yes and no it is McNemar's.

    Args:
        differences: One per entry, at least one, of a run and its repetition.
        confidence: How often the difference stays within.

    Returns:
        In the unit of the differences.

    Example:
        >>> f"{noise_floor([1.0] * 10 + [-1.0] * 10 + [0.0] * 180):.3f}"
        '0.044'
    """
    spread = math.sqrt(math.fsum([difference**2 for difference in differences]))
    return NormalDist().inv_cdf((1 + confidence) / 2) * spread / len(differences)


def fewest_pairs(alpha: float) -> int:
    """Return with how many pairs a change of all of them is significant.

    Example:
        >>> fewest_pairs(0.05)
        6
    """
    return math.floor(math.log2(2 / alpha)) + 1
