"""Slopes and control charts against references and by hand."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
import statsmodels.api as sm  # type: ignore[import-untyped]  # it has no types
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]  # it has no types

from pytest_llmeval.analysis.statistics.estimates import OfSamples, Proportion
from pytest_llmeval.analysis.statistics.trend import LIMIT, SLACK, cusum, line_through, slope

RATES = st.lists(
    st.integers(1, 60).flatmap(lambda n: st.builds(Proportion, st.integers(0, n), st.just(n))), min_size=3, max_size=9
)


@given(RATES)
def test_the_slope_is_that_of_weighted_least_squares(rates: list[Proportion]) -> None:
    found = slope(rates)
    places = [[1.0, place] for place in range(len(rates))]
    fit = sm.WLS([one.rate for one in rates], places, weights=[one.n for one in rates]).fit()
    assert found is not None
    assert found.per_run == pytest.approx(fit.params[1], abs=1e-9)


@given(RATES)
def test_its_error_is_that_of_the_test_for_trend(rates: list[Proportion]) -> None:
    # The Cochran-Armitage statistic is n times the squared correlation between place and outcome of each trial.
    places = [place for place, one in enumerate(rates) for _ in range(one.n)]
    outcomes = [float(number < one.count) for one in rates for number in range(one.n)]
    assume(0 < sum(outcomes) < len(outcomes))
    found = slope(rates)
    assert found is not None
    error = (found.interval.high - found.per_run) / stats.norm.ppf(0.975)
    expected = len(outcomes) * stats.pearsonr(places, outcomes).statistic ** 2
    assert (found.per_run / error) ** 2 == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_a_trend_is_real_where_its_interval_leaves_out_none() -> None:
    falling, level = slope([Proportion(90 - 5 * step, 100) for step in range(6)]), slope([Proportion(50, 100)] * 6)
    assert falling is not None
    assert level is not None
    assert falling.per_run == pytest.approx(-0.05)
    assert (falling.is_real, level.per_run, level.is_real) == (True, 0, False)


@pytest.mark.parametrize("count", [0, 1])
@given(st.lists(st.integers(1, 400), min_size=3, max_size=12))
def test_runs_that_are_all_right_or_all_wrong_have_neither_trend_nor_drift(count: int, sizes: list[int]) -> None:
    rates = [Proportion(count * n, n) for n in sizes]
    line, chart = slope(rates), cusum(rates)
    assert line is not None
    assert chart is not None
    assert (line.per_run, line.interval, line.is_real) == (0, (0, 0), False)
    assert (chart.alarm, set(chart.lower + chart.higher)) == (None, {0.0})


def test_a_large_run_that_is_all_right_is_no_drift_from_small_ones_that_were() -> None:
    found = cusum([Proportion(20, 20), Proportion(20, 20), Proportion(5000, 5000), Proportion(5000, 5000)])
    assert found is not None
    assert found.alarm is None


def test_figures_that_differ_by_rounding_alone_have_no_trend() -> None:
    found = line_through([0.1 + 0.2, 0.3, 0.3, 0.3])
    assert found is not None
    assert (found.per_run, found.is_real) == (0, False)


def test_samples_of_an_entry_are_worth_one_trial() -> None:
    once = [Proportion(count, 100) for count in (80, 78, 81, 75, 72, 70)]
    twice = [OfSamples(2 * one.count, 200, worth=100) for one in once]
    assert slope(twice) == slope(once)
    lower, doubled = cusum(once), cusum(twice)
    assert lower is not None
    assert doubled is not None
    assert doubled.lower == pytest.approx(lower.lower, rel=0.02)


def test_an_empty_run_keeps_its_place() -> None:
    gap = slope([Proportion(10, 100), Proportion(0, 0), Proportion(30, 100), Proportion(40, 100)])
    assert gap is not None
    assert gap.per_run == pytest.approx(0.1)


@pytest.mark.parametrize("rates", [[], [Proportion(1, 2)] * 2])
def test_two_runs_have_neither_trend_nor_drift(rates: list[Proportion]) -> None:
    assert slope(rates) is None
    assert cusum(rates) is None


@given(RATES)
def test_the_sums_are_those_of_the_definition(rates: list[Proportion]) -> None:
    found = cusum(rates)
    assert found is not None
    held_against = found.reference_runs
    first = rates[:held_against]
    count, n = sum(one.count for one in first), sum(one.n for one in first)
    p = (count + 0.5) / (n + 1)
    z = [((one.rate or 0) - count / n) / math.sqrt(p * (1 - p) * (1 / one.n + 1 / n)) for one in rates]
    assert set(found.lower[:held_against] + found.higher[:held_against]) == {0.0}
    for end in range(held_against, len(rates)):  # the sum is the largest of all that end here, or nothing
        parts = [z[begin : end + 1] for begin in range(held_against, end + 1)]
        lower = max(0.0, *(math.fsum(-value - SLACK for value in part) for part in parts))
        higher = max(0.0, *(math.fsum(value - SLACK for value in part) for part in parts))
        assert found.lower[end] == pytest.approx(lower, abs=1e-9)
        assert found.higher[end] == pytest.approx(higher, abs=1e-9)


def alarms(counts: npt.NDArray[np.int64], n: int) -> float:
    """Return the share of series, a row each, in which the chart sees a drift."""
    charts = [cusum([Proportion(int(count), n) for count in series]) for series in counts]
    return sum(chart is not None and chart.alarm is not None for chart in charts) / len(charts)


@pytest.mark.parametrize("runs", [8, 30])
@pytest.mark.parametrize(("rate", "n"), [(0.7, 100), (0.95, 50)])
def test_steady_series_raise_fewer_alarms_than_is_said(runs: int, rate: float, n: int) -> None:
    found = cusum([Proportion(1, 2)] * runs)
    assert found is not None
    assert found.false_alarms is not None
    counts = np.random.default_rng(1).binomial(n, rate, size=(600, runs))
    assert alarms(counts, n) < 1 / found.false_alarms


def test_of_steady_series_of_ten_runs_about_one_in_twenty_raises_an_alarm() -> None:
    counts = np.random.default_rng(2).binomial(100, 0.7, size=(2_000, 10))
    assert alarms(counts, 100) == pytest.approx(0.057, abs=0.015)


def test_series_that_ask_the_same_questions_raise_fewer() -> None:
    random = np.random.default_rng(3)
    hardness = random.beta(2, 1, size=(1_000, 1, 50))
    counts = (random.random((1_000, 10, 50)) < hardness).sum(axis=2)
    assert alarms(counts, 50) == pytest.approx(0.026, abs=0.015)


@pytest.mark.parametrize("runs", [10, 20])
def test_a_drop_of_ten_points_halfway_is_mostly_found(runs: int) -> None:
    random = np.random.default_rng(4)
    counts = random.binomial(100, np.where(np.arange(runs) < runs // 2, 0.8, 0.7), size=(400, runs))
    assert alarms(counts, 100) > 0.8


def test_nobody_measured_how_often_a_very_long_series_looks_like_drift() -> None:
    charts = [cusum([Proportion(1, 2)] * runs) for runs in (12, 13, 100, 101)]
    assert [chart and chart.false_alarms for chart in charts] == [8, 6, 3, None]


def test_many_small_steps_raise_an_alarm_that_none_of_them_would() -> None:
    found = cusum([Proportion(count, 100) for count in (80, 79, 80, 77, 75, 74, 72, 72, 71)])
    assert found is not None
    assert found.alarm is not None
    place, direction = found.alarm
    assert (direction, found.lower[place] > LIMIT, found.lower[place - 1] <= LIMIT) == ("lower", True, True)


def test_steady_runs_raise_none_and_an_empty_one_changes_nothing() -> None:
    found = cusum([*[Proportion(80, 100), Proportion(78, 100), Proportion(81, 100)] * 3, Proportion(0, 0)])
    assert found is not None
    assert found.alarm is None
    assert (found.lower[-1], found.higher[-1]) == (found.lower[-2], found.higher[-2])


def test_first_runs_without_a_trial_are_no_reference() -> None:
    assert cusum([Proportion(0, 0), Proportion(0, 0), Proportion(1, 2)]) is None


def test_all_right_from_the_start_can_still_drift() -> None:
    found = cusum([Proportion(50, 50)] * 3 + [Proportion(45, 50)] * 3)
    assert found is not None
    assert found.alarm == (3, "lower")


@given(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=12))
def test_a_line_through_figures_is_that_of_an_independent_library(values: list[float]) -> None:
    assume(max(values) - min(values) > 1e-3)
    found, theirs = line_through(values), stats.linregress(range(len(values)), values)
    assert found is not None
    half = stats.t.ppf(0.975, len(values) - 2) * theirs.stderr
    assert found.per_run == pytest.approx(theirs.slope, abs=1e-9)
    assert found.interval == pytest.approx((theirs.slope - half, theirs.slope + half), abs=1e-6)


def test_two_runs_and_an_empty_one_have_no_trend() -> None:
    assert slope([Proportion(8, 10), Proportion(0, 0), Proportion(6, 10)]) is None
