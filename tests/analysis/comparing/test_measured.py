from __future__ import annotations

import pytest

from pytest_llmeval.analysis.comparing.measured import (
    Measured,
    corrected,
    measure_grade,
    measure_rate,
)
from pytest_llmeval.analysis.comparing.pairing import Pair, pair
from pytest_llmeval.analysis.comparing.sides import Side
from pytest_llmeval.analysis.statistics.estimates import Interval
from pytest_llmeval.analysis.statistics.paired import PairedCounts, mcnemar, newcombe_paired_interval
from pytest_llmeval.analysis.statistics.power import minimum_detectable_difference
from pytest_llmeval.analysis.statistics.resampling import paired_bootstrap_interval, sign_flip_test
from tests.analysis.two_runs import records, side, side_of


def pairs(base: str, new: str) -> tuple[Pair, ...]:
    return pair(side(base), side(new)).pairs


def sampled(*letters: str) -> Side:
    return side_of([one for sample, row in enumerate(letters, 1) for one in records(row, sample=sample)])


def test_a_rate_is_tested_by_mcnemar_with_newcombes_interval() -> None:
    found = measure_rate("fully correct", pairs("CCCCCCWWPC", "CCCWWWCWPW"), 0.05)
    counts = PairedCounts(both=3, lost=4, gained=1, neither=2)
    assert (found.base, found.new, found.lost, found.gained) == (0.7, 0.4, 4, 1)
    assert (found.p, found.test) == (mcnemar(4, 1), "McNemar")
    assert found.interval == newcombe_paired_interval(counts, 0.95)
    assert found.detectable == minimum_detectable_difference(10, 0.5)
    assert found.points == pytest.approx(-30)


def test_samples_of_an_entry_count_once() -> None:
    base, new = sampled("CCCC", "CCCW"), sampled("CWWC", "CWCC")
    found = measure_rate("fully correct", pair(base, new).pairs, 0.05)
    differences = [0.0, -1.0, -0.5, 0.5]
    assert (found.pairs, found.entries) == (8, 4)
    assert found.difference == pytest.approx(-0.25)
    assert (found.p, found.test) == (sign_flip_test(differences), "sign flips")
    assert found.interval == paired_bootstrap_interval(differences)
    assert (found.lost, found.gained) == (3, 1)


def test_the_same_trials_repeated_prove_nothing_more() -> None:
    once = measure_rate("r", pairs("CCCCCCWW", "WWWCCCWW"), 0.05)
    many = measure_rate("r", pair(sampled(*["CCCCCCWW"] * 5), sampled(*["WWWCCCWW"] * 5)).pairs, 0.05)
    assert many.p == pytest.approx(once.p)
    assert many.difference == once.difference


def test_two_evals_of_the_same_entries_prove_no_more_than_one() -> None:
    def asked_by(letters: str, *tests: str) -> Side:
        return side_of([one for test in tests for one in records(letters, nodeid=f"t.py::{test}[x]")])

    before, after = "C" * 120, "W" * 3 + "C" * 117
    once = measure_rate("r", pair(asked_by(before, "test_a"), asked_by(after, "test_a")).pairs, 0.05)
    both = ("test_a", "test_b")
    twice = measure_rate("r", pair(asked_by(before, *both), asked_by(after, *both)).pairs, 0.05)
    assert once.p == pytest.approx(0.25)
    assert twice.p == pytest.approx(0.25)
    assert (twice.pairs, twice.entries) == (240, 120)


def test_the_mean_grade_tells_what_the_rate_cannot() -> None:
    found = measure_grade(pairs("CPPUW", "CWUUW"), 0.05)
    assert found is not None
    assert (found.base, found.new, found.top) == pytest.approx((8 / 5, 5 / 5, 3))
    assert found.points == pytest.approx(-20)
    assert (found.lost, found.gained) == (2, 0)


def test_ungraded_pairs_have_no_mean_grade() -> None:
    assert measure_grade(pairs("+-", "++"), 0.05) is None


def figure(p: float, low: float, high: float, base: float = 0.5, new: float = 0.4) -> Measured:
    return Measured("f", 9, 9, base, new, Interval(low, high), p, p, 1, 0, None, "t")


@pytest.mark.parametrize(
    ("one", "direction"),
    [
        (figure(0.04, -0.2, -0.01), "worse"),
        (figure(0.04, 0.01, 0.2, base=0.3), "better"),
        (figure(0.05, -0.2, -0.01), None),
        (figure(0.04, -0.2, 0.01), None),
        (figure(0.04, -0.2, 0.0), None),
    ],
)
def test_a_figure_changed_where_the_test_says_so_and_the_interval_leaves_out_0(
    one: Measured, direction: str | None
) -> None:
    assert one.direction(0.05) == direction


def test_figures_tested_together_are_corrected_by_holm() -> None:
    together = corrected([figure(0.02, -0.2, -0.1), figure(0.5, -0.2, -0.1), figure(0.03, -0.2, -0.1)])
    assert [one.corrected_p for one in together] == [0.06, 0.5, 0.06]
    assert [one.direction(0.05) for one in together] == [None, None, None]
    assert [one.p for one in together] == [0.02, 0.5, 0.03]
