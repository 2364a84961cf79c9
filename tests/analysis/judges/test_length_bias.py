"""A judge's slope on length, held to statsmodels; Student's t, held to scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm  # type: ignore[import-untyped]  # it has no types
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pytest_llmeval.analysis.judges.length_bias import FEWEST, length_bias

STEPS = st.integers(0, 3)
ANSWERS = st.lists(st.tuples(STEPS, STEPS, st.integers(1, 300)), min_size=FEWEST, max_size=40)


@settings(deadline=None)
@given(ANSWERS)
def test_the_slope_given_people_is_that_of_statsmodels(answers: list[tuple[int, int, int]]) -> None:
    judge, people, words = zip(*answers, strict=True)
    lengths = [math.log2(one) for one in words]
    found = length_bias(judge, people, lengths)
    assume(not found.reason)
    # Where people say the same of all, their column is the constant's, and no regressor of its own.
    columns = [lengths, people] if len(set(people)) > 1 else [lengths]
    fit = sm.OLS(judge, sm.add_constant(np.column_stack(columns), has_constant="add")).fit()
    assert found.slope == pytest.approx(fit.params[1], rel=1e-9, abs=1e-9)
    assert found.n == len(answers)
    if fit.ssr > 1e-9:
        assert found.interval == pytest.approx(tuple(fit.conf_int()[1]), rel=1e-9, abs=1e-9)
        assert found.p_value == pytest.approx(fit.pvalues[1], abs=1e-9)


def test_a_judge_that_gives_a_step_more_for_every_doubling_is_caught() -> None:
    people = [0, 1, 2, 1] * 5
    lengths = [3.0, 5.0, 3.0, 4.0, 4.0] * 4
    noise = [0.1, -0.1, 0.0, 0.05] * 5
    judge = [p + 0.5 * x + e for p, x, e in zip(people, lengths, noise, strict=True)]
    found = length_bias(judge, people, lengths)
    assert found.slope == pytest.approx(0.5, abs=0.1)
    assert found.is_proven
    assert (found.p_value or 1) < 0.001


def test_right_answers_that_are_long_are_no_bias_of_the_judge() -> None:
    people = [0, 1, 2, 3] * 5
    lengths = [3.0 + one + (0.5 if number % 3 else 0.0) for number, one in enumerate(people)]
    found = length_bias(people, people, lengths)  # it says what people say
    assert (found.slope, found.interval, found.p_value, found.is_proven) == (0.0, (0.0, 0.0), 1.0, False)


def test_a_judge_that_goes_by_length_alone_is_proven_without_doubt() -> None:
    lengths = [float(number % 4) for number in range(12)]
    found = length_bias(lengths, [0.0] * 12, lengths)
    assert (found.slope, found.p_value, found.is_proven) == (1.0, 0.0, True)


LENGTHS = [float(number % 5) for number in range(10)]
MIXED = [0, 1, 2, 1, 0, 3, 1, 2, 2, 0]


@pytest.mark.parametrize(
    ("judge", "people", "lengths", "reason"),
    [
        ([], [], [], "0 answers are judged and labelled, 10 are needed"),
        ([1], [1], [1.0], "1 answer is judged and labelled, 10 are needed"),
        (MIXED[:9], MIXED[:9], LENGTHS[:9], "9 answers are judged and labelled, 10 are needed"),
        (MIXED, MIXED[::-1], [7.3] * 10, "all answers are equally long"),
        ([2] * 10, MIXED, LENGTHS, "the judge says the same of all answers"),
        (MIXED, LENGTHS, [0.7 * one for one in LENGTHS], "length and people's grades rise and fall together"),
    ],
)
def test_what_cannot_be_told_is_unknown_with_the_reason(
    judge: list[float], people: list[float], lengths: list[float], reason: str
) -> None:
    found = length_bias(judge, people, lengths)
    assert (found.slope, found.interval, found.p_value, found.n) == (None, None, None, len(judge))
    assert found.reason == reason
    assert not found.is_proven
