"""Clusters: what hangs together by pairs, each known by its first member."""

from __future__ import annotations

from collections import defaultdict


class Clusters:
    """Positions from 0, each by itself at first; grows together pair by pair.

    Disjoint sets with path halving: Tarjan, R. E. and van Leeuwen, J. (1984), Worst-case analysis of set union
    algorithms, Journal of the ACM 31. That of scipy wants all pairs before it begins, and half a second to be imported.

    Example:
        >>> clusters = Clusters(5)
        >>> clusters.unite(3, 4), clusters.unite(1, 4), clusters.first(3), clusters.several()
        (None, None, 1, [(1, 3, 4)])
    """

    def __init__(self, size: int) -> None:
        self._before = list(range(size))

    def first(self, place: int) -> int:
        """Return the first member of a position's cluster."""
        before = self._before
        while before[place] != place:
            before[place] = before[before[place]]
            place = before[place]
        return place

    def unite(self, one: int, other: int) -> None:
        """Make the clusters of two positions one."""
        first, second = sorted((self.first(one), self.first(other)))
        self._before[second] = first

    def several(self) -> list[tuple[int, ...]]:
        """Return the clusters of more than one, each in order, and themselves in the order of their first members."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        for place in range(len(self._before)):
            found[self.first(place)].append(place)
        return [tuple(members) for members in found.values() if len(members) > 1]
