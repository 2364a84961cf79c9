"""Discrimination: are right answers surer than wrong ones, whatever the numbers say."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from random import Random
from statistics import NormalDist, stdev

from pytest_llmeval.analysis.statistics.estimates import CONFIDENCE, Interval, percentile

_MOST_DRAWN = 500_000
"""Answers drawn over all resamples; larger sets are resampled less often, and are steadier by themselves."""
_ENOUGH_FOR_PERCENTILES = 400
"""With fewer resamples only their spread is steady enough, and the interval is the normal one."""


@dataclass(frozen=True, slots=True)
class Tied:
    """The answers of one confidence."""

    confidence: float
    right: float
    wrong: float


def tied(confidences: Sequence[float], outcomes: Sequence[bool]) -> list[Tied]:
    """Group answers by their confidence, the surest first."""
    ordered = sorted(zip(confidences, outcomes, strict=True), key=lambda one: -one[0])
    return [_tied(confidence, [right for _, right in group]) for confidence, group in groupby(ordered, lambda o: o[0])]


def _tied(confidence: float, outcomes: Sequence[bool]) -> Tied:
    right = sum(outcomes)
    return Tied(confidence, right, len(outcomes) - right)


def auroc(confidences: Sequence[float], outcomes: Sequence[bool]) -> float | None:
    """Return the chance that a right answer is surer than a wrong one, a tie counting half.

    The area under the ROC curve, which is the Mann-Whitney statistic as a share of all pairs. Hanley, J. A. and McNeil,
    B. J. (1982), The meaning and use of the area under a receiver operating characteristic curve, Radiology 143, 29-36.

    Args:
        confidences: In any unit.
        outcomes: Whether each answer is right.

    Returns:
        From 0 to 1, 0.5 for a confidence that tells nothing; None where all answers are right, or none.

    Example:
        >>> auroc([0.9, 0.8, 0.8, 0.2], [True, True, False, False])
        0.875
    """
    return _area(tied(confidences, outcomes))


def _area(groups: Sequence[Tied]) -> float | None:
    won, surer = 0.0, 0.0
    for group in groups:
        won += group.wrong * (surer + group.right / 2)
        surer += group.right
    pairs = surer * sum(group.wrong for group in groups)
    return won / pairs if pairs else None


def auroc_interval(
    confidences: Sequence[float], outcomes: Sequence[bool], entries: Sequence[str], *, seed: int = 0
) -> Interval | None:
    """Return the 95 % bootstrap interval of the AUROC, whole entries being drawn.

    It is the percentile interval; with very many answers, of which few resamples are drawn, the normal one.

    Args:
        confidences: In any unit.
        outcomes: Whether each answer is right.
        entries: Whose answer each is; samples of one entry do not count as independent.
        seed: The same answers give the same interval.

    Returns:
        The bounds; None where the AUROC is undefined. Draws in which it is are passed over.
    """
    area = auroc(confidences, outcomes)
    if area is None:
        return None
    names, random = list(dict.fromkeys(entries)), Random(seed)  # noqa: S311  statistics, not secrets
    order = sorted(range(len(entries)), key=lambda place: -confidences[place])
    answers = [(confidences[place], outcomes[place], entries[place]) for place in order]
    draws = max(50, min(1000, _MOST_DRAWN // len(answers)))
    drawn = (_area(list(_weighed(answers, Counter(random.choices(names, k=len(names)))))) for _ in range(draws))
    found = sorted(one for one in drawn if one is not None)
    if draws < _ENOUGH_FOR_PERCENTILES:
        half = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * stdev(found)
        return Interval(max(0.0, area - half), min(1.0, area + half))
    outside = 50 * (1 - CONFIDENCE)
    return Interval(percentile(found, outside), percentile(found, 100 - outside))


def _weighed(answers: Sequence[tuple[float, bool, str]], times: Mapping[str, int]) -> Iterator[Tied]:
    for confidence, group in groupby(answers, lambda one: one[0]):
        members = [(right, times.get(entry, 0)) for _, right, entry in group]
        right = sum(many for is_right, many in members if is_right)
        yield Tied(confidence, right, sum(many for _, many in members) - right)


def average_precision(confidences: Sequence[float], outcomes: Sequence[bool]) -> float | None:
    """Return ``sum((recall_i - recall_{i-1}) * precision_i)`` over the confidences as thresholds, from the surest down.

    Args:
        confidences: In any unit.
        outcomes: Whether each answer is right.

    Returns:
        From 0 to 1; the share of right answers for a confidence that tells nothing; None where no answer is right.
    """
    total = sum(outcomes)
    if not total:
        return None
    right, n, area = 0.0, 0.0, 0.0
    for group in tied(confidences, outcomes):
        right, n = right + group.right, n + group.right + group.wrong
        area += group.right / total * right / n
    return area


def kendall_tau(confidences: Sequence[float], outcomes: Sequence[bool]) -> float | None:
    """Return Kendall's tau-b of confidence and rightness.

    Kendall, M. G. (1945), The treatment of ties in ranking problems, Biometrika 33, 239-251. With an outcome of two
    values its numerator is ``(2 AUROC - 1)`` times the pairs of a right and a wrong answer.

    Returns:
        From -1 to 1; None where all answers are right or none, or all are equally sure.
    """
    groups = tied(confidences, outcomes)
    area, right = _area(groups), sum(outcomes)
    n = len(outcomes)
    apart = math.comb(n, 2) - sum(math.comb(int(group.right + group.wrong), 2) for group in groups)
    if area is None or not apart:
        return None
    return (2 * area - 1) * math.sqrt(right * (n - right) / apart)
