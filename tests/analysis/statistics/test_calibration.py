"""Calibration, held against scikit-learn and numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve  # type: ignore[import-untyped]
from sklearn.metrics import brier_score_loss  # type: ignore[import-untyped]

from pytest_llmeval.analysis.statistics.calibration import (
    BINNINGS,
    Binning,
    brier_score,
    calibrated_ece,
    expected_calibration_error,
    maximum_calibration_error,
    reliability,
)

ANSWERS = st.lists(st.tuples(st.integers(0, 1000).map(lambda n: n / 1000), st.booleans()), min_size=1, max_size=80)
STRATEGY = {"width": "uniform", "mass": "quantile"}


def columns(answers: list[tuple[float, bool]]) -> tuple[list[float], list[bool]]:
    return [one[0] for one in answers], [one[1] for one in answers]


@pytest.mark.parametrize("binning", BINNINGS)
@given(answers=ANSWERS, bins=st.sampled_from([1, 2, 4, 5, 8, 10, 20]))
def test_bins_are_those_of_scikit_learn(answers: list[tuple[float, bool]], bins: int, binning: Binning) -> None:
    confidences, outcomes = columns(answers)
    found = reliability(confidences, outcomes, bins, binning)
    accuracies, means = calibration_curve(
        outcomes, confidences, n_bins=bins, strategy=STRATEGY[binning], pos_label=True
    )
    assert [one.right.count / one.right.n for one in found] == pytest.approx(list(accuracies), abs=1e-9)
    assert [one.mean_confidence for one in found] == pytest.approx(list(means), abs=1e-9)


@pytest.mark.parametrize("bins", [1, 5, 10])
@given(answers=ANSWERS)
def test_errors_are_those_of_the_textbook_over_numpys_bins(answers: list[tuple[float, bool]], bins: int) -> None:
    confidences, outcomes = map(np.array, columns(answers))
    found = reliability(confidences.tolist(), outcomes.tolist(), bins)
    places = np.digitize(confidences, [number / bins for number in range(1, bins)], right=True)
    gaps = {b: (outcomes[places == b].mean() - confidences[places == b].mean()) for b in set(places.tolist())}
    expected = sum((places == b).mean() * abs(gap) for b, gap in gaps.items())
    assert expected_calibration_error(found) == pytest.approx(expected, abs=1e-9)
    assert maximum_calibration_error(found) == pytest.approx(max(map(abs, gaps.values())), abs=1e-9)


@given(ANSWERS)
def test_the_brier_score_is_scikit_learns_and_the_sum_of_its_parts(answers: list[tuple[float, bool]]) -> None:
    confidences, outcomes = columns(answers)
    found = brier_score(confidences, outcomes)
    assert found.value == pytest.approx(
        brier_score_loss(outcomes, confidences, pos_label=True, labels=[False, True]), abs=1e-9
    )
    assert found.value == pytest.approx(found.reliability - found.resolution + found.uncertainty, abs=1e-9)


def test_equal_confidences_are_never_parted_and_an_edge_belongs_to_the_bin_below() -> None:
    found = reliability([0.5] * 7 + [0.1, 0.9], [True] * 9, 4, "mass")
    assert [(one.right.n, one.high) for one in found] == [(8, 0.5), (1, 0.9)]
    (only,) = reliability([0.1, 0.05], [True, False], 10)
    assert (only.low, only.high, only.right.n) == (0.0, 0.1, 2)


def test_nothing_has_no_bins() -> None:
    assert reliability([], []) == reliability([], [], 10, "mass") == ()


def test_calibrated_answers_stay_below_what_chance_gives_and_others_do_not() -> None:
    confidences = [0.2, 0.8] * 100
    by_chance = calibrated_ece(confidences)
    calibrated = reliability(confidences, [n % 10 < 2 if n % 2 == 0 else n % 10 != 9 for n in range(200)])
    inverted = reliability(confidences, [n % 2 == 0 for n in range(200)])
    assert 0 < by_chance < 0.1
    assert expected_calibration_error(calibrated) < 0.3
    assert expected_calibration_error(inverted) > by_chance
    assert calibrated_ece([1.0, 0.0]) == 0.0


def test_what_chance_gives_shrinks_with_the_number_of_answers_and_is_the_same_each_time() -> None:
    few, many = calibrated_ece([0.5] * 10), calibrated_ece([0.5] * 1000)
    assert few > 3 * many
    assert few == calibrated_ece([0.5] * 10)
