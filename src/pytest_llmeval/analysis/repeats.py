"""Repeated samples: how often an entry is answered right in one, any or all of k tries, and how steadily."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from pytest_llmeval.analysis.statistics.estimates import Interval, interval_of_mean
from pytest_llmeval.runs.eval_name import eval_of
from pytest_llmeval.runs.record import Record


def pass_at_k(n: int, successes: int, k: int) -> float:
    """Estimate without bias how likely at least one of k samples is a success.

    It is 1 - C(n - c, k) / C(n, k). Chen, M. et al. (2021), Evaluating Large Language Models Trained on Code,
    arXiv:2107.03374, equation 1. Their product form keeps floats from overflowing; whole numbers, rounded once at the
    end, need no such care.

    Args:
        n: Samples that were taken.
        successes: Of these, from 0 to n.
        k: From 1 to n.

    Raises:
        ValueError: For numbers out of range.

    Example:
        >>> pass_at_k(5, 2, 1), pass_at_k(5, 2, 3)
        (0.4, 0.9)
    """
    _check(n, successes, k)
    return (math.comb(n, k) - math.comb(n - successes, k)) / math.comb(n, k)


def pass_hat_k(n: int, successes: int, k: int) -> float:
    """Estimate without bias how likely all of k samples are successes, which is written pass^k.

    It is C(c, k) / C(n, k). Yao, S. et al. (2024), τ-bench: A Benchmark for Tool-Agent-User Interaction in Real-World
    Domains, arXiv:2406.12045, section 3.

    Args:
        n: Samples that were taken.
        successes: Of these, from 0 to n.
        k: From 1 to n.

    Raises:
        ValueError: For numbers out of range.

    Example:
        >>> pass_hat_k(5, 2, 1), pass_hat_k(5, 2, 2)
        (0.4, 0.1)
    """
    _check(n, successes, k)
    return math.comb(successes, k) / math.comb(n, k)


def _check(n: int, successes: int, k: int) -> None:
    if not (0 <= successes <= n and 1 <= k <= n):
        raise ValueError(f"successes must lie between 0 and n, and k between 1 and n, got {successes} of {n}, k={k}")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over entries, each counting once, of numbers from 0 to 1."""

    value: float
    interval: Interval
    """Of 95 % or more, entries being what is drawn: Wilson's of as many trials as there are entries, for no numbers
    from 0 to 1 are spread wider than zeros and ones are."""


@dataclass(frozen=True, slots=True)
class RepeatedEntry:
    """What the samples of one entry in one test came to."""

    test: str
    """The test function, as pytest names it; empty for foreign logs."""
    question_id: str
    successes: int
    n: int
    flips: int
    """How often a sample came to the other end than the one before it."""


@dataclass(frozen=True, slots=True)
class RepeatFigures:
    """What the samples of all entries came to, over those tests in which an entry has several."""

    entries: int
    """With at least one sample that counts."""
    tests: int
    fewest: int
    """Samples of an entry; no k is higher, so that every figure is of the same entries."""
    most: int
    pass_at: Mapping[int, Estimate]
    """By k, in ascending order: 1, its doubles, and ``fewest``."""
    pass_hat: Mapping[int, Estimate]
    """By the same k."""
    flip_rate: Estimate | None
    """Of neighbouring samples of an entry, the share that differ; over the entries with several, None without any."""
    unstable: tuple[RepeatedEntry, ...]
    """Those whose samples differ, the most evenly split first."""
    unstable_entries: int
    """How many there are in all."""


