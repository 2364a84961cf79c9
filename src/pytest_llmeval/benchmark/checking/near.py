"""Near duplicates: all pairs of texts that share most of their runs of words, without comparing all pairs."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Return how much of two sets is common to both, from 0 to 1; 0 for two empty ones."""
    union = len(one | other)
    return len(one & other) / union if union else 0.0


def similar_pairs(sets: Sequence[frozenset[str]], least: float) -> Iterator[tuple[int, int, float]]:
    """Yield every pair of sets whose Jaccard similarity is at least so much, with it; exactly, and each pair once.

    With the elements ordered by rarity, two sets can only be that similar if they share one among the first few of
    each, so only those are looked up: Bayardo, R. J., Ma, Y. and Srikant, R. (2007), Scaling up all pairs similarity
    search, Proceedings of WWW 2007.

    Args:
        sets: Empty ones are similar to none.
        least: Above 0, up to 1.

    Yields:
        Two positions, the smaller first, and the similarity.
    """
    common = Counter(element for one in sets for element in one)
    seen: defaultdict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(sets):
        # Of the n elements at least ceil(least * n) are shared, so a shared one is among the other n - that + 1.
        head = len(one) - math.ceil(least * len(one) - 1e-9) + 1
        rarest = sorted(one, key=lambda element: (common[element], element))[:head]
        candidates = {other for element in rarest for other in seen[element]}
        for other in sorted(candidates):
            alike = jaccard(one, sets[other])
            if alike >= least:
                yield other, place, alike
        for element in rarest:
            seen[element].append(place)
