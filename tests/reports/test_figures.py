from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.analysis.statistics.total import Total
from pytest_llmeval.reports import figures


def test_examples_in_docstrings_are_true() -> None:
    assert doctest.testmod(figures).failed == 0


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_all_and_none_are_said_of_all_and_none_only(counts: tuple[int, int]) -> None:
    count, n = counts
    told = figures.percent(Proportion(count, n))
    assert (told == "0 %") == (count == 0)
    assert (told == "100 %") == (count == n)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.6, "1 m 00 s"),
        (3599.6, "1 h 00 m"),
    ],
)
def test_a_duration_never_rounds_into_a_unit_that_does_not_exist(seconds: float, told: str) -> None:
    assert figures.duration(seconds) == told


def test_unknown_is_a_dash_and_free_is_not() -> None:
    assert (figures.cost(None), figures.cost(0), figures.sum_of(Total(0, 0, 3))) == ("–", "$0", "–")
    assert figures.share_of(Proportion(0, 0)) == "–"
    assert figures.percent(Proportion(0, 0)) == "–"
    assert figures.interval(None) == ""
