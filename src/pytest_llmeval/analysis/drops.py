"""A drop: by how much one rate is lower than another of the same entries, with its interval and test."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, correlation

from pytest_llmeval.analysis.repeats import estimate_of_mean
from pytest_llmeval.analysis.statistics.estimates import Interval, difference_interval
from pytest_llmeval.analysis.statistics.paired import PairedCounts, mcnemar, newcombe_paired_interval
from pytest_llmeval.analysis.statistics.resampling import sign_flip_test

MOST_CORRELATED = 0.99
"""More is not believed of two columns of rates."""


@dataclass(frozen=True, slots=True)
class Drop:
    """By how much a rate is lower than another of the same entries."""

    value: float
    """From -1 to 1; above 0 the variants are worse."""
    interval: Interval
    """Of 95 % or more, entries being what is drawn."""
    p: float
    """Of McNemar's test, or the sign-flip test over entries."""
    corrected_p: float
    """For how many kinds were tested."""


def drop_of(pairs: Sequence[tuple[float, float]]) -> Drop:
    """Return by how much the second column is lower than the first, with its interval and test.

    Where all are right or wrong it is McNemar's test with Newcombe's interval, as in a comparison of two runs; where
    entries have several trials it is the sign-flip test over entries, and Newcombe's interval with their correlation.

    Args:
        pairs: Two rates from 0 to 1 of each entry; at least one entry.
    """
    cells = Counter(pairs)
    if {rate for pair in cells for rate in pair} <= {0.0, 1.0}:
        counts = PairedCounts(cells[1.0, 1.0], cells[1.0, 0.0], cells[0.0, 1.0], cells[0.0, 0.0])
        low, high = newcombe_paired_interval(counts)
        p = mcnemar(counts.lost, counts.gained)
        return Drop((counts.lost - counts.gained) / counts.n, Interval(-high, -low), p, p)
    firsts, seconds = zip(*pairs, strict=True)
    first, second = (estimate_of_mean(math.fsum(column), len(column)) for column in (firsts, seconds))
    interval = difference_interval(
        first.value, first.interval, second.value, second.interval, correlation=_correlation(firsts, seconds)
    )
    p = sign_flip_test([one - other for one, other in pairs])
    return Drop(first.value - second.value, interval, p, p)


def _correlation(firsts: Sequence[float], seconds: Sequence[float]) -> float:
    """Return the correlation that can be counted on: the lower 95 % bound of Pearson's by Fisher's z, at least 0.

    Of few entries it is high by chance, and would make the interval far too narrow.
    """
    n = len(firsts)
    if n <= 3 or len(set(firsts)) < 2 or len(set(seconds)) < 2:
        return 0.0
    z = math.atanh(min(MOST_CORRELATED, max(0.0, correlation(firsts, seconds))))
    return max(0.0, math.tanh(z - NormalDist().inv_cdf(0.95) / math.sqrt(n - 3)))
