from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap, norm, permutation_test, skew  # type: ignore[import-untyped]

from pytest_llmeval.analysis.statistics.paired import mcnemar_exact
from pytest_llmeval.analysis.statistics.resampling import (
    MOST_BOOTSTRAPPED,
    paired_bootstrap_interval,
    sign_flip_test,
    skewness_of_mean,
)

EIGHTHS = st.integers(-16, 16).map(lambda number: number / 8)


def mean_difference(x: Any, y: Any, axis: int = -1) -> Any:
    return np.mean(x - y, axis=axis)


@settings(max_examples=40)
@given(st.lists(EIGHTHS, min_size=2, max_size=9))
def test_sign_flips_equal_scipys_exact_permutation_test(differences: list[float]) -> None:
    theirs = permutation_test(
        (np.array(differences), np.zeros(len(differences))),
        mean_difference,
        permutation_type="samples",
        vectorized=True,
        n_resamples=np.inf,
    )
    assert sign_flip_test(differences) == pytest.approx(theirs.pvalue, abs=1e-9)


@given(st.integers(0, 60), st.integers(0, 60))
def test_sign_flips_of_yes_and_no_are_mcnemars_exact_test(lost: int, gained: int) -> None:
    flips = sign_flip_test([-1.0] * lost + [1.0] * gained + [0.0] * 5)
    assert flips == pytest.approx(mcnemar_exact(lost, gained), abs=1e-9)


def test_many_different_sizes_are_flipped_at_random_the_same_way_every_time() -> None:
    differences = [Random(3).uniform(-1, 1.4) + number / 1000 for number in range(60)]
    first = sign_flip_test(differences, draws=300, seed=5)
    assert first == sign_flip_test(differences, draws=300, seed=5)
    assert 1 / 301 <= first <= 1


def test_drawn_p_value_is_close_to_the_exact_one() -> None:
    exact = [1.0] * 60 + [-1.0] * 40
    rough = [difference * (1 + number * 1e-6) for number, difference in enumerate(exact)]
    assert sign_flip_test(rough, seed=1, draws=2000) == pytest.approx(mcnemar_exact(60, 40), abs=0.015)


def test_drawn_p_value_is_never_zero() -> None:
    assert sign_flip_test([1 + number / 1000 for number in range(60)], draws=200) == 1 / 201


def test_a_size_that_occurs_very_often_is_drawn_too() -> None:
    assert sign_flip_test([1.0] * 2600 + [-1.0] * 2400, draws=3000) == pytest.approx(
        mcnemar_exact(2600, 2400), abs=0.005
    )


@pytest.mark.parametrize(
    "differences", [[0.0] * 70 + [1.0] * 10 + [-1.0] * 20, [n / 50 - 0.7 for n in range(80)], [0.0, 0.0, 1.0]]
)
def test_bootstrap_interval_is_close_to_scipys(differences: Sequence[float]) -> None:
    theirs = bootstrap(
        (np.array(differences),), np.mean, method="percentile", n_resamples=20_000, rng=np.random.default_rng(1)
    ).confidence_interval
    ours = paired_bootstrap_interval(differences, draws=20_000)
    assert ours == pytest.approx((theirs.low, theirs.high), abs=0.012)


def test_bootstrap_interval_is_the_same_every_time_and_wider_with_more_confidence() -> None:
    differences = [0.0, 1.0, -1.0, 0.5, 0.25] * 8
    assert paired_bootstrap_interval(differences) == paired_bootstrap_interval(differences)
    wide, narrow = (paired_bootstrap_interval(differences, confidence=level) for level in (0.99, 0.8))
    assert wide.low < narrow.low < narrow.high < wide.high


@given(st.lists(EIGHTHS, min_size=1, max_size=30))
def test_bootstrap_interval_stays_within_what_was_seen(differences: list[float]) -> None:
    low, high = paired_bootstrap_interval(differences, draws=50)
    assert min(differences) <= low <= high <= max(differences)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0.5, 0.55, 0.7]), st.integers(1_000, 2_500))
def test_with_many_even_differences_the_interval_is_that_of_numpys_bootstrap(seed: int, up: float, n: int) -> None:
    numpy = np.random.default_rng(seed)
    differences = numpy.choice([1, 0.5, -0.5, -1], n, p=[up / 2, up / 2, (1 - up) / 2, (1 - up) / 2])
    chosen = numpy.multinomial(n, [np.mean(differences == value) for value in (1, 0.5, -0.5, -1)], 40_000)
    theirs = np.percentile(chosen @ [1, 0.5, -0.5, -1] / n, [2.5, 97.5])
    error = np.std(differences, ddof=1) / np.sqrt(n)
    assert paired_bootstrap_interval(list(differences)) == pytest.approx(tuple(theirs), abs=0.1 * error)


def test_however_many_a_mean_that_leans_is_drawn() -> None:
    differences = [0.001] * 1500 + [1.0, 1.5]  # a normal interval would reach below the least of them
    low, high = paired_bootstrap_interval(differences)
    assert low == pytest.approx(0.001)
    assert high > low


def test_the_skewness_of_a_mean_is_scipys() -> None:
    values = [float(number % 7) ** 3 for number in range(500)]
    assert skewness_of_mean(values) == pytest.approx(skew(values) / np.sqrt(500), rel=1e-9)
    assert skewness_of_mean([2.0] * 9) == 0


def test_no_difference_at_all_has_no_spread() -> None:
    assert paired_bootstrap_interval([0.0] * 9) == (0, 0)


def test_with_very_many_entries_the_interval_is_normal() -> None:
    differences = [1.0, 0.0, 0.0, -1.0, 0.0] * MOST_BOOTSTRAPPED
    half = norm.ppf(0.975) * np.std(differences, ddof=1) / np.sqrt(len(differences))
    assert paired_bootstrap_interval(differences) == pytest.approx((-half, half), abs=1e-9)
