"""A line through numbers in their order, held to scipy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]  # scipy ships no types

from pytest_llmeval.grading.slope import least_squares, mean_slope

ZEROS_AND_ONES = st.lists(st.booleans().map(float), min_size=3, max_size=60)


@given(ZEROS_AND_ONES, st.integers(0, 50))
def test_slope_and_interval_are_those_of_linregress(values: list[float], first: int) -> None:
    places = list(range(first, first + len(values)))
    found, known = least_squares(places, values), stats.linregress(places, values)
    assert found is not None
    assert found.value == pytest.approx(known.slope, abs=1e-9)
    if len(set(values)) > 1:
        half = stats.t.ppf(0.975, len(values) - 2) * known.stderr
        assert (found.low, found.high) == pytest.approx((known.slope - half, known.slope + half), abs=1e-9)


def test_without_anything_that_varies_no_interval_is_told() -> None:
    always = least_squares([1, 2, 3], [1, 1, 1])
    assert always is not None
    assert (always.value, always.low, always.high, str(always)) == (0.0, None, None, "+0.000")
    two = least_squares([1, 2], [1, 0])
    assert two is not None
    assert (two.value, two.low) == (-1.0, None)


@pytest.mark.parametrize("places", [[], [1], [2, 2]])
def test_one_place_has_no_slope(places: list[float]) -> None:
    assert least_squares(places, [1.0] * len(places)) is None


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=40).filter(lambda told: max(told) - min(told) > 1e-6))
def test_the_mean_of_slopes_has_the_interval_of_a_mean(slopes: list[float]) -> None:
    found = mean_slope(slopes)
    low, high = stats.ttest_1samp(slopes, 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


def test_slopes_that_are_all_the_same_have_no_interval() -> None:
    assert (mean_slope([-0.5, -0.5]).value, mean_slope([-0.5, -0.5]).low) == (-0.5, None)
