"""Categories, tags and other slices that are most likely another one, misspelt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.safe_text import one_line

FREQUENT = 5
"""Entries of a slice whose name is most likely meant as it is written."""
SHORTEST = 4
"""Letters of a name; of a shorter one (cpp, css) one letter makes another word."""
LONG = 8
"""Letters from which on two of them may be wrong."""


def misspelt(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find names of slices that one entry has, and that are a slip or two away from one that many have.

    A slip is a letter too many, too few, another, or two that changed places; case does not count. Names that differ
    in their digits alone (level 1, level 2) are a series.
    """
    kinds: Mapping[str, Sequence[tuple[str, Entry]]] = {
        "category": [(one.category, one) for one in entries if one.category],
        "tag": [(tag, one) for one in entries for tag in dict.fromkeys(one.tags)],
        "difficulty": [(one.difficulty, one) for one in entries if one.difficulty],
        "split": [(one.split, one) for one in entries if one.split],
    }
    for kind, named in kinds.items():
        counts = Counter(name for name, _ in named)
        frequent = [name for name, count in counts.most_common() if count >= FREQUENT]
        for name, entry in named if frequent else ():
            meant = _meant(name, frequent) if counts[name] == 1 else None
            if meant is not None:
                told = f"{kind} {one_line(name)!r} is used once, {one_line(meant)!r} {counts[meant]:,} times"
                yield Finding("misspelt slices", "warning", (entry.id,), told)


def _meant(name: str, frequent: Sequence[str]) -> str | None:
    """Return the name that is most likely meant, the nearest and then the most frequent; None where there is none."""
    from rapidfuzz.distance import OSA  # takes a moment to import, and is needed only where a name is used once

    if len(name) < SHORTEST:
        return None
    most = 2 if len(name) >= LONG else 1
    told = name.casefold()
    slips = [(OSA.distance(told, one.casefold(), score_cutoff=most), one) for one in frequent if len(one) >= SHORTEST]
    near = [(count, one) for count, one in slips if count <= most and _without_digits(one) != _without_digits(name)]
    return min(near, key=lambda pair: pair[0])[1] if near else None


def _without_digits(name: str) -> str:
    return "".join("0" if one.isdigit() else one for one in name)
