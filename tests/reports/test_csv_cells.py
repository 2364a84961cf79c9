from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.reports.csv_cells import cell, csv_lines
from pytest_llmeval.runs.spreadsheet_text import as_it_was, harmless


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|' /C calc'!A0", "＝1", "\n=1", "-2+3"]
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["a=1", "", "1-2", "x@y", "'tis"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert cell(text) == text


@given(st.text())
def test_no_text_begins_as_a_formula_does(text: str) -> None:
    assert not harmless(text).lstrip().startswith(("=", "+", "-", "@"))


def test_numbers_are_numbers() -> None:
    assert [cell(value) for value in (-1.5, 3, True, False, None)] == ["-1.5", "3", "true", "false", ""]


def test_lists_are_readable_and_never_ambiguous() -> None:
    assert cell(["a", "b"]) == "a;b"
    assert cell(["a;b"]) == '["a;b"]'
    assert cell(["=a", "b"]) == "'=a;b"
    assert cell([1, {"a": None}]) == '[1, {"a": null}]'


def test_what_no_file_can_hold_is_replaced() -> None:
    assert cell("a\0\ud800") == "a?"
    assert cell("\0=1") == "'=1"


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=2, max_size=2)
    )
)
def test_a_reader_gets_back_what_was_written(rows: list[list[str]]) -> None:
    text = "".join(csv_lines(["a", "b"], ({"a": a, "b": b} for a, b in rows)))
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read[0] == ["a", "b"]
    assert [list(map(as_it_was, row)) for row in read[1:]] == rows


@pytest.mark.parametrize("text", ["a\rb", "\r", "a\r\nb", '"\r"', "a,b\n", "'=1", "''+1", "'"])
def test_line_ends_quotes_and_apostrophes_come_back(text: str) -> None:
    written = "".join(csv_lines(["a", "b"], [{"a": text, "b": text}]))
    (_, read) = csv.reader(io.StringIO(written, newline=""))
    assert list(map(as_it_was, read)) == [text, text]


def test_a_missing_field_is_empty_and_column_names_are_harmless() -> None:
    assert list(csv_lines(["a", "=b"], [{"=b": 1}])) == ["a,'=b\n", ",1\n"]
