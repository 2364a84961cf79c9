"""Win rates and the bias of order equal independent libraries, and mean what they say."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest  # type: ignore[import-untyped]
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

from pytest_llmeval.analysis.judges.judgement import outcome_of
from pytest_llmeval.analysis.judges.preference import Judged, order_bias, preference_of, win_rate
from pytest_llmeval.grading.judge.pairwise import BETTER, Better

V = {"first": 1.0, "tie": 0.5, "second": 0.0}
SAID = st.tuples(st.sampled_from(BETTER), st.sampled_from(BETTER))


def pairs(said: Sequence[tuple[Better, Better]], **fields: str) -> list[Judged]:
    return [
        Judged(f"q{n}", fields.get("category", "c"), fields.get("judge", "j"), *both) for n, both in enumerate(said)
    ]


@settings(deadline=None)
@given(SAID)
def test_both_orders_are_averaged_and_disagreement_is_a_tie(said: tuple[Better, Better]) -> None:
    base_first, new_first = said
    one = Judged("q", "c", "j", base_first, new_first)
    assert one.new_is_better == (V[new_first] + 1 - V[base_first]) / 2
    agreed = {("second", "first"): "new", ("first", "second"): "base"}
    assert outcome_of(base_first, new_first) == agreed.get(said, "tie")
    assert one.flipped is (said not in [*agreed, ("tie", "tie")])
    assert one.first_position == fmean([V[base_first], V[new_first]])


@settings(deadline=None)
@given(SAID)
def test_exchanging_the_sides_exchanges_the_outcome(said: tuple[Better, Better]) -> None:
    one, other = Judged("q", "c", "j", *said), Judged("q", "c", "j", said[1], said[0])
    assert one.outcome == 1 - other.outcome
    assert (one.flipped, one.first_position) == (other.flipped, other.first_position)


@settings(deadline=None)
@given(st.lists(SAID, min_size=1, max_size=60))
def test_win_rate_its_interval_and_sign_test_are_those_of_other_libraries(said: list[tuple[Better, Better]]) -> None:
    found = win_rate(pairs(said))
    outcomes = [outcome_of(*both) for both in said]
    wins, losses, n = outcomes.count("new"), outcomes.count("base"), len(said)
    assert (found.wins, found.ties, found.losses, found.n) == (wins, n - wins - losses, losses, n)
    assert found.rate == pytest.approx((wins + (n - wins - losses) / 2) / n, abs=1e-12)
    low, high = proportion_confint(wins + (n - wins - losses) / 2, n, method="wilson")
    assert found.interval == pytest.approx((max(low, 0), min(high, 1)), abs=1e-9)
    expected = binomtest(wins, wins + losses).pvalue if wins + losses else 1.0
    assert found.p_value == pytest.approx(expected, abs=1e-9)


@settings(deadline=None)
@given(st.lists(SAID, min_size=1, max_size=40))
def test_flips_and_first_position_are_shares_of_what_was_asked(said: list[tuple[Better, Better]]) -> None:
    found = order_bias("j", pairs(said))
    assert found.flips.n == len(said)
    assert found.first_position == pytest.approx(fmean((V[a] + V[b]) / 2 for a, b in said), abs=1e-12)
    assert found.interval is not None
    assert found.first_position is not None
    assert found.interval.low - 1e-9 <= found.first_position <= found.interval.high + 1e-9


def test_judge_that_always_takes_the_first_place_shows() -> None:
    found = order_bias("j", pairs([("first", "first")] * 9))
    assert (found.flips.rate, found.first_position) == (1.0, 1.0)
    assert win_rate(pairs([("first", "first")] * 9)).ties == 9


def test_samples_of_an_entry_count_as_one() -> None:
    samples = [Judged("q", "c", "j", "second", "first", sample) for sample in (1, 2, 3)]
    other = Judged("r", "c", "j", "first", "second")
    assert (win_rate([*samples, other]).n, win_rate([*samples, other]).rate) == (2, 0.5)


def test_panel_takes_the_median_and_split_votes_are_ties() -> None:
    def said(judge: str, better: tuple[Better, Better]) -> Judged:
        return Judged("q", "c", judge, *better)

    new, base, tie = ("second", "first"), ("first", "second"), ("tie", "tie")
    cases: list[tuple[list[tuple[Better, Better]], int]] = [
        ([new, new, base], 1),  # type: ignore[list-item]  # literals of a tuple are plain texts
        ([new, base], 0),  # type: ignore[list-item]
        ([new, tie], 0),  # type: ignore[list-item]
    ]
    for votes, wins in cases:
        found = preference_of(said(f"j{n}", vote) for n, vote in enumerate(votes))
        assert (found.overall.n, found.overall.wins) == (1, wins)
        assert len(found.bias) == len(votes)


def test_longer_answers_that_win_are_counted_among_those_with_a_winner() -> None:
    def of(entry: str, better: tuple[Better, Better], longer: int, *, identical: bool = False) -> Judged:
        return Judged(entry, "c", "j", *better, longer=longer, identical=identical)

    judged = [
        of("a", ("second", "first"), 1),
        of("b", ("first", "second"), 1),
        of("c", ("first", "second"), -1),
        of("d", ("tie", "tie"), 1),
        of("e", ("second", "first"), 0),
        of("f", ("tie", "tie"), 0, identical=True),
    ]
    found = order_bias("j", judged)
    assert (found.longer_wins.count, found.longer_wins.n, found.flips.n) == (2, 3, 5)


def test_nothing_judged_is_no_rate() -> None:
    found = preference_of([])
    assert (found.overall.rate, found.overall.interval, found.overall.p_value) == (None, None, 1.0)
    assert order_bias("j", []).first_position is None
