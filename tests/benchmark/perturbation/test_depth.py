"""What an answer rests on, placed at depths of a long text or among documents."""

from __future__ import annotations

import doctest
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.perturbation import depth as module
from pytest_llmeval.benchmark.perturbation.depth import depth, place_needle
from pytest_llmeval.errors import ConfigurationError

HAY = " ".join(f"Sentence number {number} says nothing." for number in range(20))
NEEDLE = "The code is 7431."
ENTRY = Entry(id="e", question=f"{NEEDLE}\n\nWhat is the code?", metadata={"needle": NEEDLE})


@given(st.floats(0, 1), st.integers(1, 100))
def test_the_needle_stands_whole_between_sentences_and_loses_no_word(where: float, words: int) -> None:
    text = place_needle(NEEDLE, HAY, where, words)
    before, _, after = text.partition(NEEDLE)
    assert (before + after).split() == HAY.split()[:words]
    # Fewer words than a sentence has leave no place between two sentences.
    assert before == "" or after == "" or before.rstrip()[-1] == "." or words <= 5


def test_depths_0_and_1_are_the_ends_and_others_never_are() -> None:
    assert place_needle(NEEDLE, HAY, 0).startswith(NEEDLE)
    assert place_needle(NEEDLE, HAY, 1).endswith(NEEDLE)
    assert NEEDLE in place_needle(NEEDLE, HAY, 0.01)[1:-1]
    assert not place_needle(NEEDLE, HAY, 0.99).endswith(NEEDLE)


def test_text_without_sentences_is_parted_between_words() -> None:
    assert place_needle("X", "a b c d", 0.5) == "a b X c d"
    assert place_needle("X", "a", 0.5) in ("X a", "a X")


@pytest.mark.parametrize(("where", "words"), [(-0.1, None), (1.1, None), (0.5, 101)])
def test_places_and_lengths_that_are_not_there_are_refused(where: float, words: int | None) -> None:
    with pytest.raises(ValueError, match=r"depth must lie|the haystack has 100 words"):
        place_needle(NEEDLE, HAY, where, words)


def test_there_is_a_variant_for_each_length_and_depth() -> None:
    drafts = list(depth(HAY, depths=[0, 0.5], lengths=[25, 50]).drafts(ENTRY))
    assert [draft.suffix for draft in drafts] == ["depth0-25", "depth50-25", "depth0-50", "depth50-50"]
    assert drafts[1].settings == {"depth": 0.5, "length": 25, "unit": "words"}
    assert drafts[1].changes["question"].endswith("\n\nWhat is the code?")
    assert len(drafts[3].changes["question"].split()) == 50 + 4 + 4


def test_the_whole_haystack_is_used_where_no_length_is_named() -> None:
    (draft,) = depth(HAY, depths=[0.25]).drafts(ENTRY)
    assert (draft.suffix, draft.settings["length"]) == ("depth25", 100)


def test_context_files_are_placed_among_other_documents() -> None:
    entry = Entry(id="e", question="Why?", context_files=("gold.md",))
    kind = depth(["a", "b", "gold.md", "c", "d"], depths=[0, 0.5, 1], lengths=[5, 2])
    assert [draft.changes["context_files"] for draft in kind.drafts(entry)] == [
        ("gold.md", "a", "b", "c", "d"),
        ("a", "b", "gold.md", "c", "d"),
        ("a", "b", "c", "d", "gold.md"),
        ("gold.md", "a", "b"),
        ("a", "gold.md", "b"),
        ("a", "b", "gold.md"),
    ]


def test_entries_without_a_needle_or_a_document_have_no_variants() -> None:
    plain = Entry(id="e", question="Why?")
    assert list(depth(HAY).drafts(plain)) == []
    assert list(depth(["a"]).drafts(plain)) == []


def test_a_needle_that_the_question_does_not_hold_is_told() -> None:
    with pytest.raises(ConfigurationError, match="entry 'e': its question does not hold its needle 'The code"):
        list(depth(HAY).drafts(Entry(id="e", question="What?", metadata={"needle": NEEDLE})))


@pytest.mark.parametrize(
    "settings",
    [
        {"haystack": ""},
        {"haystack": HAY, "depths": []},
        {"haystack": HAY, "depths": [2]},
        {"haystack": HAY, "lengths": [0]},
        {"haystack": HAY, "lengths": [101]},
        {"haystack": ["a"], "lengths": [2]},
    ],
)
def test_settings_that_cannot_be_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=r"perturbations\.depth: "):
        depth(**settings)


def test_examples_of_the_docstrings_hold() -> None:
    assert doctest.testmod(module).failed == 0
