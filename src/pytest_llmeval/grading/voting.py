"""Votes: which of several answers most have given, and how far they are apart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Hashable, Sequence


def leader(said: Sequence[Hashable | None]) -> int | None:
    """Return the place of the answer that was given most often; of answers that tie, of the one given first.

    Args:
        said: Equal values are one answer; None is none.

    Returns:
        None where nobody gave one.

    Example:
        >>> leader(["Rome", None, "Paris", "Paris"])
        2
    """
    times = Counter(one for one in said if one is not None)
    return said.index(times.most_common(1)[0][0]) if times else None  # equal counts stand in order of first appearance


def entropy(times: Collection[int]) -> float:
    """Return the entropy of a vote in bits (Shannon): 0 where all say the same, the logarithm of their number at most.

    Args:
        times: How often each answer was given, each at least 1; at least one.

    Example:
        >>> entropy([2, 2]), entropy([4])
        (1.0, 0.0)
    """
    whole = sum(times)
    return abs(-math.fsum(count / whole * math.log2(count / whole) for count in times))
