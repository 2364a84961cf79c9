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
    both = successes + others
    ways = [math.comb(n, k) * math.comb(m, both - k) for k in range(max(0, both - m), min(n, both) + 1)]
    seen = math.comb(n, successes) * math.comb(m, others)
    return min(1.0, sum(one for one in ways if one <= seen * _TIE) / math.comb(n + m, both))
