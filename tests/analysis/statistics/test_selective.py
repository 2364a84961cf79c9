"""Selective answering, held against brute force."""

from __future__ import annotations

from itertools import permutations
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.analysis.statistics.selective import accuracy_at, aurc, risk_coverage

ANSWERS = st.lists(st.tuples(st.integers(0, 3).map(lambda n: n / 3), st.booleans()), min_size=1, max_size=6)


def orders(answers: list[tuple[float, bool]]) -> list[list[bool]]:
    """Every order in which the surest come first."""
    found = []
    for order in permutations(answers):
        confidences = [one[0] for one in order]
        if confidences == sorted(confidences, reverse=True):
            found.append([one[1] for one in order])
    return found


@given(ANSWERS)
def test_the_area_is_the_mean_risk_over_all_orders_of_equally_sure_answers(answers: list[tuple[float, bool]]) -> None:
    risks = [fmean(order[:n].count(False) / n for n in range(1, len(order) + 1)) for order in orders(answers)]
    assert aurc(*map(list, zip(*answers, strict=True))) == pytest.approx(fmean(risks), abs=1e-9)


@given(ANSWERS, st.sampled_from([0.1, 0.5, 0.8, 1.0]))
def test_the_accuracy_at_a_coverage_is_that_of_the_surest(answers: list[tuple[float, bool]], coverage: float) -> None:
    needed = max(1, -(-round(coverage * 10) * len(answers) // 10))
    expected = fmean(order[:needed].count(True) / needed for order in orders(answers))
    confidences, outcomes = map(list, zip(*answers, strict=True))
    assert accuracy_at(confidences, outcomes, coverage) == pytest.approx(expected, abs=1e-9)


def test_the_curve_has_a_point_for_each_threshold() -> None:
    curve = risk_coverage([0.9, 0.5, 0.5, 0.1], [True, False, True, False])
    assert [(p.threshold, p.answered.count, p.wrong.count, p.wrong.n) for p in curve] == [
        (0.9, 1, 0, 1),
        (0.5, 3, 1, 3),
        (0.1, 4, 2, 4),
    ]
