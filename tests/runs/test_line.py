from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given

from pytest_llmeval.runs.line import LineFault, NewerSchema, read_line, record_as_json, record_line
from pytest_llmeval.runs.record import Record
from tests.runs.samples import any_record, full_record, record

START = b'{"run_id": "r", "question_id": "q", "question": "?", "timestamp": "t"'


@given(any_record())
def test_any_record_survives_writing_and_reading(one: Record) -> None:
    line = record_line(one)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert read_line(line) == one
    assert record_line(read_line(line)) == line


def test_unknown_keys_survive() -> None:
    line = START + b', "reviewer": {"name": "Ada"}, "model_config": 1}'
    assert json.loads(record_line(read_line(line))).items() >= {"reviewer": {"name": "Ada"}, "model_config": 1}.items()


def test_half_a_surrogate_pair_does_not_lose_the_record() -> None:
    assert read_line(record_line(record(answer="a\ud83d"))).answer == "a\ufffd"
    assert read_line(START + rb', "answer": "a\ud83d"}').answer == "a\ufffd"


def test_a_value_that_json_does_not_know_is_written_as_text() -> None:
    odd = record(params={"path": Path("a/b"), "n": float("nan"), "list": [Path("c")]}, answer="é")
    assert record_as_json(odd)["params"] == {"path": "a/b", "n": None, "list": ["c"]}
    assert record_as_json(odd)["answer"] == "é"


def test_other_process_gets_an_equal_record() -> None:
    assert Record.model_validate(record_as_json(full_record())) == full_record()


def test_deep_nesting_is_read_as_it_was_written() -> None:
    deep = json.loads("[" * 250 + "]" * 250)
    assert read_line(record_line(record(params={"x": deep}))).params == {"x": deep}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not a JSON object but an array"),
        (b'"x"', "not a JSON object but a string"),
        (b"true", "not a JSON object but a boolean"),
        (b"12", "not a JSON object but a number"),
        (b"null", "not a JSON object but null"),
        (START + b', "grade": "good"}', "grade: must be one of fully_correct, partially_correct, unsupported, wrong"),
        (b"{}", "run_id: is missing; question_id: is missing"),
    ],
)
def test_a_line_that_is_no_record_says_why(line: bytes, told: str) -> None:
    with pytest.raises(LineFault) as caught:
        read_line(line)
    assert str(caught.value).startswith(told)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("rest", [b"}", b', "grade": "a level of tomorrow"}'])
def test_a_record_of_a_newer_version_is_refused_by_name(rest: bytes) -> None:
    with pytest.raises(NewerSchema, match="schema_version 2 was written by a newer pytest-llmeval"):
        read_line(START + b', "schema_version": 2' + rest)
    with pytest.raises(NewerSchema, match="schema_version 2 was written by a newer pytest-llmeval"):
        read_line(START + b', "schema_version": 2.0' + rest)


@pytest.mark.parametrize(
    "odd",
    [
        '"sample": 0',
        '"judge": "gpt"',
        '"tags": "a,b"',
        '"scores": {"a": 1}',
        '"outcome": "ok"',
        '"error": {}',
        '"latency_s": "3.2s"',
        '"cost_usd": "free"',
        '"schema_version": "mine-2"',
        '"schema_version": "1"',
        '"schema_version": "2"',
        '"schema_version": "2.0"',
        '"schema_version": 2.5',
        '"schema_version": 1.0',
        '"calls": [{"text": 1}], "usage": 5',
    ],
)
def test_a_foreign_line_may_use_names_of_ours_in_its_own_way(odd: str) -> None:
    assert read_line(START + b', "grade": "wrong", "mine": 1, ' + odd.encode() + b"}") == read_line(
        START + b', "grade": "wrong", "mine": 1}'
    )
    if "schema_version" not in odd:
        with pytest.raises(LineFault):
            read_line(START + b', "schema_version": 1, ' + odd.encode() + b"}")


def test_an_empty_grade_or_label_of_a_foreign_line_is_none() -> None:
    one = read_line(START + b', "grade": "", "failure_label": ""}')
    assert (one.grade, one.failure_label) == (None, None)
    with pytest.raises(LineFault, match="grade: must be one of fully_correct, partially_correct, unsupported, wrong"):
        read_line(START + b', "schema_version": 1, "grade": ""}')


@pytest.mark.parametrize("rest", [b"", b', "question": null, "timestamp": null'])
def test_a_foreign_line_may_lack_question_and_time(rest: bytes) -> None:
    one = read_line(b'{"run_id": "r", "question_id": 7' + rest + b"}")
    assert (one.question_id, one.question, one.timestamp) == ("7", "", "")


@pytest.mark.parametrize("odd", [b'"answer": ["a"]', b'"model": {}', b'"evidence_files": "a"', b'"grade": "good"'])
def test_the_sixteen_fields_of_a_foreign_line_are_held_to_their_shape(odd: bytes) -> None:
    with pytest.raises(LineFault):
        read_line(START + b', "sample": 0, ' + odd + b"}")


@pytest.mark.parametrize("levels", [500, 700])
def test_a_line_that_another_program_nested_deeply_is_read(levels: int) -> None:
    assert read_line(START + b', "mine": ' + b"[" * levels + b"]" * levels + b"}").question_id == "q"
