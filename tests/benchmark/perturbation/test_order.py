"""Choices and documents in another order, and the gold answer that moves along."""

from __future__ import annotations

from string import ascii_uppercase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.perturbation.order import order
from pytest_llmeval.benchmark.perturbation.variants import variants_of

CITIES = ["Paris", "London", "Rome", "Oslo"]
LINES = "Which is the capital of France?\n" + "\n".join(
    f"{letter}) {city}" for letter, city in zip("ABCD", CITIES, strict=True)
)


def variants(entry: Entry, n: int = 1) -> list[Entry]:
    return [one.entry for one in variants_of(entry, [order(n=n)])]


def listed(question: str) -> dict[str, str]:
    return {line[0]: line[3:] for line in question.splitlines()[1:]}


@pytest.mark.parametrize("gold", ["A", "b", "(C)", " D. "])
def test_a_letter_moves_with_the_choice_it_names(gold: str) -> None:
    right = CITIES["ABCD".index(gold.strip(" ().").upper())]
    made = variants(Entry(id="e", question=LINES, gold_answer=gold), n=5)
    assert len({one.question for one in made}) == 5
    for one in made:
        assert listed(one.question)[one.gold_answer] == right
        assert sorted(listed(one.question).values()) == sorted(CITIES)


def test_a_gold_answer_that_is_a_choice_s_text_stays() -> None:
    (made,) = variants(Entry(id="e", question=LINES, gold_answer="Paris"))
    assert made.gold_answer == "Paris"
    assert made.question != LINES


@given(st.integers(2, 8), st.data())
def test_lists_in_the_metadata_and_lines_in_the_question_move_alike(size: int, data: Any) -> None:
    choices = [f"choice {number}" for number in range(size)]
    place = data.draw(st.integers(0, size - 1))
    lines = "\n".join(f"{letter}. {one}" for letter, one in zip(ascii_uppercase, choices, strict=False))
    entry = Entry(
        id="e", question=f"Which?\n{lines}", gold_answer=ascii_uppercase[place], metadata={"choices": choices}
    )
    (made,) = variants(entry)
    moved = made.metadata["choices"]
    assert list(listed(made.question).values()) == moved != choices
    assert moved[ascii_uppercase.index(made.gold_answer)] == choices[place]


def test_choices_in_the_metadata_alone_move_too() -> None:
    (made,) = variants(Entry(id="e", question="Which?", gold_answer="B", metadata={"options": CITIES}))
    assert made.metadata["options"][ascii_uppercase.index(made.gold_answer)] == "London"


def test_documents_are_put_in_another_order() -> None:
    entry = Entry(id="e", question="Why?", context_files=("a", "b", "c"), metadata={"documents": ["x", "y"], "k": 1})
    (made,) = variants(entry)
    assert sorted(made.context_files) == ["a", "b", "c"]
    assert made.context_files != entry.context_files
    assert made.metadata == {"documents": ["y", "x"], "k": 1}


@pytest.mark.parametrize(
    "fields",
    [
        {"question": "Why is the sky blue?"},
        {"question": "Which?\nA) only one"},
        {"question": "Which?\nB) b\nA) a", "gold_answer": "A"},
        {"question": "Which?\nA) a\nB) b\nC) all of the above", "gold_answer": "C"},
        {"question": "Which?\nA) a\nB) b\nC) both A and B", "gold_answer": "C"},
        {"question": "Which?", "gold_answer": 1, "metadata": {"choices": ["a", "b"]}},
        {"question": "Which?\nA) a\nB) b", "gold_answer": "A", "metadata": {"choices": ["a", "b", "c"]}},
    ],
)
def test_what_cannot_be_moved_without_doubt_is_left_alone(fields: dict[str, Any]) -> None:
    assert variants(Entry(id="e", **fields)) == []


def test_a_number_that_is_itself_a_choice_is_its_text() -> None:
    (made,) = variants(Entry(id="e", question="How many?", gold_answer=4, metadata={"choices": [3, 4]}))
    assert (made.gold_answer, made.metadata["choices"]) == (4, [4, 3])


def test_a_gold_answer_that_is_a_letter_and_a_choice_s_text_is_the_text() -> None:
    entry = Entry(id="e", question="Which vitamin?", gold_answer="C", metadata={"choices": ["B", "C", "A"]})
    assert [one.gold_answer for one in variants(entry, n=3)] == ["C"] * 3
