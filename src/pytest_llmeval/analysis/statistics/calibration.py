"""Calibration: do answers that claim to be 80 % sure come right four times in five."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean
from typing import Literal, get_args

from pytest_llmeval.analysis.statistics.estimates import Proportion, percentile

Binning = Literal["width", "mass"]
"""Bins as wide as each other, or with as many answers as each other."""
BINNINGS: tuple[Binning, ...] = get_args(Binning)
BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers whose confidence lies above ``low`` and up to ``high``; the first bin holds its ``low`` too."""

    low: float
    high: float
    right: Proportion
    mean_confidence: float

    @property
    def gap(self) -> float:
        """Return the mean confidence less the accuracy: above 0, the answers are too sure."""
        return self.mean_confidence - self.right.count / self.right.n


def reliability(
    confidences: Sequence[float], outcomes: Sequence[bool], bins: int = BINS, binning: Binning = "width"
) -> tuple[Bin, ...]:
    """Sort answers into bins by their confidence.

    Edges are those of scikit-learn's ``calibration_curve``: ``i / bins``, or the quantiles of the confidences, so that
    equal confidences are never parted.

    Args:
        confidences: From 0 to 1.
        outcomes: Whether each answer is right.
        bins: At least 1.
        binning: Which bins are equal in what.

    Returns:
        The bins that hold anything, in ascending order.
    """
    if binning == "width":
        edges = [number / bins for number in range(bins + 1)]
    else:
        ordered = sorted(confidences)
        edges = [percentile(ordered, 100 * number / bins) for number in range(bins + 1)] if ordered else []
    members: defaultdict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, outcome in zip(confidences, outcomes, strict=True):
        members[bisect_left(edges[1:-1], confidence)].append((confidence, outcome))
    return tuple(_bin(edges[place], edges[place + 1], members[place]) for place in sorted(members))


def _bin(low: float, high: float, members: Sequence[tuple[float, bool]]) -> Bin:
    right = sum(outcome for _, outcome in members)
    return Bin(low, high, Proportion(right, len(members)), fmean(confidence for confidence, _ in members))


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """Return the mean distance of accuracy and confidence, each bin weighing as much as it holds.

    ``sum(n_b / n * |accuracy_b - confidence_b|)``. Naeini, M. P., Cooper, G. and Hauskrecht, M. (2015), Obtaining well
    calibrated probabilities using Bayesian binning, AAAI 29. It depends on the bins, so state them; and it is above 0
    by chance alone, the more so with few answers: see `calibrated_ece`.

    Args:
        bins: Of at least one answer.

    Example:
        >>> round(expected_calibration_error(reliability([0.9, 0.9, 0.1, 0.1], [True, False, False, False])), 12)
        0.25
    """
    n = sum(one.right.n for one in bins)
    return math.fsum(one.right.n * abs(one.gap) for one in bins) / n


def maximum_calibration_error(bins: Sequence[Bin]) -> float:
    """Return the largest distance of accuracy and confidence in any bin."""
    return max(abs(one.gap) for one in bins)


def calibrated_ece(
    confidences: Sequence[float],
    bins: int = BINS,
    binning: Binning = "width",
    *,
    percent: float = 95.0,
    draws: int = 500,
    seed: int = 0,
) -> float:
    """Return the ECE that perfectly calibrated answers of the same confidences stay below in 95 of 100 runs.

    Consistency resampling: outcomes are drawn with the stated confidences as their chances. Bröcker, J. and Smith,
    L. A. (2007), Increasing the reliability of reliability diagrams, Weather and Forecasting 22, 651-661.

    Args:
        confidences: At least one.
        bins: As of the ECE it is compared with.
        binning: As of the ECE it is compared with.
        percent: In how many of 100 runs.
        draws: How many runs are drawn.
        seed: The same confidences give the same number.
    """
    random = Random(seed)  # noqa: S311  statistics, not secrets
    members = _members(confidences, bins, binning)
    found = []
    for _ in range(draws):
        gaps = (abs(math.fsum(c - (random.random() < c) for c in one)) for one in members)
        found.append(math.fsum(gaps) / len(confidences))
    return percentile(sorted(found), percent)


def _members(confidences: Sequence[float], bins: int, binning: Binning) -> list[list[float]]:
    found = reliability(confidences, [False] * len(confidences), bins, binning)
    highs = [one.high for one in found]
    members: list[list[float]] = [[] for _ in found]
    for confidence in confidences:
        members[min(bisect_left(highs, confidence), len(found) - 1)].append(confidence)
    return members


@dataclass(frozen=True, slots=True)
class BrierScore:
    """The mean squared distance of confidence and outcome: reliability - resolution + uncertainty."""

    value: float
    """From 0 (sure and right) to 1 (sure and wrong); always 0.5 sure gives 0.25."""
    reliability: float
    """How far accuracies are from the confidences: 0 for a calibrated model."""
    resolution: float
    """How far accuracies at different confidences are from the whole accuracy: what the confidence can tell apart."""
    uncertainty: float
    """Accuracy times one less accuracy: what cannot be told without looking at the confidence."""


def brier_score(confidences: Sequence[float], outcomes: Sequence[bool]) -> BrierScore:
    """Score confidences by their squared error, with the exact decomposition over the distinct confidences.

    Brier, G. W. (1950), Verification of forecasts expressed in terms of probability, Monthly Weather Review 78, 1-3;
    Murphy, A. H. (1973), A new vector partition of the probability score, Journal of Applied Meteorology 12, 595-600.

    Args:
        confidences: At least one, from 0 to 1.
        outcomes: Whether each answer is right.

    Example:
        >>> brier_score([1.0, 1.0, 0.0, 0.0], [True, False, False, False])
        BrierScore(value=0.25, reliability=0.125, resolution=0.0625, uncertainty=0.1875)
    """
    groups: defaultdict[float, list[bool]] = defaultdict(list)
    for confidence, outcome in zip(confidences, outcomes, strict=True):
        groups[confidence].append(outcome)
    n, base = len(outcomes), sum(outcomes) / len(outcomes)
    rates = [(confidence, len(group), sum(group) / len(group)) for confidence, group in groups.items()]
    return BrierScore(
        value=math.fsum((c - o) ** 2 for c, o in zip(confidences, outcomes, strict=True)) / n,
        reliability=math.fsum(many * (confidence - rate) ** 2 for confidence, many, rate in rates) / n,
        resolution=math.fsum(many * (rate - base) ** 2 for _, many, rate in rates) / n,
        uncertainty=base * (1 - base),
    )
