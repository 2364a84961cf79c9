"""Samples of one entry: in one, any or all of k tries, and how steadily."""

from __future__ import annotations

import doctest
import math
from collections.abc import Iterable
from itertools import combinations, pairwise
from statistics import fmean
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom  # type: ignore[import-untyped]  # scipy ships no types

from pytest_llmeval.analysis import repeats
from pytest_llmeval.analysis.repeats import RepeatedEntry, RepeatFigures, Repeats, pass_at_k, pass_hat_k
from pytest_llmeval.analysis.statistics.estimates import wilson_interval
from tests.runs.samples import record

Ends = list[bool]
ENDS = st.lists(st.booleans(), min_size=1, max_size=9)


def tries(most: int) -> st.SearchStrategy[tuple[int, int, int]]:
    return st.integers(1, most).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n)))


def fed(entries: Iterable[tuple[str, Ends]], test: str = "test_a.py::test_b") -> Repeats:
    found = Repeats()
    for name, ends in entries:
        for sample, success in enumerate(ends, start=1):
            add(found, name, sample, success, test)
    return found


def add(found: Repeats, name: str, sample: int, success: bool, test: str = "test_a.py::test_b") -> None:
    one = record(question_id=name, sample=sample, nodeid=f"{test}[{name}-s{sample}]")
    found.add(one, success=success)


def figures(*entries: Ends, **others: Any) -> RepeatFigures:
    found = fed(((f"q{number}", ends) for number, ends in enumerate(entries)), **others).figures()
    assert found is not None
    return found


def test_examples_in_docstrings_are_true() -> None:
    assert doctest.testmod(repeats).failed == 0


@given(tries(9))
def test_any_and_all_of_k_are_counted_over_all_ways_to_choose_k(numbers: tuple[int, int, int]) -> None:
    n, successes, k = numbers
    ways = list(combinations([True] * successes + [False] * (n - successes), k))
    assert pass_at_k(n, successes, k) == pytest.approx(fmean(any(way) for way in ways), abs=1e-12)
    assert pass_hat_k(n, successes, k) == pytest.approx(fmean(all(way) for way in ways), abs=1e-12)


@given(tries(300))
def test_any_and_all_of_k_are_those_of_scipy_and_of_the_paper(numbers: tuple[int, int, int]) -> None:
    n, successes, k = numbers
    none, every = hypergeom(n, successes, k).pmf([0, k])
    assert pass_at_k(n, successes, k) == pytest.approx(1 - none, abs=1e-9)
    assert pass_hat_k(n, successes, k) == pytest.approx(every, abs=1e-9)
    in_the_paper = 1.0
    if n - successes >= k:
        in_the_paper -= float(np.prod(1.0 - k / np.arange(n - successes + 1, n + 1)))
    assert pass_at_k(n, successes, k) == pytest.approx(in_the_paper, abs=1e-9)


@given(st.floats(0, 1), st.integers(1, 6).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n))))
def test_the_estimates_are_without_bias(chance: float, numbers: tuple[int, int]) -> None:
    n, k = numbers
    odds = [math.comb(n, c) * chance**c * (1 - chance) ** (n - c) for c in range(n + 1)]
    at, hat = (sum(odds[c] * of(n, c, k) for c in range(n + 1)) for of in (pass_at_k, pass_hat_k))
    assert at == pytest.approx(1 - (1 - chance) ** k, abs=1e-9)
    assert hat == pytest.approx(chance**k, abs=1e-9)


def test_large_numbers_neither_overflow_nor_lose_digits() -> None:
    assert pass_at_k(10_000, 1, 5_000) == 0.5
    assert pass_at_k(10**15, 1, 1) == 1e-15
    assert pass_hat_k(10_000, 9_999, 5_000) == 0.5


@pytest.mark.parametrize("numbers", [(3, 4, 1), (3, -1, 1), (3, 1, 0), (3, 1, 4), (0, 0, 1)])
@pytest.mark.parametrize("estimate", [pass_at_k, pass_hat_k])
def test_numbers_out_of_range_are_an_error(estimate: Any, numbers: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="successes must lie between 0 and n, and k between 1 and n"):
        estimate(*numbers)


