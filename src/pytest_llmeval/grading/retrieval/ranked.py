"""Measures of a ranked retrieval: precision, recall, hit, reciprocal rank, average precision, nDCG; at k or of all.

Definitions and edge cases are those of trec_eval (https://github.com/usnistgov/trec_eval).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

Same = Callable[[str, str], bool]
"""Tells whether what was retrieved (first) is what was wanted (second)."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """What was retrieved, held against what was wanted.

    Args:
        places: For each rank, best first, the wanted item that stands there, or None; none stands there twice.
        wanted: Each wanted item with its gain, above 0; at least one.

    Example:
        >>> found = Ranked((None, "a"), {"a": 1.0, "b": 1.0})
        >>> found.precision(), found.recall(), found.reciprocal_rank(), found.precision(10)
        (0.5, 0.5, 0.5, 0.1)
    """

    places: tuple[str | None, ...]
    wanted: Mapping[str, float]

    @property
    def gains(self) -> tuple[float, ...]:
        """Return the gain at each rank, 0 where nothing wanted stands."""
        return tuple(0.0 if item is None else self.wanted[item] for item in self.places)

    def missing(self, k: int | None = None) -> list[str]:
        """Return the wanted items that are not among the first k."""
        return [item for item in self.wanted if item not in self.places[:k]]

    def hits(self, k: int | None = None) -> int:
        """Return how many wanted items are among the first k."""
        return sum(item is not None for item in self.places[:k])

    def hit(self, k: int | None = None) -> float:
        """Return 1 where any wanted item is among the first k, else 0."""
        return float(self.hits(k) > 0)

    def precision(self, k: int | None = None) -> float:
        """Return the share of wanted items among the first k.

        As in trec_eval the share is of k also where fewer were retrieved; without k it is of all that were retrieved,
        and 0 of nothing.
        """
        n = len(self.places) if k is None else k
        return self.hits(k) / n if n else 0.0

    def recall(self, k: int | None = None) -> float:
        """Return the share of the wanted items that are among the first k."""
        return self.hits(k) / len(self.wanted)

    def reciprocal_rank(self, k: int | None = None) -> float:
        """Return 1 / rank of the first wanted item, 0 where none is among the first k; its mean is the MRR."""
        return next((1 / rank for rank, item in enumerate(self.places[:k], 1) if item is not None), 0.0)

    def average_precision(self, k: int | None = None) -> float:
        """Return the mean, over all wanted items, of the precision at the rank of each; 0 for those not retrieved."""
        ranks = [rank for rank, item in enumerate(self.places[:k], 1) if item is not None]
        return math.fsum(number / rank for number, rank in enumerate(ranks, 1)) / len(self.wanted)

    def ndcg(self, k: int | None = None) -> float:
        """Return the discounted cumulative gain, ``sum(gain / log2(rank + 1))``, as a share of the best possible.

        Järvelin, K. and Kekäläinen, J. (2002), Cumulated gain-based evaluation of IR techniques, ACM Transactions on
        Information Systems 20, 422-446; gains are linear and the discount begins at rank 1, as in trec_eval.
        """
        best = _dcg(sorted(self.wanted.values(), reverse=True)[:k])
        return min(1.0, _dcg(self.gains[:k]) / best)  # equal sums may differ in their last bit


def _dcg(gains: Iterable[float]) -> float:
    return math.fsum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def ranked(retrieved: Iterable[str], wanted: Mapping[str, float], same: Same = str.__eq__) -> Ranked:
    """Hold a ranking against what was wanted.

    Args:
        retrieved: Best first. A repeat is passed over: the first place of an item is its rank, and a wanted item that
            was found does not count again under another spelling.
        wanted: Item to gain, above 0.
        same: How items are told to be the same.

    Example:
        >>> ranked(["b", "b", "a"], {"a": 1.0, "c": 1.0}).places
        (None, 'a')
    """
    places: list[str | None] = []
    for item in dict.fromkeys(retrieved):
        matches = [one for one in wanted if same(item, one)]
        new = next((one for one in matches if one not in places), None)
        if new is not None or not matches:
            places.append(new)
    return Ranked(tuple(places), wanted)
