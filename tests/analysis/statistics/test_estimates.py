from __future__ import annotations

from statistics import stdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest  # type: ignore[import-untyped]  # scipy ships no types

from pytest_llmeval.analysis.statistics.estimates import (
    Percentiles,
    Proportion,
    percentiles,
    standard_deviation,
    wilson_interval,
)

COUNTS = st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS, st.floats(0.5, 0.999))
def test_wilson_interval_is_that_of_scipy(counts: tuple[int, int], confidence: float) -> None:
    successes, n = counts
    expected = binomtest(successes, n).proportion_ci(confidence, method="wilson")
    found = wilson_interval(successes, n, confidence)
    assert found.low == pytest.approx(expected.low, abs=1e-9)
    assert found.high == pytest.approx(expected.high, abs=1e-9)


@given(COUNTS)
def test_an_interval_holds_its_rate_and_stays_within_0_and_1(counts: tuple[int, int]) -> None:
    share = Proportion(*counts)
    assert share.interval is not None
    assert share.rate is not None
    assert 0 <= share.interval.low <= share.rate <= share.interval.high <= 1


def test_none_and_all_reach_the_ends() -> None:
    assert wilson_interval(0, 5).low == 0
    assert wilson_interval(5, 5).high == 1


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (-1, 3), (4, 3)])
def test_counts_out_of_range_are_an_error(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match="successes must lie between 0 and n"):
        wilson_interval(successes, n)


def test_of_nothing_there_is_no_rate() -> None:
    assert (Proportion(0, 0).rate, Proportion(0, 0).interval) == (None, None)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=200))
def test_percentiles_are_those_of_numpy(values: list[float]) -> None:
    found = percentiles(values)
    expected = np.percentile(values, [50, 90, 95, 99])
    assert found.n == len(values)
    assert [found.p50, found.p90, found.p95, found.p99] == pytest.approx(list(expected), rel=1e-9, abs=1e-9)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=200))
def test_the_standard_deviation_is_the_exact_one(values: list[float]) -> None:
    assert standard_deviation(values) == pytest.approx(stdev(values), rel=1e-9, abs=1e-150)


@given(st.floats(-1e6, 1e6), st.integers(2, 50))
def test_equal_numbers_have_no_spread_at_all(value: float, n: int) -> None:
    assert standard_deviation([value] * n) == 0


def test_nothing_has_no_percentiles() -> None:
    assert percentiles([]) == Percentiles(0, None, None, None, None)
