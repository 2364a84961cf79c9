"""Bytes become rows or faults with their line, in every format."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.benchmark.formats import FORMATS, csv_rows, json_rows, jsonl_rows, read_rows, suffix_of
from pytest_llmeval.benchmark.rows import Fault, Row

DEEP = "[" * 100_000


def told(rows: Iterable[Row | Fault]) -> list[tuple[int | None, Any]]:
    return [(one.line, one.text if isinstance(one, Fault) else one.values) for one in rows]


def test_every_line_of_jsonl_is_a_row_with_its_number_and_blank_lines_are_passed_over() -> None:
    lines = [b'{"a": 1}\n', b"\n", b"  \r\n", b'{"a": 2}\r\n', b'{"a": "\xe2\x80\xa8"}']
    assert told(jsonl_rows(lines)) == [(1, {"a": 1}), (4, {"a": 2}), (5, {"a": "\u2028"})]


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert told(jsonl_rows([b'\xef\xbb\xbf{"a": 1}'])) == [(1, {"a": 1})]
    assert told(FORMATS[".csv"]([b"\xef\xbb\xbfid\n", b"x\n"])) == [(2, {"id": "x"})]
    assert told(FORMATS[".json"]([b'\xef\xbb\xbf[{"a": 1}]'])) == [(1, {"a": 1})]


def test_reading_jsonl_goes_on_behind_every_broken_line() -> None:
    lines = [b'{"a" 1}\n', b"[1]\n", b'{"a": "caf\xe9"}\n', b'{"a": 1, "a": 2}\n', b'{"a": 3}\n', b'{"a": ']
    assert told(jsonl_rows(lines)) == [
        (1, "broken JSON: Expecting ':' delimiter at column 6"),
        (2, "an entry must be an object, got a list"),
        (3, "not UTF-8: byte 0xe9 at offset 22; save the file as UTF-8"),
        (4, "'a' is given twice in one object; keep one"),
        (5, {"a": 3}),
        (6, "broken JSON: Expecting value at column 7"),
    ]


@pytest.mark.parametrize(
    ("text", "kind"), [("7", "a number"), ('"x"', "text"), ("true", "true or false"), ("null", "null")]
)
def test_a_line_that_is_no_object_says_what_it_is(text: str, kind: str) -> None:
    assert told(jsonl_rows([text.encode()])) == [(1, f"an entry must be an object, got {kind}")]


def test_a_line_too_deep_or_a_number_too_long_is_a_fault_and_not_a_crash() -> None:
    deep, long, fine = told(jsonl_rows([DEEP.encode() + b"\n", b'{"a": ' + b"1" * 5000 + b"}\n", b'{"a": 1}']))
    assert deep[0] == 1
    assert deep[1].startswith("broken JSON: ")
    assert long[0] == 2
    assert long[1].startswith("broken JSON: Exceeds the limit (4300 digits)")
    assert fine == (3, {"a": 1})


def test_half_a_surrogate_pair_is_a_fault_and_a_whole_one_a_character() -> None:
    assert told(jsonl_rows([b'{"a": "\\uD83D\\ude00"}\n', b'{"a": ["\\uD83D"]}\n', b'{"\\udcff": 1}'])) == [
        (1, {"a": "\U0001f600"}),
        (2, "half of a surrogate pair, which is no character; write both halves or none"),
        (3, "half of a surrogate pair, which is no character; write both halves or none"),
    ]


def test_a_utf_16_file_is_one_fault() -> None:
    lines = '{"a": 1}\n{"a": 2}\n{"a": 3}'.encode("utf-16").splitlines(keepends=True)
    assert told(jsonl_rows(lines)) == [(1, "UTF-16, not UTF-8: byte 0xff at offset 0; save the file as UTF-8")]


def test_bad_bytes_in_a_document_are_told_with_line_and_offset_behind_the_byte_order_mark() -> None:
    data = b'\xef\xbb\xbf[{"a": 1},\n {"a": "\xfc"}]'
    assert told(FORMATS[".json"]([data])) == [(2, "not UTF-8: byte 0xfc at offset 22; save the file as UTF-8")]
    assert data[22] == 0xFC


def test_the_rows_of_a_json_array_know_their_lines() -> None:
    text = '\n[ {"a": "1,\\n2"}, {"a":\n [1, {"b": 2}]\n},\n\n  {"a": 3}, 4]'
    assert told(json_rows(text)) == [
        (2, {"a": "1,\n2"}),
        (2, {"a": [1, {"b": 2}]}),
        (6, {"a": 3}),
        (6, "an entry must be an object, got a number"),
    ]


@pytest.mark.parametrize("key", ["entries", "examples", "data", "questions", "samples", "items", "rows"])
def test_a_json_object_may_hold_the_list_under_a_usual_key(key: str) -> None:
    text = f'{{"version": [1, 2], "by": {{"{key}": [0]}},\n"{key}"\n : [\n{{"a": 1}},\n{{"a": 2}}], "tail": ":"}}'
    assert told(json_rows(text)) == [(4, {"a": 1}), (5, {"a": 2})]


def test_a_json_object_without_one_list_of_entries_is_a_fault() -> None:
    [(line, text)] = told(json_rows('{"a": [1], "data": {}}'))
    assert line is None
    assert text == (
        "an object without a list of entries; put it under 'entries' "
        "(or examples, data, questions, samples, items, rows)"
    )
    assert told(json_rows('{"data": [], "entries": []}')) == [
        (None, "lists of entries under 'data' and 'entries'; keep one")
    ]


def test_broken_json_documents_are_told_with_their_line() -> None:
    assert told(json_rows('[{"a": 1},\n {"a" 2}]')) == [(2, "broken JSON: Expecting ':' delimiter at column 7")]
    assert told(json_rows('[{"a": 1, "a": 2}]')) == [(None, "'a' is given twice in one object; keep one")]
    assert told(json_rows('"text"')) == [(1, "an entry must be an object, got text")]


def test_an_empty_list_and_blank_documents_have_no_rows() -> None:
    assert told(json_rows("[ ]")) == told(json_rows('{"entries": []}')) == []
    assert [told(FORMATS[suffix]([b" \n", b"\n"])) for suffix in FORMATS] == [[]] * len(FORMATS)


def test_a_table_row_knows_the_line_it_starts_on_and_empty_cells_are_none() -> None:
    text = 'id, question ,\r\na,"two\nlines, one cell",7\r\n\r\n , ,\r\nb,  ,\r\n'
    assert list(csv_rows(text)) == [
        Row(2, {"id": "a", "question": "two\nlines, one cell", "column 3": "7"}, True),
        Row(6, {"id": "b", "question": None, "column 3": None}, True),
    ]


def test_tabs_separate_the_cells_of_tsv() -> None:
    assert told(FORMATS[".tsv"]([b"id\tquestion\n", b"a\tone, two\n"])) == [(2, {"id": "a", "question": "one, two"})]


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


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("a.jsonl", ".jsonl"), ("A.JSONL.GZ", ".jsonl"), ("b.tar.csv", ".csv"), ("c.gz", ""), (".jsonl", ""), ("d", "")],
)
def test_the_last_suffix_without_gz_names_the_format(name: str, suffix: str) -> None:
    assert suffix_of(Path("dir.json") / name) == suffix


def test_packed_files_are_unpacked_whatever_their_format(tmp_path: Path) -> None:
    for name, text in (("a.jsonl.gz", '{"a": "1"}\n'), ("b.csv.gz", "a\n1\n"), ("c.yaml.gz", "- a: '1'\n")):
        (tmp_path / name).write_bytes(gzip.compress(text.encode()))
        assert [one.values for one in read_rows(tmp_path / name) if isinstance(one, Row)] == [{"a": "1"}]


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        (slice(0, -9), "Compressed file ended before the end-of-stream marker was reached"),
        (slice(10, None), "Not a gzipped file (b'"),
    ],
)
def test_a_damaged_packed_file_is_a_fault(tmp_path: Path, cut: slice, said: str) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"a": 1}\n' * 3)[cut])
    *_, (line, text) = told(read_rows(path))
    assert line is None
    assert text.startswith(f"not a whole gzip file ({said}")
    assert text.endswith("); compress it again")
