from __future__ import annotations

import math
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import permutation_test  # type: ignore[import-untyped]
from statsmodels.api import OLS  # type: ignore[import-untyped]

from pytest_llmeval.analysis.statistics.estimates import wilson_interval
from pytest_llmeval.analysis.statistics.paired import PairedCounts, mcnemar_exact, newcombe_paired_interval
from pytest_llmeval.analysis.statistics.paired_ratios import PairedParts, _Ratio, ratio_difference_interval, swap_test

PART_AND_WHOLE = st.integers(0, 4).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
ENTRIES = st.lists(st.builds(lambda a, b: PairedParts(*a, *b), PART_AND_WHOLE, PART_AND_WHOLE), min_size=2, max_size=7)


def has_calls(entries: list[PairedParts]) -> bool:
    return sum(one.base_whole for one in entries) > 0 and sum(one.new_whole for one in entries) > 0


def single(both: int, lost: int, gained: int, neither: int) -> list[PairedParts]:
    cells = [((1, 1), both), ((1, 0), lost), ((0, 1), gained), ((0, 0), neither)]
    return [PairedParts(base, 1, new, 1) for (base, new), times in cells for _ in range(times)]


@settings(max_examples=40, deadline=None)  # the first call of another library may take its time
@given(ENTRIES)
def test_the_swap_test_equals_scipys_permutation_test(entries: list[PairedParts]) -> None:
    assume(has_calls(entries))
    base = np.array([one.base_part + 100 * one.base_whole for one in entries])
    new = np.array([one.new_part + 100 * one.new_whole for one in entries])

    def apart(one: np.ndarray, other: np.ndarray) -> float:
        parts, wholes = zip(*((int(sum(x % 100)), int(sum(x // 100))) for x in (one, other)), strict=True)
        return abs(parts[1] / wholes[1] - parts[0] / wholes[0]) if all(wholes) else 2.0

    found = permutation_test(
        (base, new), apart, permutation_type="samples", alternative="greater", vectorized=False, n_resamples=np.inf
    )
    assert swap_test(entries) == pytest.approx(found.pvalue, abs=1e-9)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 60))
def test_with_one_call_each_the_swap_test_is_mcnemars(lost: int, gained: int, neither: int) -> None:
    assert swap_test(single(3, lost, gained, neither)) == pytest.approx(mcnemar_exact(lost, gained), rel=1e-9)


def test_a_swap_test_that_is_too_large_to_go_through_is_drawn_the_same_every_time() -> None:
    random = Random(3)
    numbers = [[random.randint(0, 3) for _ in range(4)] for _ in range(300)]
    entries = [PairedParts(base, 3 + 2 * more, new, 3 + 3 * still_more) for base, more, new, still_more in numbers]
    assert swap_test(entries) == swap_test(list(entries)) != swap_test(entries, seed=1)
    assert swap_test(entries) == pytest.approx(swap_test(entries, seed=1), abs=0.02)


CELLS = st.tuples(*[st.integers(0, 40)] * 4).filter(lambda cells: sum(cells) > 0)


@given(CELLS, st.sampled_from([0.8, 0.95, 0.99]))
def test_with_one_call_each_the_interval_is_newcombes(cells: tuple[int, int, int, int], confidence: float) -> None:
    ours = ratio_difference_interval(single(*cells), confidence)
    assert ours == pytest.approx(newcombe_paired_interval(PairedCounts(*cells), confidence), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(ENTRIES)
def test_the_spread_of_a_ratio_is_that_of_a_regression_clustered_by_entry(entries: list[PairedParts]) -> None:
    calls = [(n, float(at < one.base_part)) for n, one in enumerate(entries) for at in range(one.base_whole)]
    assume(len({entry for entry, _ in calls}) > 1)
    groups, failed = (np.array(column) for column in zip(*calls, strict=True))
    clustered = {"groups": groups, "use_correction": False}
    fitted = OLS(failed, np.ones(len(failed))).fit(cov_type="cluster", cov_kwds=clustered)
    ratio = _Ratio([(one.base_part, one.base_whole) for one in entries])
    assert ratio.value == pytest.approx(fitted.params[0], abs=1e-9)
    assert math.sqrt(ratio.squares) / ratio.whole == pytest.approx(fitted.bse[0], abs=1e-7)


def test_calls_that_fail_together_are_worth_less_than_calls_that_fail_alone() -> None:
    together = [PairedParts(5, 5, 0, 5)] * 4 + [PairedParts(0, 5, 0, 5)] * 6
    alone = [PairedParts(2, 5, 0, 5)] * 10
    assert sum(one.base_part for one in together) == sum(one.base_part for one in alone)
    wide, narrow = ratio_difference_interval(together), ratio_difference_interval(alone)
    assert wide.low < narrow.low < narrow.high < wide.high
    whole = _Ratio([(one.base_part, one.base_whole) for one in together]).interval(0.95)
    assert whole == pytest.approx(wilson_interval(4, 10), abs=1e-9)


@given(ENTRIES)
def test_the_interval_holds_the_difference(entries: list[PairedParts]) -> None:
    assume(has_calls(entries))
    low, high = ratio_difference_interval(entries)
    base = sum(one.base_part for one in entries) / sum(one.base_whole for one in entries)
    new = sum(one.new_part for one in entries) / sum(one.new_whole for one in entries)
    assert -1 <= low <= new - base + 1e-12
    assert new - base - 1e-12 <= high <= 1


def test_without_any_failure_the_interval_still_says_how_little_is_known() -> None:
    low, high = ratio_difference_interval([PairedParts(0, 2, 0, 2)] * 3)
    assert low < -0.3
    assert high > 0.3
