"""Running a part of a benchmark: a sample of its entries, or one of several shards.

Both go by a hash of the entry's id, not by its place in the file, so that an entry's lot stays the same when others
come or go, on every machine and in every process.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.fingerprint import LENGTH, fingerprint

LOTS = 16**LENGTH
"""How many lots there are to draw; each is a whole number below."""

_COUNT = re.compile(r"[0-9]{1,12}")
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)%")
_SHARD = re.compile(r"([0-9]{1,6})/([0-9]{1,6})")


@dataclass(frozen=True, slots=True)
class Sample:
    """How much of a benchmark is run: so many entries, or a share of them; one of the two is None."""

    count: int | None = None
    """At least 1."""
    share: float | None = None
    """Above 0, at most 1."""

    @classmethod
    def parse(cls, text: str) -> Sample:
        """Read what ``--llm-sample`` was given.

        Raises:
            ConfigurationError: For anything but a count of at least 1 or a percentage above 0.

        Example:
            >>> Sample.parse("50"), Sample.parse("2.5%")
            (Sample(count=50, share=None), Sample(count=None, share=0.025))
        """
        if _COUNT.fullmatch(text) and int(text):
            return cls(count=int(text))
        percent = _PERCENT.fullmatch(text)
        if percent and 0 < float(percent[1]) <= 100:
            return cls(share=float(percent[1]) / 100)
        raise ConfigurationError(
            f"--llm-sample must be a count of at least 1, such as 50, or a share above 0% and up to 100%, got {text!r}"
        )


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several parts of a benchmark that are run apart from each other."""

    index: int
    """From 1 to ``count``."""
    count: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read what ``--llm-shard`` was given.

        Raises:
            ConfigurationError: For anything but the number of a shard, a slash and how many there are.

        Example:
            >>> Shard.parse("2/5")
            Shard(index=2, count=5)
        """
        found = _SHARD.fullmatch(text)
        if found and 1 <= int(found[1]) <= int(found[2]):
            return cls(int(found[1]), int(found[2]))
        raise ConfigurationError(f"--llm-shard must be such as 2/5, the second of five (1/5 to 5/5), got {text!r}")


def in_shard(entry_id: str, shard: Shard) -> bool:
    """Tell whether an entry belongs to a shard; it belongs to exactly one of them."""
    return _lot("shard", entry_id) % shard.count == shard.index - 1


def choose_sample(entries: Iterable[Entry], sample: Sample, seed: int = 0) -> tuple[Entry, ...]:
    """Choose entries at random, the same ones every time, from each category.

    A share keeps every entry whose lot lies below it, so that of a file that has grown the same old entries are chosen;
    of a category without such an entry the one with the lowest lot stands in, until another has a lower one. A count
    is divided among the categories in proportion to their sizes, and takes the lowest lots of each.

    Args:
        entries: With ids of their own, in the order of the file.
        sample: How much of them; more than there are means all.
        seed: Another one chooses others.

    Returns:
        The chosen, in the order of the file.
    """
    known = tuple(entries)
    categories: defaultdict[str | None, list[Entry]] = defaultdict(list)
    for entry in known:
        categories[entry.category].append(entry)
    lots = {entry.id: _lot("sample", seed, entry.id) for entry in known}
    quotas = _quotas({name: len(found) for name, found in categories.items()}, sample.count, seed)
    chosen: set[str] = set()
    for name, found in categories.items():
        drawn = sorted((entry.id for entry in found), key=lots.__getitem__)
        chosen.update(drawn[: quotas[name]] if sample.share is None else _below(drawn, lots, sample.share))
    return tuple(entry for entry in known if entry.id in chosen)


def _below(drawn: Sequence[str], lots: Mapping[str, int], share: float) -> Sequence[str]:
    return [one for one in drawn if lots[one] < share * LOTS] or drawn[:1]


def _quotas(sizes: Mapping[str | None, int], count: int | None, seed: int) -> Mapping[str | None, int]:
    """Divide a count by the largest remainder; of equal remainders the seed prefers one, not the alphabet."""
    total = sum(sizes.values())
    wanted = min(total if count is None else count, total)
    quotas = {name: wanted * size // total for name, size in sizes.items()}
    remainders = sorted(sizes, key=lambda name: (-(wanted * sizes[name] % total), _lot("category", seed, name)))
    for name in remainders[: wanted - sum(quotas.values())]:
        quotas[name] += 1
    return quotas


def _lot(*what: object) -> int:
    # What the lot is for is hashed as well, or a shard of a sample would be lopsided.
    return int(fingerprint(what), 16)
