"""Near duplicates: the quick search finds what comparing all pairs finds."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.benchmark.checking.clusters import Clusters
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


def test_what_is_not_wanted_is_not_compared() -> None:
    same = [frozenset("ab")] * 3
    assert list(similar_pairs(same, 0.5, lambda one, other: (one, other) == (0, 2))) == [(0, 2, 1.0)]


def test_questions_of_one_pattern_that_are_too_far_apart_are_not_all_compared() -> None:
    shared = [f"s{number}" for number in range(22)]
    sets = [frozenset([*shared, f"a{number}", f"b{number}", f"c{number}"]) for number in range(50)]

    def compared(one: int, other: int) -> bool:
        raise AssertionError(f"{one} and {other} are compared")

    assert list(similar_pairs(sets, 0.8, compared)) == []


PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12)


@given(PAIRS)
def test_clusters_are_what_hangs_together(pairs: list[tuple[int, int]]) -> None:
    clusters = Clusters(10)
    together = [{place} for place in range(10)]
    for one, other in pairs:
        clusters.unite(one, other)
        touched = [members for members in together if one in members or other in members]
        together = [*(members for members in together if members not in touched), set().union(*touched)]
    assert clusters.several() == sorted(tuple(sorted(members)) for members in together if len(members) > 1)
    assert all(clusters.first(place) == min(members) for members in together for place in members)


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
