"""Fisher's exact test against scipy's."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact as scipy_fisher_exact  # type: ignore[import-untyped]  # scipy ships no types

from pytest_llmeval.analysis.statistics.fisher import fisher_exact

COUNTS = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(deadline=None)
@given(COUNTS, COUNTS)
def test_p_value_is_that_of_an_independent_library(one: tuple[int, int], other: tuple[int, int]) -> None:
    (a, n), (b, m) = one, other
    expected = scipy_fisher_exact([[a, n - a], [b, m - b]]).pvalue
    assert fisher_exact(a, n, b, m) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("counts", [(45_000, 90_000, 5_300, 10_000), (10, 20, 99_000, 99_980), (0, 50_000, 9, 50_000)])
def test_many_trials_take_no_time_and_have_the_same_p_value(counts: tuple[int, int, int, int]) -> None:
    a, n, b, m = counts
    expected = scipy_fisher_exact([[a, n - a], [b, m - b]]).pvalue
    assert fisher_exact(a, n, b, m) == pytest.approx(expected, abs=1e-9)


def test_what_is_all_but_impossible_has_a_p_value_of_all_but_0() -> None:
    assert fisher_exact(0, 50_000, 50_000, 50_000) == 0.0


@pytest.mark.parametrize("counts", [(2, 1, 0, 1), (-1, 1, 0, 1), (0, 1, 2, 1), (0, 0, 0, 1), (0, 1, 0, 0)])
def test_counts_out_of_range_are_refused(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="between 0 and n"):
        fisher_exact(*counts)
