"""Paired tests and intervals of scores: differences flipped and drawn again, one difference per entry."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import accumulate
from random import Random
from statistics import NormalDist, fmean

from pytest_llmeval.analysis.statistics.estimates import CONFIDENCE, Interval, percentile, standard_deviation

MOST_STEPS = 100_000
"""What the exact distribution may take; beyond it signs are drawn at random."""
MOST_TIMES = 2_000
"""How often one size of difference may occur for the exact distribution."""
MOST_BOOTSTRAPPED = 5_000
"""With more entries the mean is as good as normal, and its interval is computed, not drawn."""
FEWEST_NORMAL = 1_000
"""From so many differences on it may be so too."""
LEAN = 0.04
"""How far the mean may lean to one side for that: its skewness, which moves the bounds by a fiftieth of a standard
error at 95 %; 2,000 draws leave three times as much to chance."""


def sign_flip_test(differences: Sequence[float], *, draws: int = 10_000, seed: int = 0) -> float:
    """Return the two-sided p-value of the paired permutation test that the mean difference is 0.

    Fisher, R. A. (1935), The Design of Experiments, chapter 3; drawn p-values as of Phipson, B. and Smyth, G. K.
    (2010), Permutation p-values should never be zero, Statistical Applications in Genetics and Molecular Biology 9, 39.

    Args:
        differences: One per independent pair; with several samples of an entry, their mean.
        draws: How many random sign vectors stand for all, where those are too many to go through.
        seed: For the draws; the same numbers give the same p-value.

    Example:
        >>> sign_flip_test([1, 1, 1, 1, 1, -1]), sign_flip_test([0, 0])
        (0.21875, 1.0)
    """
    sizes = Counter(abs(difference) for difference in differences if difference)
    if not sizes:
        return 1.0
    # Sums that should be equal may differ by their rounding, which grows with what was summed.
    reach = abs(math.fsum(differences)) - 1e-12 * math.fsum(size * times for size, times in sizes.items())
    exact = _distribution(sizes)
    if exact is not None:
        return min(1.0, math.fsum(chance for total, chance in exact.items() if abs(total) >= reach))
    random, hits = Random(seed), 0  # noqa: S311  statistics, not secrets
    for _ in range(draws):
        flipped = sum(size * (2 * random.getrandbits(times).bit_count() - times) for size, times in sizes.items())
        hits += abs(flipped) >= reach
    return (hits + 1) / (draws + 1)


def _distribution(sizes: Mapping[float, int]) -> Mapping[float, float] | None:
    """Return the chance of every sum that flipping signs can give; None where there are too many."""
    chances: Mapping[float, float] = {0.0: 1.0}
    for size, times in sizes.items():
        if times > MOST_TIMES or len(chances) * (times + 1) > MOST_STEPS:
            return None
        merged: defaultdict[float, float] = defaultdict(float)
        for kept in range(times + 1):
            step, weight = size * (2 * kept - times), math.comb(times, kept) / (1 << times)
            for total, chance in chances.items():
                merged[total + step] += chance * weight
        chances = merged
    return chances


def paired_bootstrap_interval(
    differences: Sequence[float], *, confidence: float = CONFIDENCE, draws: int = 2_000, seed: int = 0
) -> Interval:
    """Return the percentile bootstrap interval of the mean difference.

    Efron, B. and Tibshirani, R. J. (1993), An Introduction to the Bootstrap, chapter 13. Whole entries are drawn, as
    Field, C. A. and Welsh, A. H. (2007), Bootstrapping clustered data, Journal of the Royal Statistical Society B 69,
    369-390, so samples of one entry do not count as independent. With many entries, where the two are the same, it is
    the normal interval: how near they are, its skewness tells, Hall, P. (1992), The Bootstrap and Edgeworth Expansion.

    Args:
        differences: One per entry, at least one; with several samples of an entry, their mean.
        confidence: Between 0 and 1, both excluded.
        draws: How often as many entries are drawn, with replacement.
        seed: The same numbers give the same interval.

    Example:
        >>> paired_bootstrap_interval([0.25, 0.25, 0.25])
        Interval(low=0.25, high=0.25)
    """
    n = len(differences)
    if n > MOST_BOOTSTRAPPED:
        return _normal_interval(differences, confidence)
    random = Random(seed)  # noqa: S311  statistics, not secrets
    changed = [difference for difference in differences if difference]
    if not changed:
        return Interval(0.0, 0.0)
    if len(changed) >= FEWEST_NORMAL and abs(skewness_of_mean(differences)) <= LEAN:
        return _normal_interval(differences, confidence)
    # Most differences are 0: first how many of the n drawn are not, then which ones.
    how_many = _binomial_quantiles(n, len(changed) / n)
    means = sorted(sum(random.choices(changed, k=bisect_left(how_many, random.random()))) / n for _ in range(draws))
    outside = 50 * (1 - confidence)
    return Interval(percentile(means, outside), percentile(means, 100 - outside))


def _binomial_quantiles(n: int, p: float) -> list[float]:
    """Return the chances of at most 0, 1, ... n - 1 successes."""
    if p == 1.0:
        return [0.0] * n
    chances = [
        math.exp(
            math.lgamma(n + 1)
            - math.lgamma(k + 1)
            - math.lgamma(n - k + 1)
            + k * math.log(p)
            + (n - k) * math.log1p(-p)
        )
        for k in range(n)
    ]
    return list(accumulate(chances))


def skewness_of_mean(values: Sequence[float]) -> float:
    """Return the skewness of the mean of values like these: their own, divided by the root of how many they are.

    Args:
        values: At least one.

    Returns:
        0 where they do not vary.
    """
    mean = fmean(values)
    second = math.fsum([(value - mean) ** 2 for value in values])
    third = math.fsum([(value - mean) ** 3 for value in values])
    return third / second**1.5 if second else 0.0


def _normal_interval(differences: Sequence[float], confidence: float) -> Interval:
    mean, spread = fmean(differences), standard_deviation(differences)
    half = NormalDist().inv_cdf((1 + confidence) / 2) * spread / math.sqrt(len(differences))
    return Interval(mean - half, mean + half)
