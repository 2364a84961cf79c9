"""Student's t distribution: the p-value of a coefficient, and how wide its interval is."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

CONFIDENCE = 0.95
_ROUNDS = 30
"""Of Newton's method; a dozen do, but for one or two degrees of freedom."""


def t_p_value(t: float, freedom: int) -> float:
    """Return the two-sided p-value: how often chance alone is as far from 0, by finite series.

    Abramowitz, M. and Stegun, I. A. (1964), Handbook of Mathematical Functions, 26.7.3 and 26.7.4. Exact to about 15
    decimals, so smaller values may come out as 0.

    Args:
        t: The coefficient in standard errors.
        freedom: Degrees of freedom, at least 1.

    Example:
        >>> round(t_p_value(2.228, 10), 4)
        0.05
    """
    angle = math.atan(abs(t) / math.sqrt(freedom))
    squared, odd = math.cos(angle) ** 2, freedom % 2
    term, total = (math.cos(angle) if odd else 1.0), 0.0
    for number in range(2 + odd, freedom + 1, 2):
        total += term
        term *= squared * (number - 1) / number
    within = math.sin(angle) * total
    return max(0.0, 1 - (2 / math.pi * (angle + within) if odd else within))


@lru_cache(maxsize=64)
def t_quantile(freedom: int, confidence: float = CONFIDENCE) -> float:
    """Return how many standard errors an interval reaches to either side.

    Args:
        freedom: Degrees of freedom, at least 1.
        confidence: Between 0 and 1, both excluded.

    Example:
        >>> round(t_quantile(10), 3)
        2.228
    """
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)
    t = NormalDist().inv_cdf((1 + confidence) / 2)
    for _ in range(_ROUNDS):  # from below, and the distribution is concave: it never goes too far
        density = 2 * scale * (1 + t * t / freedom) ** (-(freedom + 1) / 2)
        step = (t_p_value(t, freedom) - (1 - confidence)) / density
        t += step
        if abs(step) < 1e-13 * t:
            break
    return t
