"""A change point: where figures in the order of time move to another level, and whether chance alone would do that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice, permutations
from random import Random
from statistics import fmean

from pytest_llmeval.analysis.statistics.estimates import are_alike

FEWEST_RUNS = 6
"""With fewer, no order of runs is rare enough to be told from chance among several figures."""
MOST_EXACT = 7
"""With so many runs all orders are gone through; beyond it some are drawn."""


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """Where the level changes most."""

    place: int
    """Of the first figure after it, from 1."""
    before: float
    """Mean of the figures before it."""
    after: float
    p: float
    """How often a random order of the same figures moves as far away from its mean."""

    @property
    def direction(self) -> str:
        """Return ``lower`` or ``higher``."""
        return "lower" if self.after < self.before else "higher"


def change_point(values: Sequence[float], *, draws: int = 2_000, seed: int = 0) -> ChangePoint | None:
    """Find the change point of figures in the order of time, and test it.

    The sum of what figures are above their mean moves away from 0 and back where there is a change, in one step or in
    many small ones. The change point is where it is farthest: Page, E. S. (1955), A test for a change in a parameter
    occurring at an unknown point, Biometrika 42, 523-527. Its mean square is held against that of the same figures in
    other orders: Buckley, M. J. (1991), Detecting a smooth signal: optimality of cusum based procedures, Biometrika 78,
    253-262. Drawn p-values as of Phipson, B. and Smyth, G. K. (2010).

    Args:
        values: One per run. They need not be normal, nor measured alike, only as good in one order as in another.
        draws: How many random orders stand for all, where those are too many to go through.
        seed: For the draws; the same figures give the same p-value.

    Returns:
        None with fewer than `FEWEST_RUNS` figures, and where all are the same.

    Example:
        >>> found = change_point([5, 5, 6, 5, 9, 9, 8])
        >>> found.place, found.direction, round(found.p, 3)
        (4, 'higher', 0.043)
    """
    if len(values) < FEWEST_RUNS or are_alike(values):
        return None
    centre = fmean(values)
    offsets = [value - centre for value in values]
    sums = list(_sums(offsets))
    place = max(range(len(sums)), key=lambda at: abs(sums[at])) + 1
    reach = _squares(offsets) * (1 - 1e-9)  # sums that should be equal may differ by their rounding
    if len(values) <= MOST_EXACT:
        p = fmean(_squares(order) >= reach for order in permutations(offsets))
    else:
        p = (sum(_squares(order) >= reach for order in _drawn(offsets, draws, seed)) + 1) / (draws + 1)
    return ChangePoint(place, fmean(values[:place]), fmean(values[place:]), p)


def _sums(offsets: Sequence[float]) -> Iterator[float]:
    """Yield the sum so far after each but the last, where it is 0."""
    return islice(accumulate(offsets), len(offsets) - 1)


def _squares(offsets: Sequence[float]) -> float:
    return sum(total * total for total in accumulate(offsets))


def _drawn(offsets: list[float], draws: int, seed: int) -> Iterator[list[float]]:
    random, order = Random(seed), list(offsets)  # noqa: S311  statistics, not secrets
    for _ in range(draws):
        random.shuffle(order)
        yield order
