"""Near duplicates: all pairs of texts that share most of their runs of words, without comparing all pairs."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Return how much of two sets is common to both, from 0 to 1; 0 for two empty ones."""
    union = len(one | other)
    return len(one & other) / union if union else 0.0


def similar_pairs(
    sets: Sequence[frozenset[str]], least: float, wanted: Callable[[int, int], bool] = lambda _one, _other: True
) -> Iterator[tuple[int, int, float]]:
    """Yield every pair of sets whose Jaccard similarity is at least so much, with it; exactly, and each pair once.

    With the elements ordered by rarity, two sets can only be that similar if they share one among the first few of
    each, so only those are looked up: Bayardo, R. J., Ma, Y. and Srikant, R. (2007), Scaling up all pairs similarity
    search, Proceedings of WWW 2007. From the smallest set to the largest fewer of them need to be kept: Xiao, C.,
    Wang, W., Lin, X. and Yu, J. X. (2008), Efficient similarity joins for near duplicate detection, Proceedings of
    WWW 2008. Questions of one pattern, which share much and not enough, are then compared with few others.

    Args:
        sets: Empty ones are similar to none.
        least: Above 0, up to 1.
        wanted: Told two positions, says whether they are worth comparing; asked after every pair that was yielded.

    Yields:
        Two positions, the smaller first, and the similarity.
    """
    common = Counter(element for one in sets for element in one)
    seen: defaultdict[str, list[int]] = defaultdict(list)
    for place in sorted(range(len(sets)), key=lambda place: len(sets[place])):
        one = sets[place]
        rarest = sorted(one, key=lambda element: (common[element], element))
        # Of the n elements at least ceil(least * n) are shared, so a shared one is among the other n - that + 1.
        candidates = {other for element in rarest[: _head(len(one), least)] for other in seen[element]}
        for other in sorted(candidates):
            if wanted(other, place) and (alike := jaccard(one, sets[other])) >= least:
                yield min(other, place), max(other, place), alike
        # Those to come are as large or larger, so of the n they share at least ceil(2 * least / (1 + least) * n).
        for element in rarest[: _head(len(one), 2 * least / (1 + least))]:
            seen[element].append(place)


def _head(size: int, share: float) -> int:
    return size - math.ceil(share * size - 1e-9) + 1
