"""One of each: a benchmark without the entries that repeat another one, its lines as they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator

from pytest_llmeval.benchmark.checking.clusters import Clusters
from pytest_llmeval.benchmark.checking.corpus import ROWS
from pytest_llmeval.benchmark.checking.finding import Check, Finding
from pytest_llmeval.benchmark.checking.same_question import gold_of
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.formats import open_unpacked, read_rows, suffix_of
from pytest_llmeval.benchmark.loading import Benchmark
from pytest_llmeval.bounded import bounded_lines
from pytest_llmeval.errors import BenchmarkError, ConfigurationError

ALIKE: frozenset[Check] = frozenset({"conflicting answers", "duplicates", "near duplicates"})


def repeating(benchmark: Benchmark, findings: Iterable[Finding]) -> frozenset[str]:
    """Return the ids of entries that ask the same, or nearly so, as one that is kept.

    Of a cluster one is kept for each gold answer: which of two is right, no rule can say, and word problems of one
    pattern are many questions. It is an active one where there is one, and the first of them in the file.

    Args:
        benchmark: What was checked.
        findings: Of the check.
    """
    entries = benchmark.entries
    places = {entry.id: place for place, entry in enumerate(entries)}
    clusters = Clusters(len(entries))
    for found in findings:
        if found.check in ALIKE:
            for name in found.entries[1:]:
                clusters.unite(places[found.entries[0]], places[name])
    return frozenset(
        one.id
        for members in clusters.several()
        for alike in _by_gold([entries[place] for place in members])
        for one in sorted(alike, key=lambda entry: entry.status != "active")[1:]
    )


def _by_gold(members: Iterable[Entry]) -> list[list[Entry]]:
    """Group entries by their gold answers; those without one are with the first group."""
    groups: defaultdict[str | None, list[Entry]] = defaultdict(list)
    for entry in members:
        groups[gold_of(entry)].append(entry)
    if None in groups and len(groups) > 1:
        without = groups.pop(None)
        next(iter(groups.values())).extend(without)
    return list(groups.values())


def check_has_lines(benchmark: Benchmark) -> None:
    """Refuse a benchmark that is no file of lines.

    Raises:
        ConfigurationError: For it.
    """
    if benchmark.path is None or suffix_of(benchmark.path) not in ROWS:
        raise ConfigurationError(
            f"{benchmark.shown}: no entry of it is a line that could be left out; save it as .jsonl"
        )


def lines_without(benchmark: Benchmark, dropped: Container[str]) -> Iterator[bytes]:
    """Yield the lines of a benchmark as they stand, without those of some entries.

    Args:
        benchmark: Read from a file for which `check_has_lines` holds.
        dropped: Ids of entries to leave out.

    Raises:
        BenchmarkError: Where the file is no longer what was read.
    """
    if benchmark.path is None:
        return
    rows = list(read_rows(benchmark.path))
    if len(rows) != len(benchmark.entries):
        raise BenchmarkError([f"{benchmark.shown}: has changed while it was checked; check it again"])
    ids = {row.line: entry.id for row, entry in zip(rows, benchmark.entries, strict=True)}
    with open_unpacked(benchmark.path) as file:
        for number, line in enumerate(bounded_lines(file), start=1):
            if number not in ids or ids[number] not in dropped:
                yield line
