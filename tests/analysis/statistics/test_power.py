from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multinomial, norm  # type: ignore[import-untyped]
from statsmodels.stats.power import NormalIndPower  # type: ignore[import-untyped]

from pytest_llmeval.analysis.statistics.paired import mcnemar
from pytest_llmeval.analysis.statistics.power import (
    fewest_pairs,
    mcnemar_power,
    minimum_detectable_difference,
    minimum_detectable_mean,
    noise_floor,
)


@pytest.mark.parametrize(
    ("n", "discordance", "difference"), [(12, 0.6, 0.5), (30, 0.3, 0.2), (40, 0.5, 0.1), (25, 0.3, 0.3), (9, 1.0, 1.0)]
)
def test_power_is_the_chance_of_all_tables_that_are_significant(n: int, discordance: float, difference: float) -> None:
    lost, gained = (discordance + difference) / 2, (discordance - difference) / 2
    chance = sum(
        multinomial.pmf([b, c, n - b - c], n, [lost, gained, 1 - lost - gained])
        for b in range(n + 1)
        for c in range(min(b, n - b + 1))
        if mcnemar(b, c) < 0.05
    )
    assert mcnemar_power(n, discordance, difference) == pytest.approx(chance, abs=1e-9)


def test_power_with_many_discordant_pairs_is_connors() -> None:
    n, psi, d = 1000, 0.2, 0.05
    expected = norm.cdf((d * math.sqrt(n) - norm.ppf(0.975) * math.sqrt(psi)) / math.sqrt(psi - d * d))
    assert mcnemar_power(n, psi, d) == pytest.approx(expected, abs=1e-9)


def test_power_of_the_two_ways_agrees_where_they_meet() -> None:
    assert mcnemar_power(599, 0.1, 0.035) == pytest.approx(mcnemar_power(601, 0.1, 0.035), abs=0.03)


@pytest.mark.parametrize(("n", "discordance"), [(20, 0.1), (150, 0.1), (150, 0.0), (5000, 0.2), (100_000, 0.05)])
def test_the_detectable_difference_is_found_four_times_in_five(n: int, discordance: float) -> None:
    found = minimum_detectable_difference(n, discordance)
    assert found is not None
    assert mcnemar_power(n, max(discordance, found), found) >= 0.8
    less = found - 2e-4
    assert mcnemar_power(n, max(discordance, less), less) < 0.8


def test_more_pairs_detect_smaller_differences() -> None:
    found = [minimum_detectable_difference(n, 0.1) or 9 for n in (20, 50, 100, 500, 2000)]
    assert found == sorted(found, reverse=True)


def test_five_pairs_detect_nothing() -> None:
    assert minimum_detectable_difference(5, 0.0) is None
    assert minimum_detectable_difference(6, 0.0) is not None


def test_detectable_mean_equals_statsmodels() -> None:
    differences = [0.0] * 50 + [1.0] * 6 + [-0.5] * 4 + [1 / 3] * 7
    n = len(differences)
    mean = sum(differences) / n
    spread = math.sqrt(sum((one - mean) ** 2 for one in differences) / (n - 1))
    effect = NormalIndPower().solve_power(nobs1=n, alpha=0.05, power=0.8, ratio=0)
    assert minimum_detectable_mean(differences) == pytest.approx(effect * spread, rel=1e-5)


def test_detectable_mean_without_a_spread_counts_entries() -> None:
    assert minimum_detectable_mean([0.0] * 40) == minimum_detectable_difference(40, 0.0)
    assert minimum_detectable_mean([0.5]) is None


def test_noise_floor_is_what_chance_flips_come_to() -> None:
    assert noise_floor([1.0] * 9 + [-1.0] * 7 + [0.0] * 84) == pytest.approx(1.96 * 4 / 100, abs=1e-4)
    assert noise_floor([0.0] * 50) == 0


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=40), st.floats(0.5, 0.99))
def test_noise_floor_is_a_normal_quantile_of_the_mean_around_none(differences: list[float], confidence: float) -> None:
    spread = np.sqrt(np.mean(np.square(differences)) / len(differences))
    expected = norm.ppf((1 + confidence) / 2, scale=spread) if spread else 0
    assert noise_floor(differences, confidence) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("alpha", "fewest"), [(0.05, 6), (0.2, 4), (0.01, 8), (0.5, 3)])
def test_the_fewest_pairs_are_just_enough_for_significance(alpha: float, fewest: int) -> None:
    assert fewest_pairs(alpha) == fewest
    assert 2 * 0.5**fewest < alpha <= 2 * 0.5 ** (fewest - 1)
