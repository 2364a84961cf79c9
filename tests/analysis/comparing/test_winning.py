"""Win rates of two runs, by entry."""

from __future__ import annotations

import pytest
from scipy.stats import binomtest  # type: ignore[import-untyped]  # scipy ships no types

from pytest_llmeval.analysis.comparing.comparison import compare
from pytest_llmeval.analysis.comparing.pairing import Pair, pair
from pytest_llmeval.analysis.comparing.winning import winning
from pytest_llmeval.analysis.statistics.estimates import wilson_interval
from pytest_llmeval.reports.comparison_json import comparison_json
from tests.analysis.two_runs import records, side, side_of


def pairs(base: str, new: str) -> list[Pair]:
    return list(pair(side(base), side(new)).pairs)


def test_the_better_grade_wins_and_the_sign_test_leaves_ties_out() -> None:
    found = winning(pairs("CCCCCCPWWU", "WPUWPCCCUU")).overall
    assert (found.wins, found.ties, found.losses, found.rate) == (3, 2, 5, 0.4)
    assert found.interval == wilson_interval(4, 10)
    assert found.p_value == pytest.approx(binomtest(3, 8).pvalue)


def test_where_some_are_not_graded_who_is_right_wins() -> None:
    found = winning(pairs("PC++", "UC-+")).overall
    assert (found.wins, found.ties, found.losses) == (0, 3, 1)


def test_an_entry_wins_by_the_mean_of_its_samples_and_counts_once() -> None:
    base = [*records("CWC"), *records("CWC", sample=2), *records("WWC", sample=3)]
    new = [*records("WWC"), *records("CWC", sample=2), *records("CCC", sample=3)]
    found = winning(list(pair(side_of(base), side_of(new)).pairs)).overall
    assert (found.wins, found.ties, found.losses, found.n) == (1, 2, 0, 3)  # q0 lost one sample and gained one


def test_each_category_has_its_own() -> None:
    base = side_of([*records("CC", category="sums"), *records("  WW", category="dates")])
    new = side_of([*records("WC", category="sums"), *records("  CC", category="dates")])
    found = winning(list(pair(base, new).pairs)).categories
    assert {name: (one.wins, one.ties, one.losses) for name, one in found.items()} == {
        "dates": (2, 0, 0),
        "sums": (0, 1, 1),
    }


def test_machines_get_them_unrounded_and_nothing_of_no_pair() -> None:
    told = comparison_json(compare(side("CCC"), side("CWP")))["head_to_head"]
    assert told["categories"] == {"uncategorized": told["overall"]}
    assert told["overall"] == {
        "entries": 3,
        "wins": 0,
        "ties": 1,
        "losses": 2,
        "win_rate": 1 / 6,
        "interval": list(wilson_interval(0.5, 3)),
        "sign_p": 0.5,
    }
    nothing = comparison_json(compare(side("C"), side(" C")))["head_to_head"]
    assert (nothing["overall"]["win_rate"], nothing["overall"]["sign_p"], nothing["categories"]) == (None, None, {})
