"""Values that a benchmark's manifest does not allow: a slice that nobody meant is in no figure that anybody reads."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from pytest_llmeval.benchmark.checking.coverage import values_of
from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.safe_text import named, one_line


def unknown_values(entries: Sequence[Entry], vocabulary: Mapping[str, Collection[str]]) -> Iterator[Finding]:
    """Find values of fields that are none of those allowed, one finding for each value.

    Args:
        entries: In the order of the file.
        vocabulary: Field to the values that it may have; other fields may have any.
    """
    for field, allowed in vocabulary.items():
        having: dict[str, list[str]] = {}
        for entry in entries:
            for value in values_of(entry, field):
                if value not in allowed:
                    having.setdefault(value, []).append(entry.id)
        for value, ids in having.items():
            told = f"{one_line(field)} {one_line(value)!r} is not in the manifest's vocabulary{_meant(value, allowed)}"
            yield Finding("unknown values", "error", tuple(ids), told)


def _meant(value: str, allowed: Collection[str]) -> str:
    if not allowed:
        return ", which allows none"
    from rapidfuzz import process  # takes a moment to import, and is needed only where a value is unknown
    from rapidfuzz.distance import OSA

    near = process.extractOne(value, allowed, scorer=OSA.normalized_similarity, score_cutoff=0.6)
    return f"; did you mean {one_line(near[0])!r}?" if near else f" ({named([one_line(one) for one in allowed])})"