class Repeats:
    """The samples of one model; fed record by record, it keeps a few bytes of each."""

    def __init__(self) -> None:
        # Test to entry to sample numbers, in ascending order, those of failures negative.
        self._tests: dict[str, dict[str, tuple[int, ...]]] = {}
        self._places: dict[str, dict[str, tuple[str, ...]]] = {}
        """Test to entry to its category, followed by its tags."""

    def add(self, record: Record, *, success: bool) -> None:
        """Take in one more record; of two with the same sample of an entry in a test, the later counts.

        Args:
            record: Of a trial that says something about the model: no error, not unscored and not skipped.
            success: Whether it was fully correct, or where nothing was graded passed.
        """
        test = eval_of(record)
        entries = self._tests.setdefault(test, {})
        if record.question_id not in entries:
            self._places.setdefault(test, {})[record.question_id] = (record.category, *record.tags)
        end = record.sample if success else -record.sample
        others = [one for one in entries.get(record.question_id, ()) if abs(one) != record.sample]
        entries[record.question_id] = tuple(sorted([*others, end], key=abs)) if others else (end,)

    def entries_by_category(self) -> Counter[str]:
        """Count the entries of each category; one that several tests ask counts once."""
        found = {(name, place[0]) for entries in self._places.values() for name, place in entries.items()}
        return Counter(category for _, category in found)

    def figures(self) -> RepeatFigures | None:
        """Return what the samples came to; None where no entry has more than one."""
        found = [one for one, _ in self._entries()]
        return _figures(found, min(one.n for one in found)) if found else None

    def by_slice(self) -> dict[tuple[str, str], RepeatFigures]:
        """Return the same of each category and tag, for the same k as the whole.

        The keys are ``category`` or ``tag``, and the name.

        It is empty where no entry has more than one sample.
        """
        entries = list(self._entries())
        parts: dict[tuple[str, str], list[RepeatedEntry]] = {}
        for one, (category, *tags) in entries:
            for name in (("category", category), *(("tag", tag) for tag in tags)):
                parts.setdefault(name, []).append(one)
        fewest = min((one.n for one, _ in entries), default=0)
        return {name: _figures(found, fewest) for name, found in sorted(parts.items())}

    def _entries(self) -> Iterator[tuple[RepeatedEntry, tuple[str, ...]]]:
        """Yield each entry, with its category and tags, of the tests in which one has several samples."""
        for test, entries in self._tests.items():
            if any(map(_several, entries.values())):
                for name, ends in entries.items():
                    yield _entry(test, name, ends), self._places[test][name]


def _figures(found: list[RepeatedEntry], fewest: int) -> RepeatFigures:
    counts = Counter((one.n, one.successes) for one in found)
    unstable = [one for one in found if 0 < one.successes < one.n]
    return RepeatFigures(
        entries=len(found),
        tests=len({one.test for one in found}),
        fewest=fewest,
        most=max(one.n for one in found),
        pass_at={k: _mean(counts, pass_at_k, k) for k in _tries(fewest)},
        pass_hat={k: _mean(counts, pass_hat_k, k) for k in _tries(fewest)},
        flip_rate=_flip_rate(found),
        unstable=tuple(sorted(unstable, key=_steadiness)),
        unstable_entries=len(unstable),
    )


def _several(ends: tuple[int, ...]) -> bool:
    return len(ends) > 1


def _entry(test: str, question_id: str, ends: tuple[int, ...]) -> RepeatedEntry:
    flips = sum((one > 0) != (other > 0) for one, other in pairwise(ends))
    return RepeatedEntry(test, question_id, sum(end > 0 for end in ends), len(ends), flips)


def _steadiness(one: RepeatedEntry) -> tuple[float, float, str, str]:
    share = one.successes / one.n
    return (-share * (1 - share), -one.flips / (one.n - 1), one.question_id, one.test)


def _tries(fewest: int) -> Iterator[int]:
    k = 1
    while k < fewest:
        yield k
        k *= 2
    yield fewest


def _mean(counts: Counter[tuple[int, int]], of_one: Callable[[int, int, int], float], k: int) -> Estimate:
    total = math.fsum(times * of_one(n, successes, k) for (n, successes), times in counts.items())
    return estimate_of_mean(total, counts.total())


def _flip_rate(found: list[RepeatedEntry]) -> Estimate | None:
    rates = [one.flips / (one.n - 1) for one in found if one.n > 1]
    return estimate_of_mean(math.fsum(rates), len(rates)) if rates else None


def estimate_of_mean(total: float, n: int) -> Estimate:
    """Make the estimate of a mean.

    Args:
        total: The sum of n numbers from 0 to 1.
        n: How many entries, at least 1.
    """
    return Estimate(total / n, interval_of_mean(total, n))
