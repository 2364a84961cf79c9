from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest  # type: ignore[import-untyped]  # scipy ships no types

from pytest_llmeval.analysis.people.preferring import AnswerPair, Pairs, pair_up, preferred, who
from pytest_llmeval.runs.preference_file import VERDICTS, Preference, Verdict
from pytest_llmeval.runs.record import Record
from tests.cli.logs import trial

NAMES = ("small", "large")


def pairs_of(n: int, **how: int) -> Pairs:
    return pair_up(
        [trial(q, answer=f"short {q}") for q in range(n)],
        [trial(q, answer=f"long {q}", model="large") for q in range(n)],
        **how,
    )


def said(pair: AnswerPair, verdict: Verdict, rater: str = "anna") -> Preference:
    return Preference(
        question_id=pair.first.question_id,
        sample=pair.first.sample,
        eval=pair.eval,
        category=pair.first.category,
        first=who(pair.first),
        second=who(pair.second),
        preferred=verdict,
        left=pair.left,
        answers=pair.answers,
        rater=rater,
        timestamp="t",
    )


def test_order_and_sides_come_from_the_seed() -> None:
    once, again, other = pairs_of(40), pairs_of(40), pairs_of(40, seed=1)
    assert once == again
    order = [[pair.first.question_id for pair in pairs.pairs] for pairs in (once, other)]
    assert order[0] != order[1]
    assert order[0] != sorted(order[0])
    assert 8 < Counter(pair.left for pair in once.pairs)["first"] < 32
    assert all(pair.shown[0] is (pair.first if pair.left == "first" else pair.second) for pair in once.pairs)


def test_equal_answers_are_not_asked_and_lonely_ones_counted() -> None:
    first = [trial(1, answer="The  same."), trial(2, answer="A"), trial(3, answer="A"), trial(4, answer=None)]
    second = [trial(1, answer="The same."), trial(2, answer="B"), trial(5, answer="B")]
    found = pair_up(first, second)
    assert [pair.first.question_id for pair in found.pairs] == ["q2"]
    assert (found.same, found.alone) == (1, 2)


@given(st.lists(st.sampled_from(VERDICTS), min_size=1, max_size=30))
def test_the_sign_test_is_that_of_scipy(verdicts: list[Verdict]) -> None:
    pairs = pairs_of(len(verdicts))
    found = preferred(pairs, [said(p, v) for p, v in zip(pairs.pairs, verdicts, strict=True)], NAMES)
    wins, losses = verdicts.count("first"), verdicts.count("second")
    assert found.rate == pytest.approx((wins + (len(verdicts) - wins - losses) / 2) / len(verdicts))
    expected = binomtest(wins, wins + losses).pvalue if wins + losses else 1.0
    assert found.p == pytest.approx(expected, abs=1e-9)
    assert found.interval is not None
    assert 0 <= found.interval.low <= found.interval.high <= 1


def test_the_last_choice_of_each_rater_counts_and_those_of_other_answers_do_not() -> None:
    pairs = pairs_of(2)
    first, second = pairs.pairs
    stale = said(second, "first").model_copy(update={"answers": ("x", "y")})
    choices = [said(first, "second"), said(first, "first"), said(first, "tie", "ben"), stale]
    found = preferred(pairs, choices, NAMES)
    assert found.counts == {"first": 1, "tie": 1}
    assert found.rate == 0.75
    assert dict(found.by_category) == {first.first.category: Counter(first=1, tie=1)}
    assert found.left + found.right == 1


def test_equal_answers_are_ties_in_the_rate() -> None:
    pairs = pair_up(
        [trial(1, answer="A"), trial(2, answer="S")], [trial(1, answer="B", model="l"), trial(2, answer="S", model="l")]
    )
    assert preferred(pairs, [said(pairs.pairs[0], "first")], NAMES).rate == 0.75


def test_without_a_choice_nothing_is_said() -> None:
    found = preferred(pairs_of(3), [], NAMES)
    assert (found.rate, found.interval, found.p) == (None, None, None)


def some_of_each(*worth: tuple[str, int, Verdict | None]) -> tuple[Pairs, list[Preference]]:
    """Two samples of q1, one of them with equal answers, one each of q2 and q3; and the choices that are told."""
    shape = [("1", 1, "same"), ("1", 2, "a"), ("2", 1, "a"), ("3", 1, "a")]
    pairs = pair_up(
        [trial(int(n), sample=sample, answer=text) for n, sample, text in shape],
        [
            trial(int(n), sample=sample, answer=text if text == "same" else "b", model="large")
            for n, sample, text in shape
        ],
    )
    found = {(pair.first.question_id, pair.first.sample): pair for pair in pairs.pairs}
    return pairs, [said(found[name, sample], verdict) for name, sample, verdict in worth if verdict]


