"""Student's t, held to scipy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]  # scipy ships no types

from pytest_llmeval.student_t import t_p_value, t_quantile


@given(st.floats(-50, 50), st.integers(1, 400))
def test_the_p_value_of_t_is_that_of_scipy(t: float, freedom: int) -> None:
    assert t_p_value(t, freedom) == pytest.approx(2 * stats.t.sf(abs(t), freedom), abs=1e-9)


@given(st.integers(1, 5000), st.sampled_from([0.5, 0.8, 0.95, 0.99]))
def test_the_quantile_of_t_is_that_of_scipy(freedom: int, confidence: float) -> None:
    assert t_quantile(freedom, confidence) == pytest.approx(stats.t.ppf((1 + confidence) / 2, freedom), rel=1e-9)
