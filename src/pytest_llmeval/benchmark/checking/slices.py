"""Slices with too few entries to say much about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.entry import Entry

SHOWN = 8


def thin(entries: Sequence[Entry], least: int) -> Iterator[Finding]:
    """Find categories, tags and difficulties with fewer entries than that, one finding for each kind.

    Thirty is where the 95 % interval of a rate near one half is 35 points wide; below that a slice's rate says little.
    """
    kinds = {
        "category": Counter(entry.category for entry in entries if entry.category),
        "tag": Counter(tag for entry in entries for tag in set(entry.tags)),
        "difficulty": Counter(entry.difficulty for entry in entries if entry.difficulty),
    }
    for kind, counts in kinds.items():
        few = sorted((count, name) for name, count in counts.items() if count < least)
        if few:
            told = ", ".join(f"{name} {count}" for count, name in few[:SHOWN])
            more = f" and {len(few) - SHOWN} more" if len(few) > SHOWN else ""
            text = f"{kind}: {len(few)} of {len(counts)} have fewer than {least} entries: {told}{more}"
            yield Finding("thin slices", "warning", (), text)