def test_every_entry_counts_once_however_many_pairs_it_has() -> None:
    # q1: a win and a tie of equal answers, 0.75; q2: a tie, 0.5; q3: lost, 0
    pairs, choices = some_of_each(("q1", 2, "first"), ("q2", 1, "tie"), ("q3", 1, "second"))
    found = preferred(pairs, choices, NAMES)
    assert found.rate == pytest.approx((0.75 + 0.5 + 0) / 3)
    assert (found.asked, found.chosen, found.same) == (3, 3, 1)


def test_while_pairs_are_left_equal_answers_count_in_proportion() -> None:
    # A sixth of the weight of three entries is equal; a sixth (q1) is won and a third (q3) lost: a third of the chosen.
    pairs, choices = some_of_each(("q1", 2, "first"), ("q3", 1, "second"))
    found = preferred(pairs, choices, NAMES)
    assert found.rate == pytest.approx(0.5 / 6 + 5 / 6 * (1 / 6) / (1 / 6 + 1 / 3))
    assert (found.asked, found.chosen) == (3, 2)


def test_a_model_that_won_every_pair_so_far_is_not_drawn_to_the_middle_by_ties_alone() -> None:
    n = 40  # half of them equal
    pairs = pair_up(
        [trial(q, answer=f"same {q}" if q % 2 else f"a {q}") for q in range(n)],
        [trial(q, answer=f"same {q}" if q % 2 else f"b {q}", model="large") for q in range(n)],
    )
    rates = [preferred(pairs, [said(one, "first") for one in pairs.pairs[:k]], NAMES).rate for k in (1, 5, 20)]
    assert rates == pytest.approx([0.75, 0.75, 0.75])


def asked_by(test: str, answer: str, **fields: Any) -> Record:
    return trial(1, answer=f"{test} {answer}", nodeid=f"t.py::{test}[q1]", **fields)


def test_an_entry_that_two_evals_ask_is_two_pairs() -> None:
    pairs = pair_up(
        [asked_by("test_a", "short"), asked_by("test_b", "short")],
        [asked_by("test_a", "long", model="large"), asked_by("test_b", "long", model="large")],
    )
    assert {(one.eval, one.first.answer, one.second.answer) for one in pairs.pairs} == {
        ("t.py::test_a", "test_a short", "test_a long"),
        ("t.py::test_b", "test_b short", "test_b long"),
    }
    one, other = pairs.pairs
    found = preferred(pairs, [said(one, "first"), said(other, "second")], NAMES)
    assert (found.asked, found.chosen, found.rate, found.counts) == (2, 2, 0.5, {"first": 1, "second": 1})


def test_equal_answers_in_two_evals_are_two_pairs_told_apart_by_their_eval() -> None:
    def of(test: str, model: str) -> Record:
        return asked_by(test, "", model=model).model_copy(update={"answer": model})

    pairs = pair_up(*([of(test, model) for test in ("test_a", "test_b")] for model in ("small", "large")))
    one, other = pairs.pairs
    assert [preferred(pairs, [said(pair, "first")], NAMES).chosen for pair in (one, other)] == [1, 1]
    assert pairs.choices([said(one, "first")]).keys() == {(one.place, "anna")}


def test_a_choice_that_was_kept_without_its_eval_counts_for_its_answers() -> None:
    pairs = pair_up(
        [asked_by("test_a", "short"), asked_by("test_b", "short")],
        [asked_by("test_a", "long", model="large"), asked_by("test_b", "long", model="large")],
    )
    old = said(pairs.pairs[0], "first").model_copy(update={"eval": None})
    assert pairs.choices([old]).keys() == {(pairs.pairs[0].place, "anna")}


def test_an_eval_that_was_renamed_is_the_same_where_it_alone_asks() -> None:
    (pair,) = pair_up([asked_by("test_old", "short")], [asked_by("test_new", "long", run_id="run-2")]).pairs
    assert pair.eval is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"question": "2+2?"}, {"question": "Capital of France?"}),
        ({"entry_hash": "a"}, {"entry_hash": "b"}),
    ],
)
def test_answers_to_different_questions_are_passed_over_and_counted(one: dict[str, str], other: dict[str, str]) -> None:
    pairs = pair_up([trial(1, **one), trial(2, answer="A")], [trial(1, **other), trial(2, answer="B")])
    assert [pair.first.question_id for pair in pairs.pairs] == ["q2"]
    assert (pairs.changed, pairs.same, pairs.alone, preferred(pairs, [], NAMES).changed) == (1, 0, 0, 1)


def test_a_choice_counts_though_the_two_are_named_in_the_other_order() -> None:
    small = [trial(q, answer=f"short {q}") for q in (1, 2)]
    large = [trial(q, answer=f"long {q}", model="large") for q in (1, 2)]
    pairs, mirrored = pair_up(small, large), pair_up(large, small)
    choices = [said(pair, "first") for pair in pairs.pairs]
    found = preferred(mirrored, choices, ("large", "small"))
    assert (found.chosen, found.counts, found.rate) == (2, {"second": 2}, 0)
    again = preferred(pairs, [*choices, said(mirrored.pairs[0], "first")], NAMES)
    assert again.counts == {"first": 1, "second": 1}, "the later choice of a rater takes the earlier one's place"
