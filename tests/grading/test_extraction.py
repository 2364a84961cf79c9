"""Where the final answer stands."""

from __future__ import annotations

import contextlib
import time

import pytest

from pytest_llmeval.errors import ExtractionError
from pytest_llmeval.grading.extraction import by_pattern, choice_letter, final_text, in_tag, marked_answers
from tests.patience import PATIENCE_S


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The answer is **Paris**.", "Paris"),
        ("Final Answer: The Hague", "The Hague"),
        ("**Answer**: `x`", "x"),
        ("Answer:\n\nParis\n\nBecause.", "Paris"),
        ("so \\boxed{\\text{a} + {b}}", "\\text{a} + {b}"),
        ("work\n#### 72", "72"),
        ("The answer is no. Wait. The answer is yes.", "yes"),
        ("The answer to the riddle is time.", "time"),
    ],
)
def test_the_marked_answer_is_found(text: str, answer: str) -> None:
    assert final_text(text) == answer


def test_the_surest_mark_comes_first() -> None:
    text = "the answer is 1\n\\boxed{2}\n#### 3"
    assert list(marked_answers(text)) == ["3", "2", "1"]


@pytest.mark.parametrize("text", ["", "Paris", "##### heading", "\\boxed{never closed", "The answer is **."])
def test_a_text_that_marks_nothing_has_no_final_text(text: str) -> None:
    with pytest.raises(ExtractionError, match="no final answer is marked"):
        final_text(text)


def test_the_last_closed_tag_counts() -> None:
    assert in_tag("<answer>a</answer> no: <answer> b </answer> <answer>cut") == "b"
    assert in_tag("<x>1</x>", "x") == "1"


@pytest.mark.parametrize("text", ["", "<answer>open", "shut</answer>", "</answer><answer>"])
def test_a_tag_that_is_missing_or_open_is_an_error_that_names_it(text: str) -> None:
    with pytest.raises(ExtractionError, match="there is no <answer>…</answer>"):
        in_tag(text)


def test_the_group_of_the_last_match_counts() -> None:
    assert by_pattern("x=1 x=2", r"x=(\d)") == "2"
    assert by_pattern("X=1", r"x=(?P<n>\d)", "n", ignore_case=True) == "1"


@pytest.mark.parametrize("pattern", [r"y=(\d)", r"x=1|y=(\d)"])
def test_a_pattern_that_captures_nothing_is_an_error_that_names_it(pattern: str) -> None:
    with pytest.raises(ExtractionError, match="nothing matches"):
        by_pattern("x=1", pattern)


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("B", "B"),
        ("b", "B"),
        ("(B)", "B"),
        ("B.", "B"),
        ("b)", "B"),
        ("**B**", "B"),
        ("**(B)** because", "B"),
        ("B) because A) is wrong", "B"),
        ("B. Paris", "B"),
        ("B - Paris", "B"),
        ("Option B", "B"),
        ("The answer is (C).", "C"),
        ("The answer is C", "C"),
        ("The answer is C because A fails", "C"),
        ("the answer is a.", "A"),
        ("The answer is A because", "A"),
        ("Answer: **D**", "D"),
        ("The correct answer is **C) Paris**", "C"),
        ("\\boxed{\\text{B}}", "B"),
        ("#### D", "D"),
        ("A is tempting, but I choose D here", "D"),
        ("Thinking about it...\n\nC\n", "C"),
        ("The best choice is option D.", "D"),
        ("A) is out. The answer is B.", "B"),
    ],
)
def test_the_option_picked_is_found(text: str, letter: str) -> None:
    assert choice_letter(text, "ABCD") == letter


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no option is picked in ''"),
        ("A cat sat", "no option is picked"),
        ("the answer is A cat", "no option is picked"),
        ("A, B and C", "no option is picked"),
        ("the answer is B and C", "no option is picked"),
        ("Answer: B, C", "no option is picked"),
        ("The answer is not (B)", "no option is picked"),
        ("I don't know", "no option is picked"),
        ("E", "no option is picked"),
        ("Either (A) or (B)", "more than one option is named: A, B"),
    ],
)
def test_no_option_and_several_options_are_unextractable(text: str, message: str) -> None:
    with pytest.raises(ExtractionError, match="^" + message.replace("(", r"\(")):
        choice_letter(text, "ABCD")


def test_letters_are_returned_as_they_were_given() -> None:
    assert choice_letter("(B)", ["a", "b"]) == "b"


@pytest.mark.parametrize("piece", ["answer to ", "\\boxed{", "#### ", "(A", " ", "**A", "A\n", "\\text{"])
def test_a_hostile_text_is_read_in_little_time(piece: str) -> None:
    begun = time.process_time()
    with contextlib.suppress(ExtractionError):
        assert choice_letter(piece * (300_000 // len(piece)), "ABCD") == "A"
    assert time.process_time() - begun < PATIENCE_S
