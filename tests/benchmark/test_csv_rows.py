"""Tables: rows know the line they start on, and ragged ones are faults."""

from __future__ import annotations

from pytest_llmeval.benchmark.csv_rows import csv_rows
from pytest_llmeval.benchmark.rows import Row
from tests.benchmark.rows_told import told


def test_a_table_row_knows_the_line_it_starts_on_and_empty_cells_are_none() -> None:
    text = 'id, question ,\r\na,"two\nlines, one cell",7\r\n\r\n , ,\r\nb,  ,\r\n'
    assert list(csv_rows(text)) == [
        Row(2, {"id": "a", "question": "two\nlines, one cell", "column 3": "7"}, True),
        Row(6, {"id": "b", "question": None, "column 3": None}, True),
    ]


def test_ragged_and_wrongly_quoted_table_rows_are_faults_and_reading_goes_on() -> None:
    assert told(csv_rows('a,b\n1\n1,2,3\n"x"y,2\n1,2\n1,"open\n')) == [
        (2, "1 cells where the header names 2 columns; quote cells with commas"),
        (3, "3 cells where the header names 2 columns; quote cells with commas"),
        (4, "broken CSV: ',' expected after '\"'"),
        (5, {"a": "1", "b": "2"}),
        (6, "broken CSV: unexpected end of data"),
    ]


def test_a_header_that_cannot_be_used_is_one_fault() -> None:
    assert told(csv_rows("a,b, a\n1,2,3\n")) == [(1, "two columns are named 'a'; rename one")]
    assert told(csv_rows('"a"b\n1\n')) == [(1, "broken CSV: ',' expected after '\"'")]
    assert told(csv_rows(",\n,\n")) == []


def test_cells_that_are_separated_by_another_sign_are_told_how_to_be() -> None:
    (fault,) = told(csv_rows("id;question;gold_answer\n1;What?;x\n2;Who?;y\n"))
    assert fault == (1, "the only column is 'id;question;gold_answer'; separate cells with commas")
    (fault,) = told(csv_rows("id,question\n1,What?\n", delimiter="\t"))
    assert fault == (1, "the only column is 'id,question'; separate cells with tabs")
    assert told(csv_rows('"question, in words"\nWhat?\n')) == [(2, {"question, in words": "What?"})]
