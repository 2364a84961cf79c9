"""YAML by the rules of YAML 1.2, with a line for each row and fault."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.benchmark.rows import Fault
from pytest_llmeval.benchmark.yaml_rows import yaml_rows


def told(text: str) -> list[tuple[int | None, Any]]:
    return [(one.line, one.text if isinstance(one, Fault) else one.values) for one in yaml_rows(text)]


def test_rows_know_their_lines() -> None:
    assert told("# facts\n- id: a\n  question: >\n    one\n    two\n\n- {id: b}\n- 7\n") == [
        (2, {"id": "a", "question": "one two\n"}),
        (7, {"id": "b"}),
        (8, "an entry must be an object, got a number"),
    ]


@pytest.mark.parametrize("key", ["entries", "questions"])
def test_a_mapping_may_hold_the_list_under_a_usual_key(key: str) -> None:
    assert told(f"version: 2\n{key}:\n  - a: 1\n  - a: 2\n") == [(3, {"a": 1}), (4, {"a": 2})]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("On", "On"),
        ("2024-01-31", "2024-01-31"),
        ("12:30:45", "12:30:45"),
        ("007", "007"),
        ("0x1F", "0x1F"),
        ("00e1", "00e1"),
        ("1_000", "1_000"),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("-12", -12),
        ("0", 0),
        ("3.50", 3.5),
        (".5", 0.5),
        ("2e3", 2000.0),
        ("'5'", "5"),
    ],
)
def test_plain_words_mean_what_yaml_1_2_says(text: str, value: object) -> None:
    [(_, row)] = told(f"- a: {text}")
    assert row == {"a": value}
    assert type(row["a"]) is type(value)


def test_anchors_and_merge_keys_work_within_and_across_entries() -> None:
    text = "- &base {q: 1, z: &deep [2]}\n- <<: *base\n  q: 2\n  y: *deep\n- <<: *base\n  q: 3\n"
    assert told(text) == [(1, {"q": 1, "z": [2]}), (2, {"q": 2, "z": [2], "y": [2]}), (5, {"q": 3, "z": [2]})]


def test_a_name_given_twice_is_a_fault_at_any_depth() -> None:
    assert told("- a: 1\n  a: 2\n  b: [{c: 1,\n   c: 2}]") == [
        (2, "'a' is given twice in one object; keep one"),
        (4, "'c' is given twice in one object; keep one"),
    ]


def test_an_object_is_never_made_from_a_tag_and_the_next_entries_are_still_read() -> None:
    (line, text), fine = told("- !!python/object/apply:os.getcwd []\n- a: 1")
    assert line == 1
    assert text.startswith("broken YAML: could not determine a constructor for the tag")
    assert fine == (2, {"a": 1})


@pytest.mark.parametrize("value", ["!!int abc", "!!int ''", "!!float abc", "!!timestamp soon", "!!bool maybe"])
def test_a_value_that_its_tag_cannot_be_is_a_fault_and_the_next_entries_are_still_read(value: str) -> None:
    (line, text), fine = told(f"- a: {value}\n- a: 1")
    kind, _, word = value.removeprefix("!!").partition(" ")
    said = word.strip("'")
    assert line == 1
    assert text == f"broken YAML: {said!r} cannot be read as {kind}; put it in quotes, without a tag at column 6"
    assert fine == (2, {"a": 1})


def test_a_number_with_more_digits_than_python_reads_is_a_fault() -> None:
    [(line, text)] = told(f"- a: {'9' * 5000}")
    assert (line, len(text) < 140) == (1, True)
    assert "9…' cannot be read as int; put it in quotes" in text


def test_broken_yaml_is_one_fault_with_its_line() -> None:
    (line, text), *others = told("- a: [1\n- b: 2")
    assert (line, others) == (2, [])
    assert text.startswith("broken YAML: while parsing a flow sequence ")
    assert told("a: 1\n---\nb: 2") == [
        (2, "broken YAML: expected a single document in the stream but found another document at column 1")
    ]


def test_a_character_yaml_forbids_is_a_fault_though_nothing_tells_its_line() -> None:
    [(line, text)] = told("- a: \x01b")
    assert line is None
    assert "not allowed" in text


def test_a_document_that_holds_no_list_of_entries_is_a_fault() -> None:
    assert told("just words") == [(1, "an entry must be an object, got text")]
    [(line, text)] = told("a: &x [*x]\n? [b]\n: [c]")
    assert line is None
    assert text.startswith("an object without a list of entries; put it under 'entries'")


def test_comments_alone_are_no_rows() -> None:
    assert told("# nothing yet\n") == []
