"""Selective answering: what would be right if only the surest answers were given."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_llmeval.analysis.statistics.discrimination import tied
from pytest_llmeval.analysis.statistics.estimates import Proportion


@dataclass(frozen=True, slots=True)
class Selected:
    """The answers that are at least so sure."""

    threshold: float
    answered: Proportion
    """Of all answers: the coverage."""
    wrong: Proportion
    """Of those answered: the risk."""


def risk_coverage(confidences: Sequence[float], outcomes: Sequence[bool]) -> list[Selected]:
    """Return the risk-coverage curve: a point for each confidence as threshold, the surest first.

    El-Yaniv, R. and Wiener, Y. (2010), On the foundations of noise-free selective classification, Journal of Machine
    Learning Research 11, 1605-1641.

    Args:
        confidences: In any unit.
        outcomes: Whether each answer is right.
    """
    found, right, wrong = [], 0, 0
    for group in tied(confidences, outcomes):
        right, wrong = right + int(group.right), wrong + int(group.wrong)
        n = right + wrong
        found.append(Selected(group.confidence, Proportion(n, len(outcomes)), Proportion(wrong, n)))
    return found


def aurc(confidences: Sequence[float], outcomes: Sequence[bool]) -> float:
    """Return the area under the risk-coverage curve: the mean risk when 1, 2, ... all answers are given, surest first.

    Geifman, Y., Uziel, G. and El-Yaniv, R. (2019), Bias-reduced uncertainty estimation for deep neural classifiers,
    ICLR. Equally sure answers come in any order with the same chance, and the mean over the orders is taken.

    Args:
        confidences: In any unit, at least one.
        outcomes: Whether each answer is right.

    Example:
        >>> aurc([0.9, 0.5], [True, False]), aurc([0.5, 0.9], [True, False]), aurc([0.5, 0.5], [True, False])
        (0.25, 0.75, 0.5)
    """
    return math.fsum(_risks(confidences, outcomes)) / len(outcomes)


def accuracy_at(confidences: Sequence[float], outcomes: Sequence[bool], coverage: float) -> float:
    """Return the share of right answers among the surest ones, so many that the coverage is reached.

    Args:
        confidences: In any unit, at least one.
        outcomes: Whether each answer is right.
        coverage: Above 0, up to 1. Of equally sure answers at the edge, as many count as are needed, by their share of
            right ones.
    """
    needed = max(1, math.ceil(round(coverage * len(outcomes), 9)))
    return 1 - list(_risks(confidences, outcomes))[needed - 1]


def _risks(confidences: Sequence[float], outcomes: Sequence[bool]) -> Iterator[float]:
    """Yield the expected risk of the 1, 2, ... surest answers."""
    n, wrong = 0, 0.0
    for group in tied(confidences, outcomes):
        many = int(group.right + group.wrong)
        for taken in range(1, many + 1):
            yield (wrong + taken * group.wrong / many) / (n + taken)
        n, wrong = n + many, wrong + group.wrong
