"""What differs only in case, spacing, quotes or markdown is the same wording."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.grading.wording import normalized, says, words_of


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Paris", "paris"),
        ("  Paris.\n", "paris"),
        ("**Paris**", "paris"),
        ("“Paris”", "paris"),
        ("`Paris`!", "paris"),
        ("**“The  Hague”.**", "the hague"),
        ("L’Hôpital", "l'hôpital"),
        ("Cafe\u0301", "café"),
        ("STRASSE", "strasse"),
        ("straße", "strasse"),
        ("1990–1995", "1990-1995"),
        ("Pa\u200bris", "paris"),
        ("$42$", "42"),
    ],
)
def test_what_carries_no_meaning_is_folded(text: str, plain: str) -> None:
    assert normalized(text) == plain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("-5", "5"),
        ("$5", "5"),
        ("5%", "5"),
        ("5!", "5"),
        (".5", "5"),
        ("C#", "C"),
        ("C++", "C"),
        ("f()", "f"),
        ("__init__", "init"),
        ("*args", "args"),
        ("a b", "ab"),
        ("é", "e"),
        ("?", "!"),
        ("", "."),
    ],
)
def test_what_carries_meaning_stays(one: str, other: str) -> None:
    assert normalized(one) != normalized(other)


@given(st.text())
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalized(normalized(text)) == normalized(text)


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("It calls `RunLog.append()` once.", "RunLog.append"),
        ("It calls **run-ahead** first", "run ahead"),
        ("The limit is 1,000 records", "1000 records"),
        ("the limit is 1000", "1,000"),
        ("Grows by 5%", "5 %"),
        ("ends with “fsync”.", "FSYNC"),
        ("weighs 12.5km", "12.5 km"),
        ("naïve", "NAÏVE"),
        ("written in C#.", "c#"),
        ("__init__ runs", "init"),
        ("the ﬁrst ＦＩＬＥ", "first file"),
    ],
)
def test_a_wording_is_found_whatever_surrounds_its_words(text: str, wording: str) -> None:
    assert says(words_of(text), wording)


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("fifteen 15", "5"),
        ("minus -5", "5"),
        ("written in C#", "C"),
        ("version 3.14", "14"),
        ("appended", "append"),
        ("ahead we run", "run ahead"),
        ("anything", ""),
        ("anything", "**"),
        ("", "a"),
        ("1,000,000", "1,000"),
    ],
)
def test_part_of_a_word_or_number_is_not_the_wording(text: str, wording: str) -> None:
    assert not says(words_of(text), wording)
