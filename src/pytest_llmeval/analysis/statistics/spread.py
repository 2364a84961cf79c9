"""How a column of numbers is spread over trials: mean with its interval, percentiles, and a small histogram."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean

from pytest_llmeval.analysis.statistics.estimates import Interval, means_by_entry, percentile
from pytest_llmeval.analysis.statistics.resampling import paired_bootstrap_interval

BINS = 8
_MOST_DRAWN = 1_000_000
"""Entries drawn over all resamples; larger sets are resampled less often, and are steadier by themselves."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A column of at least one number."""

    n: int
    mean: float
    interval: Interval
    """Of the mean, 95 %, entries being what is drawn."""
    low: float
    p5: float
    p25: float
    p50: float
    p75: float
    p95: float
    high: float
    bins: tuple[int, ...]
    """How many lie in each of `BINS` equal parts of the range."""
    two_valued: bool
    """Whether every number is 0 or 1, of which the mean says all."""


@dataclass(slots=True)
class Column:
    """Numbers of trials, each with the entry it belongs to; fed number by number."""

    values: array[float] = field(default_factory=lambda: array("d"))
    entries: list[str] = field(default_factory=list)

    def add(self, value: float | None, entry: str) -> None:
        """Take in one more number, unless it is unknown."""
        if value is not None:
            self.values.append(value)
            self.entries.append(entry)

    def extremes(self, *, lowest: bool = False, most: int = 3) -> tuple[tuple[str, float], ...]:
        """Return the entries of the highest numbers, or of the lowest, each with its number; an entry once.

        Args:
            lowest: Whether the low ones are wanted.
            most: How many entries.
        """
        far: dict[str, float] = {}
        for value, entry in sorted(zip(self.values, self.entries, strict=True), reverse=not lowest):
            far.setdefault(entry, value)
            if len(far) == most:
                break
        return tuple(far.items())

    def spread(self, *, seed: int = 0) -> Spread | None:
        """Return how the numbers are spread; None where there are none."""
        if not self.values:
            return None
        ordered = sorted(self.values)
        means = means_by_entry(self.entries, self.values)
        interval = paired_bootstrap_interval(means, draws=max(200, min(2000, _MOST_DRAWN // len(means))), seed=seed)
        p5, p25, p50, p75, p95 = (percentile(ordered, percent) for percent in (5, 25, 50, 75, 95))
        cuts = (ordered[0], p5, p25, p50, p75, p95, ordered[-1])
        return Spread(len(ordered), fmean(ordered), interval, *cuts, _histogram(ordered), {*ordered} <= {0.0, 1.0})


def _histogram(ordered: Sequence[float]) -> tuple[int, ...]:
    low, width = ordered[0], ordered[-1] - ordered[0]
    if not width:
        return (len(ordered), *[0] * (BINS - 1))
    found = Counter([int((value - low) / width * BINS) for value in ordered])
    found[BINS - 1] += found.pop(BINS, 0)  # the highest number belongs to the last part
    return tuple(found[at] for at in range(BINS))
