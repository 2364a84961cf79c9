"""The grader of length."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval import graders
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import GraderError
from pytest_llmeval.models.answer import Answer

ENTRY = Entry(id="x", question="?")


@pytest.mark.parametrize(
    ("bounds", "text", "fits"),
    [
        ({"max_words": 2}, "two words", True),
        ({"max_words": 1}, "two words", False),
        ({"min_words": 1}, "  ", False),
        ({"min_words": 2, "max_words": 3}, "a b c", True),
        ({"max_chars": 3}, " abc\n", True),
        ({"max_chars": 2}, "abc", False),
        ({"max_sentences": 1}, "Version 3.14 is out.", True),
        ({"max_sentences": 1}, "One. Two.", False),
        ({"max_sentences": 2}, "He said “Go!” Then he left", True),
        ({"max_sentences": 1}, "He said “Go!” Then he left", False),
        ({"min_sentences": 2}, "一。二。", True),
        ({"min_sentences": 1}, "", False),
        ({"max_words": 0}, "one", False),
    ],
)
def test_an_answer_is_right_within_its_bounds_and_wrong_outside(bounds: dict[str, Any], text: str, fits: bool) -> None:
    assert graders.length(**bounds)(ENTRY, Answer(text)).level == ("fully_correct" if fits else "wrong")


def test_each_bound_is_a_score_of_its_own_and_the_notes_name_those_missed() -> None:
    grade = graders.length(min_words=1, max_words=2, max_chars=90, max_sentences=9)(ENTRY, Answer("one two three"))
    assert [(s.name, s.passed, s.kind) for s in grade.scores] == [
        ("length_words", False, "verifiable"),
        ("length_sentences", True, "heuristic"),
        ("length_chars", True, "verifiable"),
    ]
    assert grade.notes == "3 words, wanted at least 1 and at most 2"


def test_bounds_are_taken_from_the_entrys_metadata() -> None:
    entry = Entry(id="x", question="?", metadata={"max_words": 1})
    assert graders.length()(entry, Answer("two words")).level == "wrong"
    assert graders.length(max_words=5)(entry, Answer("two words")).level == "fully_correct"


def test_without_any_bound_the_grader_says_what_it_needs() -> None:
    with pytest.raises(GraderError, match=r"needs a bound, entry 'x' has none; write graders\.length\(max_words="):
        graders.length()(ENTRY, Answer("a"))
