"""Drops: their intervals hold for single verdicts, for rates, and for few entries."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]  # scipy ships no types

from pytest_llmeval.analysis.drops import drop_of
from pytest_llmeval.analysis.repeats import estimate_of_mean
from pytest_llmeval.analysis.statistics.paired import PairedCounts, mcnemar, newcombe_paired_interval


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_a_drop_of_single_verdicts_is_that_of_a_comparison(pairs: list[tuple[bool, bool]]) -> None:
    drop = drop_of([(float(one), float(other)) for one, other in pairs])
    cells = Counter(pairs)
    counts = PairedCounts(cells[True, True], cells[True, False], cells[False, True], cells[False, False])
    low, high = newcombe_paired_interval(counts)
    assert tuple(drop.interval) == (-high, -low)
    assert drop.p == mcnemar(counts.lost, counts.gained)


RATES = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])


@given(st.lists(st.tuples(RATES, RATES), min_size=2, max_size=20))
def test_a_drop_of_rates_has_newcombe_s_interval_with_the_correlation_s_lower_bound(
    pairs: list[tuple[float, float]],
) -> None:
    assume(not {rate for pair in pairs for rate in pair} <= {0.0, 1.0})
    drop = drop_of(pairs)
    columns = np.array(pairs).T
    r = 0.0
    if len(pairs) > 3 and columns.std(axis=1).min() > 0:
        found = min(0.99, max(0.0, float(np.corrcoef(columns)[0, 1])))
        r = max(0.0, float(np.tanh(np.arctanh(found) - stats.norm.ppf(0.95) / np.sqrt(len(pairs) - 3))))
    one, other = (estimate_of_mean(float(column.sum()), len(pairs)) for column in columns)
    down = np.array([one.value - one.interval.low, other.interval.high - other.value])
    up = np.array([one.interval.high - one.value, other.value - other.interval.low])
    matrix = np.array([[1, -r], [-r, 1]])
    low, high = (float(np.sqrt(max(0.0, side @ matrix @ side))) for side in (down, up))
    assert drop.interval.low == pytest.approx(max(-1, drop.value - low), abs=1e-9)
    assert drop.interval.high == pytest.approx(min(1, drop.value + high), abs=1e-9)


def test_two_entries_that_both_drop_leave_a_wide_interval() -> None:
    assert drop_of([(1.0, 0.5), (1.0, 0.5)]).interval.low < 0 < drop_of([(1.0, 0.5), (1.0, 0.5)]).interval.high


def test_a_correlation_of_few_entries_is_not_counted_on() -> None:
    # Two points are always in line; with that the interval would leave 0 out.
    low, _ = drop_of([(1.0, 0.5), (0.0, 0.25)]).interval
    assert low < 0
