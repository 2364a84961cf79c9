"""Samples as votes: whether what most of an entry's samples say is right, more often than one of them is."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from pytest_llmeval.analysis.repeats import Estimate, estimate_of_mean
from pytest_llmeval.grading.voting import entropy


@dataclass(frozen=True, slots=True)
class Vote:
    """What the samples of one entry came to."""

    single: float
    """The share of the samples that are right."""
    majority: float
    """1 where what most of them say is right, 0 where it is wrong; answers that tie share it."""
    entropy: float
    """Of the answers, in bits: 0 where all say the same, the logarithm of their number where each says another."""


def vote_of(said: Sequence[Hashable], right: Sequence[bool]) -> Vote:
    """Take the vote of an entry's samples.

    Wang, X. et al. (2023), Self-Consistency Improves Chain of Thought Reasoning in Language Models, arXiv:2203.11171.

    Args:
        said: What each sample says; equal values are one answer.
        right: Whether each is right. Where a grader differs over equal answers, they are right in part.

    Raises:
        ValueError: Where there is no sample.

    Example:
        >>> vote_of(["Paris", "Paris", "Rome"], [True, True, False])
        Vote(single=0.6666666666666666, majority=1.0, entropy=0.9182958340544896)
    """
    if not said:
        raise ValueError("there is no sample to take a vote of")
    times, n = Counter(said), len(said)
    hits: defaultdict[Hashable, int] = defaultdict(int)
    for one, is_right in zip(said, right, strict=True):
        hits[one] += is_right
    most = max(times.values())
    leading = [hits[one] / most for one, count in times.items() if count == most]
    return Vote(sum(right) / n, math.fsum(leading) / len(leading), entropy(times.values()))


@dataclass(frozen=True, slots=True)
class Votes:
    """What the samples of all entries came to, each entry counting once."""

    entries: int
    single: Estimate
    majority: Estimate
    entropy: float
    """The mean, in bits."""


def votes_of(votes: Iterable[Vote]) -> Votes | None:
    """Sum up votes; None where there is none."""
    found = list(votes)
    if not found:
        return None
    single, majority = (
        estimate_of_mean(math.fsum(values), len(found))
        for values in ([one.single for one in found], [one.majority for one in found])
    )
    return Votes(len(found), single, majority, math.fsum(one.entropy for one in found) / len(found))
