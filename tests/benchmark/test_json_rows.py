"""JSON files, by the line and whole: every value is a row or a fault with its line."""

from __future__ import annotations

import pytest

from pytest_llmeval.benchmark.json_rows import json_rows, jsonl_rows
from tests.benchmark.rows_told import told

DEEP = "[" * 100_000


def test_every_line_of_jsonl_is_a_row_with_its_number_and_blank_lines_are_passed_over() -> None:
    lines = [b'{"a": 1}\n', b"\n", b"  \r\n", b'{"a": 2}\r\n', b'{"a": "\xe2\x80\xa8"}']
    assert told(jsonl_rows(lines)) == [(1, {"a": 1}), (4, {"a": 2}), (5, {"a": "\u2028"})]


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
