"""Discrimination, held against scikit-learn and scipy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau  # type: ignore[import-untyped]
from sklearn.metrics import average_precision_score, roc_auc_score  # type: ignore[import-untyped]

from pytest_llmeval.analysis.statistics.discrimination import auroc, auroc_interval, average_precision, kendall_tau

ANSWERS = st.lists(st.tuples(st.integers(0, 20).map(lambda n: n / 20), st.booleans()), min_size=2, max_size=60)
BOTH = ANSWERS.filter(lambda answers: len({right for _, right in answers}) == 2)


@given(BOTH)
def test_measures_are_those_of_the_reference_libraries(answers: list[tuple[float, bool]]) -> None:
    confidences, outcomes = [one[0] for one in answers], [one[1] for one in answers]
    assert auroc(confidences, outcomes) == pytest.approx(roc_auc_score(outcomes, confidences), abs=1e-9)
    assert average_precision(confidences, outcomes) == pytest.approx(
        average_precision_score(outcomes, confidences), abs=1e-9
    )
    tau = kendall_tau(confidences, outcomes)
    if len(set(confidences)) == 1:
        assert tau is None
    else:
        assert tau == pytest.approx(kendalltau(confidences, outcomes).statistic, abs=1e-9)


def test_where_all_are_right_or_none_nothing_can_be_told_apart() -> None:
    for outcomes in ([True, True], [False, False]):
        assert auroc([0.1, 0.9], outcomes) is None
        assert kendall_tau([0.1, 0.9], outcomes) is None
        assert auroc_interval([0.1, 0.9], outcomes, ["a", "b"]) is None
    assert (average_precision([0.1], [False]), average_precision([0.1], [True])) == (None, 1.0)


def test_the_interval_holds_the_area_and_draws_whole_entries() -> None:
    confidences = [n / 100 for n in range(100)]
    outcomes = [(n * 7) % 10 < n // 10 for n in range(100)]
    alone = auroc_interval(confidences, outcomes, [str(n) for n in range(100)])
    grouped = auroc_interval(confidences, outcomes, [str(n // 10) for n in range(100)])
    area = auroc(confidences, outcomes)
    assert alone is not None
    assert grouped is not None
    assert area is not None
    assert alone.low < area < alone.high
    assert grouped != alone
    assert alone == auroc_interval(confidences, outcomes, [str(n) for n in range(100)])


def test_draws_of_right_answers_only_are_passed_over() -> None:
    assert auroc_interval([0.1, 0.9], [True, False], ["a", "b"]) == (0.0, 0.0)


def test_of_very_many_answers_the_interval_is_the_normal_one() -> None:
    confidences = [(n * 37 % 101) / 101 for n in range(2000)]
    outcomes = [n * 53 % 101 / 101 < confidence for n, confidence in enumerate(confidences)]
    area, bounds = auroc(confidences, outcomes), auroc_interval(confidences, outcomes, [str(n) for n in range(2000)])
    assert area is not None
    assert bounds is not None
    assert (bounds.low + bounds.high) / 2 == pytest.approx(area)
    # Hanley and McNeil's standard error, as a check of its size.
    rights, wrongs = sum(outcomes), 2000 - sum(outcomes)
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (rights - 1) * (q1 - area**2) + (wrongs - 1) * (q2 - area**2)
    error = (variance / (rights * wrongs)) ** 0.5
    assert (bounds.high - bounds.low) / 2 == pytest.approx(1.96 * error, rel=0.3)
