"""Trend over many runs: a slope with its interval, and a control chart for the slow drift no single step shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from pytest_llmeval.analysis.statistics.estimates import CONFIDENCE, Interval, Proportion, are_alike
from pytest_llmeval.student_t import t_quantile

SLACK = 0.5
"""How many standard errors a run may be off before it adds to a sum; half the shift of 1 that is to be found soon."""
LIMIT = 4.9
"""Where a sum is called drift.

With a level known beforehand 4 is usual (NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.3). Here it is
estimated, from as few as two runs, and 4.9 holds false alarms near 5 % of steady series of 10 runs: in 40,000
simulated ones it was 5.7 % with a true rate of 70 % and 100 independent trials a run, and in 20,000 2.6 % where each
run asks the same 50 questions, of which right answers are as likely as Beta(2, 1) draws them. `FALSE_ALARMS` has
other lengths."""
FALSE_ALARMS = ((12, 8), (30, 6), (60, 4), (100, 3))
"""So many runs at most, and of how many steady series fewer than one raises an alarm.

Simulated, 30,000 series each, with independent trials, rates from 50 to 98 % and 20 to 1,000 trials a run. The most
were of 98 % and 50 trials: 11.2 % of 11 runs, 16.1 % of 29, 20.9 % of 59, 26.8 % of 100."""
FEWEST_RUNS = 3


@dataclass(frozen=True, slots=True)
class Slope:
    """A straight line through the rates, or other figures, of runs in their order."""

    per_run: float
    """Change from one run to the next; of a rate from -1 to 1."""
    interval: Interval
    """Of that change, at 95 %."""

    @property
    def is_real(self) -> bool:
        """Tell whether the interval leaves out 0."""
        return self.interval.low > 0 or self.interval.high < 0


def slope(rates: Sequence[Proportion]) -> Slope | None:
    """Fit a line to rates by least squares, each run weighing as much as it has trials.

    The standard error is that of the Cochran-Armitage test for trend, from the pooled rate: Armitage, P. (1955), Tests
    for linear trends in proportions and frequencies, Biometrics 11, 375-386. Runs that ask the same questions vary less
    than it assumes, so the interval is rather too wide than too narrow.

    Args:
        rates: In the order of time; those of nothing are left out, but keep their place.

    Returns:
        None with fewer than `FEWEST_RUNS` rates.
    """
    points = [(place, one.count, one.n) for place, one in enumerate(rates) if one.n]
    weights = [(place, one.n, one.independent) for place, one in enumerate(rates) if one.n]
    if len(points) < FEWEST_RUNS:
        return None
    trials, successes = sum(n for _, _, n in points), sum(count for _, count, _ in points)
    places = sum(place * n for place, _, n in points)
    # In whole numbers: where all runs are alike the error is 0, and rounding would be called a trend.
    squares = trials * sum(place * place * n for place, _, n in points) - places * places
    per_run = (trials * sum(place * count for place, count, _ in points) - places * successes) / squares
    pooled, spread = successes / trials, squares / trials
    # Samples of an entry may all be alike, so trials are worth fewer; of one sample each this comes to the spread.
    centre = places / trials
    worth = math.fsum((place - centre) ** 2 * n * n / of for place, n, of in weights)
    half = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * math.sqrt(pooled * (1 - pooled) * worth) / spread
    return Slope(per_run, Interval(per_run - half, per_run + half))


def line_through(values: Sequence[float | None]) -> Slope | None:
    """Fit a line to figures of runs by least squares, each run weighing the same; the interval is Student's.

    Args:
        values: In the order of time, one per run, in any unit; the slope is in that unit. Unknown ones are left out,
            but keep their place.

    Returns:
        None with fewer than `FEWEST_RUNS` figures.

    Example:
        >>> line_through([1.0, 2.0, None, 4.0]).per_run
        1.0
    """
    points = [(place, value) for place, value in enumerate(values) if value is not None]
    n = len(points)
    if n < FEWEST_RUNS:
        return None
    if are_alike([value for _, value in points]):
        return Slope(0.0, Interval(0.0, 0.0))
    middle, mean = sum(place for place, _ in points) / n, math.fsum(value for _, value in points) / n
    spread = math.fsum((place - middle) ** 2 for place, _ in points)
    per_run = math.fsum((place - middle) * (value - mean) for place, value in points) / spread
    rest = math.fsum((value - mean - per_run * (place - middle)) ** 2 for place, value in points)
    half = t_quantile(n - 2) * math.sqrt(rest / (n - 2) / spread)
    return Slope(per_run, Interval(per_run - half, per_run + half))


@dataclass(frozen=True, slots=True)
class Drift:
    """What a control chart says of runs in their order."""

    reference_runs: int
    """How many of the first runs the others are held against."""
    reference: float
    """Their pooled rate."""
    lower: tuple[float, ...]
    """For each run, the sum of what it and those before were too low, in standard errors."""
    higher: tuple[float, ...]
    """The same of what they were too high."""

    @property
    def false_alarms(self) -> int | None:
        """Return of how many steady series of so many runs fewer than one raises an alarm; None if not measured."""
        return next((one_in for runs, one_in in FALSE_ALARMS if len(self.lower) <= runs), None)

    @property
    def alarm(self) -> tuple[int, str] | None:
        """Return the place of the first run at which a sum passes `LIMIT`, and ``lower`` or ``higher``."""
        for place, sums in enumerate(zip(self.lower, self.higher, strict=True)):
            for told, passed in zip(("lower", "higher"), sums, strict=True):
                if passed > LIMIT:
                    return place, told
        return None


def cusum(rates: Sequence[Proportion]) -> Drift | None:
    """Add up how far runs are off the first third of them, so that many small steps in one direction show.

    With ``z`` the distance of a rate from the reference's in standard errors, ``S = max(0, S ± z - SLACK)``: Page, E.
    S. (1954), Continuous inspection schemes, Biometrika 41, 100-115. The reference is an estimate itself, and off in
    the same direction for every run that is held against it. So its variance is a part of that of the distance;
    without it false alarms are twice as many: Jensen, W. A. and others (2006), Effects of parameter estimation on
    control chart properties: a literature review, Journal of Quality Technology 38, 349-364. The runs that make the
    reference are not held against it, as the variances of the two add up only where they have no trial in common.

    Args:
        rates: In the order of time; those of nothing are left out, but keep their place.

    Returns:
        None with fewer than `FEWEST_RUNS` rates.
    """
    told = [one for one in rates if one.n]
    if len(told) < FEWEST_RUNS:
        return None
    first = max(2, len(told) // 3)
    count, n, worth = (sum(getattr(one, name) for one in told[:first]) for name in ("count", "n", "independent"))
    reference, held = count / n, (count + 0.5) / (n + 1)  # never 0 or 1, where no distance has a measure
    lower, higher = [0.0], [0.0]
    seen = 0
    for one in rates:
        seen += one.n > 0
        if one.n and seen > first:
            z = (one.count / one.n - reference) / math.sqrt(held * (1 - held) * (1 / one.independent + 1 / worth))
            lower.append(max(0.0, lower[-1] - z - SLACK))
            higher.append(max(0.0, higher[-1] + z - SLACK))
        else:
            lower.append(lower[-1])
            higher.append(higher[-1])
    return Drift(first, reference, tuple(lower[1:]), tuple(higher[1:]))
