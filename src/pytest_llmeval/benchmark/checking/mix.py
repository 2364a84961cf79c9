"""The mix of a benchmark: how many of its entries are of which slice, and how far two mixes lie apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pytest_llmeval.benchmark.entry import Entry

KINDS = ("category", "tag", "difficulty", "split")
"""What slices a benchmark. An entry is of one category, difficulty and split at most, and has any number of tags."""

ROUNDING = 1e-9
"""Points that two equal shares may differ by in floating point."""


@dataclass(frozen=True, slots=True)
class Mix:
    """How many entries there are of each slice, retired ones left out."""

    size: int = 0
    """Entries in all."""
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Kind of slice to the name of a slice to its entries; what occurs in none is left out."""

    def of(self, kind: str, name: str) -> int:
        """Return how many entries a slice has."""
        return self.counts.get(kind, {}).get(name, 0)

    def share(self, kind: str, name: str) -> float:
        """Return the share of a slice in all entries, from 0 to 1; tags of one entry overlap."""
        return self.of(kind, name) / self.size if self.size else 0.0


@dataclass(frozen=True, slots=True)
class Shift:
    """A slice whose share is another one than before."""

    name: str
    before: int
    after: int
    points: float
    """By how many points of 100 the share rose."""


def mix_of(entries: Iterable[Entry]) -> Mix:
    """Count the entries of each slice; retired ones are left out."""
    live = [entry for entry in entries if entry.status != "retired"]
    counts = {
        "category": Counter(entry.category for entry in live if entry.category),
        "tag": Counter(tag for entry in live for tag in dict.fromkeys(entry.tags)),
        "difficulty": Counter(entry.difficulty for entry in live if entry.difficulty),
        "split": Counter(entry.split for entry in live if entry.split),
    }
    return Mix(len(live), {kind: dict(sorted(found.items())) for kind, found in counts.items() if found})


def shifts(before: Mix, after: Mix, kind: str) -> list[Shift]:
    """Return the slices of a kind whose share changed, the biggest movement first; nothing where a mix is empty."""
    if not before.size or not after.size:
        return []
    names = sorted({*before.counts.get(kind, ()), *after.counts.get(kind, ())})
    found = [
        Shift(
            name,
            before.of(kind, name),
            after.of(kind, name),
            100 * (after.share(kind, name) - before.share(kind, name)),
        )
        for name in names
    ]
    return sorted((one for one in found if abs(one.points) > ROUNDING), key=lambda one: -abs(one.points))


def total_variation(before: Mix, after: Mix, kind: str) -> float:
    """Return how far two mixes lie apart in one kind: half the sum of the differences of all shares, from 0 to 1.

    It is the share of entries that would have to change their slice to make one mix the other. Entries without a slice
    of the kind are a slice of their own. Tags overlap, so their shares are of all tags given, and untagged entries are
    left out. Source: Levin, Peres & Wilmer, Markov Chains and Mixing Times, 2009, proposition 4.2.

    Example:
        >>> one, other = Mix(4, {"split": {"dev": 2, "test": 2}}), Mix(4, {"split": {"dev": 1, "test": 2}})
        >>> total_variation(one, other, "split")
        0.25
    """
    first, second = _distribution(before, kind), _distribution(after, kind)
    if not first or not second:
        return 0.0 if first == second else 1.0
    return sum(abs(first.get(name, 0.0) - second.get(name, 0.0)) for name in {*first, *second}) / 2


def _distribution(mix: Mix, kind: str) -> dict[str | None, float]:
    counts: dict[str | None, int] = {}
    counts.update(mix.counts.get(kind, {}).items())
    if kind != "tag":
        counts[None] = mix.size - sum(counts.values())
    whole = sum(counts.values())
    return {name: count / whole for name, count in counts.items() if count}
