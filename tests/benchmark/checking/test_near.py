"""Near duplicates: the quick search finds what comparing all pairs finds."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.benchmark.checking.near import jaccard, similar_pairs
from pytest_llmeval.benchmark.checking.words import holds, plain, runs, words

SETS = st.lists(st.frozensets(st.sampled_from("abcdefgh"), max_size=8), max_size=14)


@given(SETS, st.sampled_from([0.1, 0.3, 0.5, 2 / 3, 0.8, 1.0]))
def test_every_pair_that_is_similar_enough_is_found_once(sets: list[frozenset[str]], least: float) -> None:
    expected = {
        (one, other) for one, other in combinations(range(len(sets)), 2) if jaccard(sets[one], sets[other]) >= least
    }
    found = list(similar_pairs(sets, least))
    assert [(one, other) for one, other, _ in sorted(found)] == sorted(expected)
    assert all(alike == jaccard(sets[one], sets[other]) for one, other, alike in found)


def test_nothing_is_similar_to_an_empty_set() -> None:
    assert jaccard(frozenset(), frozenset()) == 0
    assert list(similar_pairs([frozenset(), frozenset()], 0.1)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("  ?! ", []),
        ("Ｆｏｏ-BAR's", ["foo", "bar", "s"]),
        ("Größe 12", ["grösse", "12"]),
        ("日本 語", ["日本", "語"]),
    ],
)
def test_words_are_in_one_case_and_one_form(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_a_short_text_is_one_run_and_an_empty_one_none() -> None:
    assert runs(["a", "b"], 3) == {"a b"}
    assert not runs([], 3)


@pytest.mark.parametrize(("part", "is_held"), [("paris", True), ("par", False), ("is paris", True), ("", False)])
def test_a_part_is_held_at_the_borders_of_words(part: str, is_held: bool) -> None:
    assert holds(plain("It is PARIS."), part) is is_held
