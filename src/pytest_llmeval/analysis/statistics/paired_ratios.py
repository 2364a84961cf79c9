"""Paired test and interval of a ratio of sums, such as failed calls by calls, of which an entry may have several."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import NamedTuple

from pytest_llmeval.analysis.statistics.estimates import CONFIDENCE, Interval, difference_interval, wilson_interval
from pytest_llmeval.analysis.statistics.resampling import MOST_STEPS, MOST_TIMES

Sums = tuple[int, int]
"""Of what is counted, and of what it is counted among."""


class PairedParts(NamedTuple):
    """What one entry adds to the sums of both runs; all its samples together."""

    base_part: int
    base_whole: int
    new_part: int
    new_whole: int


def swap_test(entries: Sequence[PairedParts], *, draws: int = 10_000, seed: int = 0) -> float:
    """Return the two-sided p-value of the paired permutation test that both runs have the same ratio.

    Fisher, R. A. (1935), The Design of Experiments, chapter 3: what an entry adds to the one run might as well have
    been added to the other. A swap that leaves a run with nothing to count among counts as one that differs as much.
    Drawn p-values as of Phipson, B. and Smyth, G. K. (2010), Statistical Applications in Genetics and Molecular
    Biology 9, 39.

    Args:
        entries: Their sums are above 0 in both runs.
        draws: How many random swaps stand for all, where those are too many to go through.
        seed: For the draws; the same numbers give the same p-value.

    Example:
        >>> swap_test([PairedParts(0, 1, 1, 1)] * 6), swap_test([PairedParts(1, 2, 1, 2)])
        (0.03125, 1.0)
    """
    steps = Counter(step for one in entries if (step := _step(one)) != (0, 0))
    if not steps:
        return 1.0
    part = sum(one.base_part + one.new_part for one in entries)
    whole = sum(one.base_whole + one.new_whole for one in entries)
    seen = (
        sum(one.new_part - one.base_part for one in entries),
        sum(one.new_whole - one.base_whole for one in entries),
    )
    as_far = _as_far_as(seen, part, whole)
    exact = _distribution(steps)
    if exact is not None:
        return min(1.0, math.fsum(chance for moved, chance in exact.items() if as_far(moved)))
    random = Random(seed)  # noqa: S311  statistics, not secrets
    hits = sum(as_far(_drawn(steps, random)) for _ in range(draws))
    return (hits + 1) / (draws + 1)


def _step(one: PairedParts) -> Sums:
    """Return by how much a swap moves the sums, in the one of both directions that stands for both."""
    moved = (one.new_part - one.base_part, one.new_whole - one.base_whole)
    return max(moved, (-moved[0], -moved[1]))


def _as_far_as(seen: Sums, part: int, whole: int) -> Callable[[Sums], bool]:
    """Return what tells whether the ratios differ as much as was seen; in whole numbers, so that equal ones are equal.

    With sums that differ by (p, w), the ratios differ by 2 (p whole - w part) / (whole² - w²).
    """
    far, of = abs(seen[0] * whole - seen[1] * part), whole * whole - seen[1] * seen[1]

    def as_far(moved: Sums) -> bool:
        rest = whole * whole - moved[1] * moved[1]
        return rest == 0 or abs(moved[0] * whole - moved[1] * part) * of >= far * rest

    return as_far


def _distribution(steps: Mapping[Sums, int]) -> Mapping[Sums, float] | None:
    """Return the chance of every pair of differences that swapping can give; None where there are too many."""
    chances: Mapping[Sums, float] = {(0, 0): 1.0}
    for (part, whole), times in steps.items():
        if times > MOST_TIMES or len(chances) * (times + 1) > MOST_STEPS:
            return None
        merged: defaultdict[Sums, float] = defaultdict(float)
        for kept in range(times + 1):
            net, weight = 2 * kept - times, math.comb(times, kept) / (1 << times)
            for (so_far, among), chance in chances.items():
                merged[so_far + net * part, among + net * whole] += chance * weight
        chances = merged
    return chances


def _drawn(steps: Mapping[Sums, int], random: Random) -> Sums:
    parts = wholes = 0
    for (part, whole), times in steps.items():
        net = 2 * random.getrandbits(times).bit_count() - times
        parts, wholes = parts + net * part, wholes + net * whole
    return parts, wholes


def ratio_difference_interval(entries: Sequence[PairedParts], confidence: float = CONFIDENCE) -> Interval:
    """Return the interval of the difference of two paired ratios of parts to wholes, new less base.

    Newcombe's interval of a paired difference (1998, Statistics in Medicine 17, 2635-2650, method 10), with Wilson's
    intervals made for as many trials as the calls are worth: those of one entry tell less than those of several (the
    design effect of Kish, L. (1965), Survey Sampling, by the linearized variance of a ratio; the effective sample size
    in Wilson's formula as of Korn, E. L. and Graubard, B. I. (1998), Survey Methodology 24, 193-201). Where each entry
    adds one to both wholes it is `newcombe_paired_interval`.

    Args:
        entries: Their wholes sum up to at least 1 in both runs; no part is larger than its whole.
        confidence: Between 0 and 1, both excluded.

    Returns:
        Bounds from -1 to 1.

    Example:
        >>> low, high = ratio_difference_interval([PairedParts(1, 3, 0, 2)] * 9 + [PairedParts(1, 1, 0, 1)])
        >>> f"{low:.3f} to {high:.3f}"
        '-0.542 to -0.132'
    """
    base = _Ratio([(one.base_part, one.base_whole) for one in entries])
    new = _Ratio([(one.new_part, one.new_whole) for one in entries])
    return difference_interval(
        new.value,
        new.interval(confidence),
        base.value,
        base.interval(confidence),
        correlation=_corrected_correlation(base, new),
    )


class _Ratio:
    def __init__(self, entries: Sequence[Sums]) -> None:
        part, self.whole = (sum(column) for column in zip(*entries, strict=True))
        self.value = part / self.whole
        self.residuals = [part - self.value * whole for part, whole in entries]
        """What each entry has more than its share."""
        self.squares = math.fsum(one * one for one in self.residuals)

    def interval(self, confidence: float) -> Interval:
        binomial = self.whole * self.value * (1 - self.value)
        effect = max(1.0, self.squares / binomial) if binomial else 1.0
        worth = max(1.0, self.whole / effect)
        return wilson_interval(self.value * worth, worth, confidence)


def _corrected_correlation(base: _Ratio, new: _Ratio) -> float:
    """Return Newcombe's correlation of both ratios: a positive one is lessened by half a trial."""
    together = math.fsum(one * other for one, other in zip(base.residuals, new.residuals, strict=True))
    if together > 0:
        together = max(together - 0.5, 0.0)
    spread = math.sqrt(base.squares * new.squares)
    return together / spread if spread else 0.0
