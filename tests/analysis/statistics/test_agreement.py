from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score  # type: ignore[import-untyped]

from pytest_llmeval.analysis.statistics.agreement import (
    SCALES,
    WEIGHTS,
    Scale,
    Weights,
    bootstrap_intervals,
    cohen_kappa,
    krippendorff_alpha,
)

ORDER = ("a", "b", "c", "d")
RATINGS = st.sampled_from(ORDER)


def counted(pairs: Sequence[tuple[str, str]]) -> Counter[tuple[str, str]]:
    return Counter(pairs)


@pytest.mark.parametrize("weights", WEIGHTS)
@given(pairs=st.lists(st.tuples(RATINGS, RATINGS), min_size=1, max_size=40))
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[str, str]], weights: Weights) -> None:
    first, second = zip(*pairs, strict=True)
    assume(len({*first, *second}) > 1)
    named = None if weights == "none" else weights
    expected = cohen_kappa_score(first, second, labels=list(ORDER), weights=named)
    assert cohen_kappa(counted(pairs), ORDER, weights) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("scale", SCALES)
@given(
    units=st.lists(
        st.lists(st.none() | RATINGS, min_size=3, max_size=3).filter(lambda unit: any(unit)), min_size=1, max_size=25
    )
)
def test_alpha_is_that_of_krippendorff(units: list[list[str | None]], scale: Scale) -> None:
    paired = [[word for word in unit if word] for unit in units]
    assume(len({word for unit in paired if len(unit) > 1 for word in unit}) > 1)
    counts = np.array([[unit.count(word) for word in ORDER] for unit in units])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = krippendorff.alpha(
            value_counts=counts, value_domain=np.arange(len(ORDER)), level_of_measurement=scale
        )
    told = Counter(tuple(unit) for unit in paired)
    assert krippendorff_alpha(told, ORDER, scale) == pytest.approx(expected, abs=1e-9)


def test_kappa_of_the_textbook() -> None:
    # Cohen's kappa of the example that most textbooks print: 0.70 observed, 0.50 expected.
    assert cohen_kappa({("y", "y"): 20, ("y", "n"): 5, ("n", "y"): 10, ("n", "n"): 15}, "yn") == pytest.approx(0.4)


def test_far_disagreements_cost_more_with_weights() -> None:
    near = {("a", "a"): 5, ("a", "b"): 5, ("d", "d"): 5}
    far = {("a", "a"): 5, ("a", "d"): 5, ("d", "d"): 5}
    ours = [cohen_kappa(near, ORDER, weights) or 0 for weights in WEIGHTS]
    theirs = [cohen_kappa(far, ORDER, weights) or 0 for weights in WEIGHTS]
    assert ours[0] == pytest.approx(0.5)
    assert ours[1] > theirs[1]
    assert ours[2] > theirs[2]


def test_coefficients_are_undefined_where_all_is_judged_alike() -> None:
    assert cohen_kappa({("a", "a"): 9}, ORDER) is None
    assert krippendorff_alpha({("a", "a"): 9}, ORDER) is None


def test_coefficients_of_nothing_are_undefined() -> None:
    assert cohen_kappa({}, ORDER) is None
    assert krippendorff_alpha({}, ORDER, "ordinal") is None
    assert krippendorff_alpha({("a",): 3}, ORDER) is None


def test_a_bootstrap_interval_holds_the_value_and_narrows_with_n() -> None:
    pairs = [("a", "a")] * 8 + [("a", "b")] * 3 + [("b", "b")] * 8
    value = cohen_kappa(counted(pairs), ORDER)
    (few,) = bootstrap_intervals([[pair] for pair in pairs], [lambda drawn: cohen_kappa(drawn, ORDER)])
    (many,) = bootstrap_intervals([[pair] for pair in pairs * 10], [lambda drawn: cohen_kappa(drawn, ORDER)])
    assert few is not None
    assert many is not None
    assert value is not None
    assert few.low < many.low < value < many.high < few.high


def test_the_same_seed_gives_the_same_interval() -> None:
    clusters = [[number % 3] for number in range(30)]

    def mean(drawn: Counter[int]) -> float:
        return sum(value * times for value, times in drawn.items()) / drawn.total()

    one, again = (bootstrap_intervals(clusters, [mean], seed=7) for _ in range(2))
    other = bootstrap_intervals(clusters, [mean], seed=8)
    assert one == again
    assert one != other


def test_clusters_are_drawn_whole() -> None:
    together = [[value] * 10 for value in (0, 1) * 5]
    apart = [[value] for cluster in together for value in cluster]

    def mean(drawn: Counter[int]) -> float:
        return sum(value * times for value, times in drawn.items()) / drawn.total()

    (wide,), (narrow,) = bootstrap_intervals(together, [mean]), bootstrap_intervals(apart, [mean])
    assert wide is not None
    assert narrow is not None
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_draws_in_which_it_is_undefined_are_left_out() -> None:
    assert bootstrap_intervals([["x"]] * 5, [lambda _drawn: None]) == [None]
    assert bootstrap_intervals([], [lambda _drawn: 1.0]) == [None]
