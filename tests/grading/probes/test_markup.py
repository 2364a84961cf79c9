from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.grading.probes.markup import marks_in, without_markup
from pytest_llmeval.grading.probes.prose import pieces

TEXTS = st.text("ab1 .:;\n#-*+•_|`)=>", max_size=60)
LINES = st.lists(
    st.sampled_from(
        ["# Head", "## **Bold** head", "- one", "* two **b**", "3. three", "| a | b |", "| --- | --- |", "---", "plain",
         "It ends.", "", "```\n- code\n```", "  - `__init__` in", "- - twice", "Total: 5", "1) **x**", "__also__"]
    ),
    max_size=9,
).map("\n".join)  # fmt: skip


def words_in(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


@given(LINES)
def test_without_markup_the_words_are_the_same_and_no_mark_is_left(text: str) -> None:
    plain = without_markup(text)
    assert words_in(plain) == words_in(text)
    assert marks_in(plain) == 0


@given(TEXTS)
def test_no_text_loses_a_letter_or_keeps_a_mark(text: str) -> None:
    plain = without_markup(text)
    assert "".join(words_in(plain)) == "".join(words_in(text))  # bold type may end within a word
    assert marks_in(plain) == 0


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("It is **Paris**.", "It is Paris."),
        ("## Answer\n\nParis.", "Answer: Paris."),
        ("Two:\n- one\n- two\n\nDone.", "Two: one; two.\n\nDone."),
        ("1. Look.\n2. Tell.", "(1) Look. (2) Tell."),
        ("| term | value |\n| --- | --- |\n| sum | 5 |", "term, value; sum, 5."),
        ("Run it:\n\n```sh\n# no header\n- x\n```\n\nDone.", "Run it:\n\n```sh\n# no header\n- x\n```\n\nDone."),
        ("See `__init__` and **`a**b`**.", "See `__init__` and `a**b`."),
        ("One line\nwrapped.\n\nAnother.", "One line wrapped.\n\nAnother."),
        ("A\n\n---\n\nB", "A\n\nB"),
        ("", ""),
    ],
)
def test_prose_reads_as_prose(text: str, plain: str) -> None:
    assert without_markup(text) == plain


@given(st.lists(st.sampled_from(["One.", "Two!", "\n", "```\nx = 1\n```", " ", "- three"]), max_size=12).map(" ".join),
       st.integers(1, 6))  # fmt: skip
def test_pieces_hold_every_word_once_and_are_no_more_than_wanted(text: str, most: int) -> None:
    found = pieces(text, most)
    assert words_in(" ".join(found)) == words_in(text)
    assert len(found) <= most
