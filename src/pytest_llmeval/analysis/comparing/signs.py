"""The sign test of what changed between the trials of two runs, samples of an entry taken as one."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

from pytest_llmeval.analysis.comparing.pairing import EntryKey
from pytest_llmeval.analysis.statistics.paired import mcnemar


def sign_test_by_entry(entries: Sequence[EntryKey], changes: Sequence[float]) -> float:
    """Return the two-sided p-value of as many entries going up as down, each by the sum of its samples.

    Args:
        entries: Whose each change is.
        changes: Of pairs, new less base; those of 0 may be left out.

    Example:
        >>> one, other = ("q1", 0), ("q2", 0)
        >>> sign_test_by_entry([one, one, other], [1.0, 1.0, 2.0]), sign_test_by_entry([one] * 3, [1.0] * 3)
        (0.5, 1.0)
    """
    if len(set(entries)) == len(entries):
        totals = changes  # one sample each is the rule
    else:
        found: defaultdict[EntryKey, list[float]] = defaultdict(list)
        for entry, change in zip(entries, changes, strict=True):
            found[entry].append(change)
        totals = [_total(samples) for samples in found.values()]
    return mcnemar(sum([one > 0 for one in totals]), sum([one < 0 for one in totals]))


def _total(changes: list[float]) -> float:
    """Add up, rounding left out: 0.1 and 0.2 more and 0.3 less is no change."""
    total = math.fsum(changes)
    return total if abs(total) > 1e-9 * math.fsum(map(abs, changes)) else 0.0
