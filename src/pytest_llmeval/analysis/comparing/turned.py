"""Regression rate: of what was right before, how much is no longer; and of what was wrong, how much was mended."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pytest_llmeval.analysis.comparing.pairing import Pair
from pytest_llmeval.analysis.repeats import Estimate, estimate_of_mean


@dataclass(frozen=True, slots=True)
class Turned:
    """How many trials turned, of those that could."""

    count: int
    n: int
    """Pairs whose base was right, or wrong."""
    estimate: Estimate | None
    """The mean over entries, each counting once however many samples it has, with its interval; None without any."""


def regressed(pairs: Sequence[Pair]) -> Turned:
    """Return how many of the pairs that were right are no longer."""
    return _turned(pairs, right=True)


def mended(pairs: Sequence[Pair]) -> Turned:
    """Return how many of the pairs that were not right now are."""
    return _turned(pairs, right=False)


def _turned(pairs: Sequence[Pair], *, right: bool) -> Turned:
    could = [pair for pair in pairs if pair.base.correct is right]
    samples = Counter([pair.entry for pair in could])
    if not could:
        return Turned(0, 0, None)
    did = [pair.entry for pair in could if pair.new.correct is not right]
    total = math.fsum(times / samples[entry] for entry, times in Counter(did).items())
    return Turned(len(did), len(could), estimate_of_mean(total, len(samples)))