@given(st.lists(ENDS, min_size=1, max_size=8).filter(lambda entries: any(len(ends) > 1 for ends in entries)))
def test_figures_are_means_over_entries(entries: list[Ends]) -> None:
    found = figures(*entries)
    sizes = [len(ends) for ends in entries]
    assert (found.entries, found.fewest, found.most) == (len(entries), min(sizes), max(sizes))
    for k, estimate in found.pass_at.items():
        expected = fmean(fmean(any(way) for way in combinations(ends, k)) for ends in entries)
        assert estimate.value == pytest.approx(expected)
    for k, estimate in found.pass_hat.items():
        expected = fmean(fmean(all(way) for way in combinations(ends, k)) for ends in entries)
        assert estimate.value == pytest.approx(expected)
    rates = [fmean(one != other for one, other in pairwise(ends)) for ends in entries if len(ends) > 1]
    assert found.flip_rate is not None
    assert found.flip_rate.value == pytest.approx(fmean(rates))
    for estimate in (*found.pass_at.values(), *found.pass_hat.values(), found.flip_rate):
        assert 0 <= estimate.interval.low <= estimate.value <= estimate.interval.high <= 1


@pytest.mark.parametrize(
    ("fewest", "tries"), [(1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (4, [1, 2, 4]), (10, [1, 2, 4, 8, 10])]
)
def test_k_doubles_up_to_the_fewest_samples_of_an_entry(fewest: int, tries: list[int]) -> None:
    found = figures([True] * fewest, [False] * (fewest + 1))
    assert list(found.pass_at) == list(found.pass_hat) == tries


def test_an_interval_counts_entries_and_not_samples() -> None:
    found = figures(*[[True] * 50] * 3, [False] * 50)
    assert found.pass_at[1].interval == wilson_interval(3, 4)
    thirds = [[True, False, False], [False, True, False], [False, False, True]]
    assert figures(*thirds, *thirds).pass_at[1].interval == pytest.approx(wilson_interval(2, 6))


def test_an_interval_of_a_part_of_a_success_lies_between_those_of_whole_ones() -> None:
    found = figures([True, False, True, True], *[[True] * 4] * 3).pass_at[1]
    (low, high), (low_above, high_above) = wilson_interval(3, 4), wilson_interval(4, 4)
    assert found.interval == pytest.approx((low + 0.75 * (low_above - low), high + 0.75 * (high_above - high)))
    assert found.interval[0] < found.value < found.interval[1]


def test_single_samples_have_no_figures() -> None:
    assert Repeats().figures() is None
    assert fed([("a", [True]), ("b", [False])]).figures() is None


def test_the_flip_rate_goes_by_sample_numbers_and_not_by_arrival() -> None:
    found = Repeats()
    ends = {1: True, 2: True, 3: True, 4: False, 6: False}
    for sample in (4, 1, 6, 2, 3):
        add(found, "a", sample, ends[sample])
    told = found.figures()
    assert told is not None
    assert told.flip_rate is not None
    assert told.flip_rate.value == 1 / 4
    assert told.unstable == (RepeatedEntry("test_a.py::test_b", "a", 3, 5, 1),)


def test_of_a_sample_that_was_taken_again_the_later_counts() -> None:
    found = fed([("a", [False, True])])
    add(found, "a", 1, True)
    told = found.figures()
    assert told is not None
    assert (told.most, told.pass_hat[2].value) == (2, 1.0)


def test_tests_over_one_benchmark_keep_apart() -> None:
    found = fed([("a", [True, False])], "e[1]/test_a.py::test_b")
    for sample in (1, 2):
        add(found, "a", sample, False, "e[1]/test_a.py::TestC::test_d")
    told = found.figures()
    assert told is not None
    assert (told.tests, told.entries, told.pass_at[1].value) == (2, 2, 0.25)
    assert [one.test for one in told.unstable] == ["e[1]/test_a.py::test_b"]


def test_a_test_that_asks_once_does_not_bound_k() -> None:
    found = fed([("a", [True, False])])
    add(found, "b", 1, False, "test_a.py::test_once")
    told = found.figures()
    assert told is not None
    assert (told.tests, told.entries, told.fewest) == (1, 1, 2)


def test_records_without_an_item_belong_together() -> None:
    found = Repeats()
    for sample in (1, 2):
        found.add(record(sample=sample), success=True)
    told = found.figures()
    assert told is not None
    assert told.pass_hat[2].value == 1.0


def test_the_most_evenly_split_entries_come_first_and_steady_ones_not_at_all() -> None:
    found = figures(
        [True] * 4, [True, True, True, False], [True, True, False, False], [True, False, True, False], [False] * 4
    )
    assert [(one.question_id, one.successes, one.flips) for one in found.unstable] == [
        ("q3", 2, 3),
        ("q2", 2, 1),
        ("q1", 3, 1),
    ]
    assert found.unstable_entries == 3


def test_every_unstable_entry_is_kept() -> None:
    found = figures(*[[True, False]] * 40)
    assert (len(found.unstable), found.unstable_entries) == (40, 40)
