"""Win rate: how often one of two sides is better, a tie counting half."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pytest_llmeval.analysis.statistics.estimates import Interval, wilson_interval
from pytest_llmeval.analysis.statistics.paired import mcnemar_exact


@dataclass(frozen=True, slots=True)
class WinRate:
    """How often the new side wins, a tie counting half; of entries, whose samples count as one."""

    wins: int
    ties: int
    losses: int
    rate: float | None
    """From 0 to 1; None of nothing."""
    interval: Interval | None
    """95 %; Wilson's, which is too wide rather than too narrow where there are ties."""
    p_value: float
    """Of the sign test: wins against losses."""

    @property
    def n(self) -> int:
        """Return how many entries were judged."""
        return self.wins + self.ties + self.losses


def win_rate_of(outcomes: Sequence[float]) -> WinRate:
    """Return the win rate (wins + ties / 2) / n of outcomes, one of each entry.

    The interval is Wilson's score interval of that share; the p-value that of the exact two-sided sign test of wins
    against losses, which leaves ties out: Dixon, W. J. and Mood, A. M. (1946), The statistical sign test, Journal of
    the American Statistical Association 41, 557-566.

    Args:
        outcomes: 1 for a win, 1/2 for a tie, 0 for a loss; what lies between is on the side it is nearer to.

    Example:
        >>> found = win_rate_of([1, 1, 1, 0.5, 0])
        >>> found.wins, found.ties, found.losses, found.rate, found.p_value
        (3, 1, 1, 0.7, 0.625)
    """
    if not outcomes:
        return WinRate(0, 0, 0, None, None, 1.0)
    wins, losses = sum(one > 0.5 for one in outcomes), sum(one < 0.5 for one in outcomes)
    n, total = len(outcomes), math.fsum(outcomes)
    return WinRate(wins, n - wins - losses, losses, total / n, wilson_interval(total, n), mcnemar_exact(losses, wins))
