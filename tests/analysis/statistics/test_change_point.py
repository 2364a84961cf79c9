from __future__ import annotations

import doctest
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.analysis.statistics import change_point as module
from pytest_llmeval.analysis.statistics.change_point import FEWEST_RUNS, ChangePoint, change_point
from pytest_llmeval.analysis.statistics.trend import line_through

NUMBERS = st.integers(-1000, 1000).map(float)


def found(values: list[float], **given: int) -> ChangePoint:
    made = change_point(values, **given)
    assert made is not None
    return made


def test_examples_in_the_text_are_true() -> None:
    assert doctest.testmod(module).failed == 0


def test_a_step_is_found_where_it_is() -> None:
    made = found([1.0] * 8 + [1.5] * 6)
    assert (made.place, made.direction, made.before, made.after) == (8, "higher", 1.0, 1.5)
    assert made.p < 0.005


def test_many_small_steps_are_a_change_though_none_is_large() -> None:
    noise = Random(3)
    values = [10 + 0.1 * place + noise.uniform(-0.4, 0.4) for place in range(20)]
    assert found(values).p < 0.002
    assert found(values[::-1]).direction == "lower"


def test_six_runs_in_strict_order_are_as_rare_as_can_be() -> None:
    assert found([1, 2, 3, 4, 5, 6]).p == pytest.approx(2 / 720)


def test_too_few_runs_and_runs_that_are_all_the_same_say_nothing() -> None:
    assert change_point([1.0, 2.0, 3.0, 4.0, 5.0]) is None
    assert change_point([2.0] * 30) is None


@given(st.lists(NUMBERS, min_size=FEWEST_RUNS, max_size=7), st.sampled_from([0.001, 3.0, 1e6]), NUMBERS)
def test_neither_unit_nor_zero_of_a_figure_matters(values: list[float], unit: float, zero: float) -> None:
    made, other = change_point(values), change_point([zero + unit * value for value in values])
    assert (made is None) == (other is None)
    if made is not None and other is not None:
        assert other.p == pytest.approx(made.p)


def test_figures_that_differ_by_rounding_alone_have_no_change_point() -> None:
    assert change_point([0.3, 0.3, 0.3, 0.1 + 0.2, 0.1 + 0.2, 0.1 + 0.2]) is None


def test_drawn_orders_come_to_what_all_orders_do() -> None:
    values = [3.0, 1.0, 4.0, 1.5, 5.0, 2.6, 6.0, 7.0]
    offsets = [value - sum(values) / 8 for value in values]
    reach = module._squares(offsets) * (1 - 1e-9)
    exact = sum(module._squares(order) >= reach for order in permutations(offsets)) / 40_320
    assert found(values, draws=4_000).p == pytest.approx(exact, abs=0.02)


def test_runs_without_a_change_are_called_changed_as_often_as_the_level_says() -> None:
    random = Random(11)
    alarms = sum(found([random.gauss(0, 1) for _ in range(10)], draws=199).p <= 0.05 for _ in range(300))
    assert 4 <= alarms <= 28  # 15 expected


def test_a_line_through_figures_has_the_interval_of_least_squares() -> None:
    made = line_through([1.0, 2.0, 2.0, 4.0])
    assert made is not None
    assert made.per_run == pytest.approx(0.9)
    # By scipy: linregress([0, 1, 2, 3], [1, 2, 2, 4]).stderr = 0.2645751, t of 2 degrees = 4.302653.
    assert tuple(made.interval) == pytest.approx((0.9 - 1.138375, 0.9 + 1.138375), abs=1e-5)
    assert line_through([1.0, 2.0]) is None
