"""Near duplicates: the quick search finds what comparing all pairs finds."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.benchmark.checking.clusters import Clusters
from pytest_llmeval.benchmark.checking.near import jaccard, similar_pairs
from pytest_llmeval.benchmark.checking.words import holds, plain, runs, wording, words, words_and_signs

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


def test_the_marks_of_a_letter_belong_to_its_word_and_those_of_an_emoji_are_none() -> None:
    assert words("ปีคืออะไร") == ["ปีคืออะไร"]
    assert words("क्या, काला") == ["क्या", "काला"]
    assert words("I \u2764\ufe0f it") == ["i", "it"]
    assert holds(plain("مَلِك أو مُلْك"), plain("مُلْك"))
    assert not holds(plain("مَلِك"), plain("مُلْك"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("5 \u2212 3", ["5", "-", "3"]),
        ("A state-of-the-art, 5-3?", ["a", "state", "of", "the", "art", "5", "-", "3"]),
        ("x<=3 \u2260 C#", ["x", "<", "=", "3", "\u2260", "c", "#"]),
        ("Is 5! != 5!", ["is", "5", "!", "!", "=", "5", "!"]),
        ("\U0001f600!", ["\U0001f600"]),
        ("It\u2019s काला + 1", ["it", "s", "काला", "+", "1"]),
    ],
)
def test_signs_that_say_something_are_words_of_their_own(text: str, found: list[str]) -> None:
    assert words_and_signs(text) == found


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Where  is IT?", "where is it", True),
        ("It\u2019s \u201chere\u201d.", 'It\'s "here"', True),
        ("这是什么\u3002", "这是什么", True),
        ("5 + 3", "5 - 3", False),
        ("-2", "2", False),
        ("==", "!=", False),
        ("What is 5!?", "What is 5?", False),
        ("?", "!", False),
        ("\U0001f600", "\U0001f622", False),
        ("ปี", "ปู", False),
    ],
)
def test_a_wording_is_the_same_in_other_case_spacing_and_closing_signs_alone(
    one: str, other: str, is_same: bool
) -> None:
    assert (wording(one) == wording(other)) is is_same
