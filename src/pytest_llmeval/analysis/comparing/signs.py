"""The sign test of what changed between the trials of two runs, samples of an entry taken as one."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

from pytest_llmeval.analysis.comparing.pairing import EntryKey
from pytest_llmeval.analysis.statistics.paired import mcnemar


def sign_test_by_entry(changes: Iterable[tuple[EntryKey, float]]) -> float:
    """Return the two-sided p-value of as many entries going up as down, each by the sum of its samples.

    Args:
        changes: Of pairs, new less base, each with its entry; those of 0 may be left out.

    Example:
        >>> three = [(("q1", 0), 1.0)] * 3
        >>> sign_test_by_entry([*three, (("q2", 0), 2.0)]), sign_test_by_entry(three)
        (0.5, 1.0)
    """
    found: defaultdict[EntryKey, list[float]] = defaultdict(list)
    for entry, change in changes:
        if change:
            found[entry].append(change)
    sums = [samples[0] if len(samples) == 1 else _total(samples) for samples in found.values()]
    return mcnemar(sum(one > 0 for one in sums), sum(one < 0 for one in sums))


def _total(changes: list[float]) -> float:
    """Add up, rounding left out: 0.1 and 0.2 more and 0.3 less is no change."""
    total = math.fsum(changes)
    return total if abs(total) > 1e-9 * math.fsum(map(abs, changes)) else 0.0
