"""Samples as votes, held against another way to count and against scipy's entropy."""

from __future__ import annotations

from statistics import multimode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy  # type: ignore[import-untyped]

from pytest_llmeval.analysis.confidence import Confidences
from pytest_llmeval.analysis.votes import Vote, vote_of, votes_of
from tests.cli.logs import trial

SAMPLES = st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), min_size=1, max_size=12)


@given(SAMPLES)
def test_a_vote_is_what_the_leading_answers_are_worth(samples: list[tuple[str, bool]]) -> None:
    said, right = [one for one, _ in samples], [is_right for _, is_right in samples]
    vote = vote_of(said, right)
    worth = [[is_right for one, is_right in samples if one == leader] for leader in multimode(said)]
    assert vote.majority == pytest.approx(sum(sum(one) / len(one) for one in worth) / len(worth), abs=1e-12)
    assert vote.single == pytest.approx(sum(right) / len(right), abs=1e-12)
    assert vote.entropy == pytest.approx(entropy([said.count(one) for one in set(said)], base=2), abs=1e-9)


def test_a_majority_may_be_right_more_often_than_one_sample_and_wrong_more_often() -> None:
    assert vote_of("aab", [True, True, False]).majority == 1
    assert vote_of("aab", [False, False, True]).majority == 0


def test_a_tie_is_shared() -> None:
    assert vote_of("abab", [True, False, True, False]) == Vote(0.5, 0.5, 1.0)
    assert vote_of("abc", [True, False, False]).majority == pytest.approx(1 / 3)


def test_one_answer_has_no_entropy_and_no_minus() -> None:
    assert str(vote_of("aa", [True, True]).entropy) == "0.0"


def test_entries_count_once_whatever_they_have_of_samples() -> None:
    found = votes_of([vote_of("a", [True]), vote_of("aaab", [False, False, False, True])])
    assert found is not None
    assert (found.entries, found.majority.value, found.single.value) == (2, 0.5, 0.625)
    assert found.majority.interval.low < 0.5 < found.majority.interval.high
    assert votes_of([]) is None


def confidences(*samples: tuple[int, str, bool]) -> Confidences:
    found = Confidences()
    for number, (entry, text, right) in enumerate(samples, 1):
        fields: dict[str, Any] = {"answer": text, "sample": number}
        found.add(trial(entry, **fields), right=right)
    return found


def test_answers_that_differ_in_case_or_stated_confidence_vote_together() -> None:
    found = confidences((1, "Paris. Confidence: 80%", True), (1, "**paris**", True), (1, "Rome", False)).votes()
    assert found is not None
    assert (found.entries, found.majority.value) == (1, 1.0)


def test_entries_of_one_sample_and_texts_that_never_agree_take_no_vote() -> None:
    assert confidences((1, "Paris", True), (2, "Rome", False)).votes() is None
    assert confidences((1, "one way", True), (1, "another way", True)).votes() is None
