"""Fisher's exact test: two shares that are not of the same questions."""

from __future__ import annotations

import math

_TIE = 1 + 1e-9
"""Tables as likely as the one seen count with those that are less likely, whatever rounding makes of them."""


def fisher_exact(successes: int, n: int, others: int, m: int) -> float:
    """Return the two-sided p-value of two shares: the chance of all tables that are no more likely than this one.

    Fisher, R. A. (1935), The logic of inductive inference, Journal of the Royal Statistical Society 98, 39-82.

    Args:
        successes: From 0 to n.
        n: Trials of the first, at least 1.
        others: Successes of the second, from 0 to m.
        m: Trials of the second, at least 1.

    Raises:
        ValueError: For numbers out of range.

    Example:
        >>> f"{fisher_exact(1, 8, 7, 8):.4f}"
        '0.0101'
    """
    if not (0 <= successes <= n and 0 <= others <= m and n and m):
        raise ValueError(f"successes must lie between 0 and n, got {successes} of {n} and {others} of {m}")
    chances = _chances(n, m, successes + others)
    seen = chances[successes]
    return min(1.0, math.fsum(one for one in chances.values() if one <= seen * _TIE) / math.fsum(chances.values()))


def _chances(n: int, m: int, both: int) -> dict[int, float]:
    """Return how likely each number of successes of the first is, with the likeliest as the unit.

    Each is made of its neighbour's: the binomials of 100,000 trials have as many digits.
    """
    low, high = max(0, both - m), min(n, both)
    likeliest = min(max((n + 1) * (both + 1) // (n + m + 2), low), high)
    chances = {likeliest: 1.0}
    for k in range(likeliest, high):
        chances[k + 1] = chances[k] * ((n - k) * (both - k)) / ((k + 1) * (m - both + k + 1))
    for k in range(likeliest, low, -1):
        chances[k - 1] = chances[k] * (k * (m - both + k)) / ((n - k + 1) * (both - k + 1))
    return chances
