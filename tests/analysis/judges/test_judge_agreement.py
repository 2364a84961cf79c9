"""A judge held against people: figures equal independent libraries."""

from __future__ import annotations

from collections import Counter
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import linregress  # type: ignore[import-untyped]
from sklearn.metrics import (  # type: ignore[import-untyped]
    cohen_kappa_score,
    confusion_matrix,
    mean_absolute_error,
)

from pytest_llmeval.analysis.judges.judge_agreement import judge_agreement, slope
from pytest_llmeval.analysis.judges.judge_labels import Labelled
from pytest_llmeval.analysis.statistics.agreement import WEIGHTS
from pytest_llmeval.grading.grade import LEVELS, Level

PAIRS = st.lists(st.tuples(st.sampled_from(LEVELS), st.sampled_from(LEVELS)), min_size=1, max_size=30)


def answers(pairs: list[tuple[Level, Level]], *, characters: int = 100) -> list[Labelled]:
    return [
        Labelled(f"q{n}", "openai:m", 1, "odd" if n % 2 else "even", characters + n, judge, human, 20 + n)
        for n, (judge, human) in enumerate(pairs)
    ]


@settings(deadline=None, max_examples=20)  # a thousand resamples each
@given(PAIRS)
def test_kappa_confusion_and_errors_are_those_of_scikit_learn(pairs: list[tuple[Level, Level]]) -> None:
    found = judge_agreement(answers(pairs))
    judge, human = ([LEVELS.index(one) for one in column] for column in zip(*pairs, strict=True))
    if len({*judge, *human}) > 1:
        for weights in WEIGHTS:
            name = None if weights == "none" else weights
            expected = cohen_kappa_score(judge, human, labels=range(4), weights=name)
            assert found.kappa[weights].value == pytest.approx(expected, abs=1e-9)
    else:
        assert all(one.value is None for one in found.kappa.values())
    matrix = confusion_matrix(judge, human, labels=range(4))
    assert all(matrix[LEVELS.index(a), LEVELS.index(b)] == times for (a, b), times in found.confusion.items())
    assert (found.n, found.same.count) == (matrix.sum(), matrix.trace())
    assert found.absolute_error == pytest.approx(mean_absolute_error(human, judge), abs=1e-9)
    assert found.bias.value == pytest.approx(fmean(h - j for j, h in zip(judge, human, strict=True)), abs=1e-9)
    right = [j for j, h in zip(judge, human, strict=True) if h == 0]
    assert (found.false_failures.n, found.false_failures.count) == (len(right), sum(j != 0 for j in right))
    not_right = [j for j, h in zip(judge, human, strict=True) if h != 0]
    assert (found.false_passes.n, found.false_passes.count) == (len(not_right), sum(j == 0 for j in not_right))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(1, 5000)), min_size=2, max_size=50))
def test_slope_on_length_is_that_of_scipy(points: list[tuple[int, int]]) -> None:
    steps = [float(step) for step, _ in points]
    lengths = [float(np.log2(length)) for _, length in points]
    ours = slope(Counter((step, float(np.log2(length))) for step, length in points))
    if len({length for _, length in points}) < 2:
        assert ours is None
    else:
        assert ours == pytest.approx(linregress(lengths, steps).slope, rel=1e-9, abs=1e-9)


def test_lenient_judge_has_a_bias_above_0_with_its_interval() -> None:
    found = judge_agreement(answers([("fully_correct", "wrong"), ("fully_correct", "fully_correct")] * 10))
    assert found.bias.value == 1.5
    assert found.bias.interval is not None
    assert 0 < found.bias.interval.low < 1.5 < found.bias.interval.high
    assert (found.false_passes.count, found.false_passes.n) == (10, 10)


def test_judge_that_likes_long_answers_has_a_slope_above_0() -> None:
    both = [("fully_correct", 4000), ("wrong", 100)] * 10
    labelled = [Labelled(f"q{n}", "m", 1, "c", size, level, "wrong", size // 5) for n, (level, size) in enumerate(both)]  # type: ignore[arg-type]  # levels
    found = judge_agreement(labelled)
    assert found.length_slope.value is not None
    assert found.length_slope.value > 0.5


def test_judge_that_likes_many_words_has_a_length_bias_above_0_whatever_people_say() -> None:
    pairs: list[tuple[Level, Level, int]] = [
        ("fully_correct", "partially_correct", 400),
        ("partially_correct", "partially_correct", 100),
        ("unsupported", "wrong", 200),
        ("wrong", "wrong", 50),
    ]
    labelled = [
        Labelled(f"q{n}", "m", 1, "c", 10, judge, human, words + n) for n, (judge, human, words) in enumerate(pairs * 5)
    ]
    found = judge_agreement(labelled).length_bias
    assert found.n == 20
    assert found.slope is not None
    assert 0.3 < found.slope < 0.7
    assert found.is_proven


def test_answers_without_a_verdict_are_counted_apart() -> None:
    none = Labelled("x", "m", 1, "c", 10, None, "wrong", 2)
    found = judge_agreement([none, *answers([("wrong", "wrong")])])
    assert (found.n, found.without_verdict) == (1, 1)
    only = judge_agreement([none])
    assert (only.n, only.same.rate, only.bias.value, only.absolute_error) == (0, None, None, None)


def test_every_category_has_its_own_figures() -> None:
    found = judge_agreement(
        answers([("wrong", "wrong"), ("wrong", "fully_correct"), ("fully_correct", "fully_correct")])
    )
    assert (found.categories["even"].same.count, found.categories["even"].kappa) == (2, 1.0)
    assert (found.categories["odd"].same.count, found.categories["odd"].same.n) == (0, 1)
