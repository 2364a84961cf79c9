from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.line import read_line, record_as_json, record_line
from pytest_llmeval.runs.record import DESIGNED_FIELDS, Record
from pytest_llmeval.runs.schema import LONGEST_FAULT, _told, record_schema, shipped_schema, validate_log
from pytest_llmeval.safe_text import one_line
from tests.runs.samples import any_record, full_record, record

FIELDS = sorted(Record.model_fields)
VALIDATOR = Draft202012Validator(shipped_schema())


def test_the_shipped_schema_is_that_of_the_record() -> None:
    assert shipped_schema() == record_schema(), "write it anew: see the docstring of pytest_llmeval.runs.schema"


def test_the_documented_command_writes_the_shipped_schema() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "pytest_llmeval.runs.schema"], capture_output=True, text=True, check=True
    )
    assert json.loads(shown.stdout) == shipped_schema()


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(shipped_schema())
    assert shipped_schema()["required"] == list(DESIGNED_FIELDS)
    assert shipped_schema()["properties"]["category"]["description"].startswith("Always a string")
    assert "title" not in shipped_schema()["properties"]["category"]


@given(any_record())
def test_every_record_that_can_be_written_is_valid(one: Record) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(record_as_json(one))] == []


def test_the_schema_holds_each_field_by_itself() -> None:
    assert shipped_schema().keys() - {"$schema", "$id", "title", "description"} == {
        "$defs",
        "properties",
        "required",
        "type",
    }


def test_a_sound_log_has_no_faults(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(record_line(full_record()) + record_line(record()))
    assert validate_log(path).faults == []


def test_faults_are_told_with_line_and_pointer(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    wrong = json.loads(record_line(full_record()))
    wrong["category"] = None
    wrong["usage"]["input_tokens"] = "ten"
    del wrong["timestamp"]
    lines = [record_line(record()), json.dumps(wrong).encode() + b"\n", b"nonsense\n", record_line(record())[:40]]
    path.write_bytes(b"".join(lines))
    assert validate_log(path).faults == [
        f"{path}:2: the record: 'timestamp' is a required property",
        f"{path}:2: /category: None is not of type 'string'",
        f"{path}:2: /usage/input_tokens: 'ten' is not of type 'integer'",
        f"{path}:3: not JSON (Expecting value: line 1 column 1 (char 0))",
        f"{path}:4: the last line was cut off (Unterminated string starting at: line 1 column 36 (char 35))",
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "value", "x"]), inner),
    max_leaves=3,
)
NAMES = sorted({*FIELDS, "mine", *(name for made in shipped_schema()["$defs"].values() for name in made["properties"])})


def without(value: Any, names: set[str]) -> Any:
    """Leave out keys at any depth."""
    if isinstance(value, dict):
        return {name: without(one, names) for name, one in value.items() if name not in names}
    return [without(one, names) for one in value] if isinstance(value, list) else value


@given(
    any_record() | st.just(full_record()),
    st.sets(st.sampled_from(NAMES)),
    st.dictionaries(st.sampled_from(NAMES), JSON),
)
def test_the_faults_are_those_that_the_schema_alone_finds(
    tmp_path_factory: pytest.TempPathFactory, one: Record, dropped: set[str], changed: dict[str, object]
) -> None:
    value = json.loads(json.dumps({**without(record_as_json(one), dropped), **changed}))
    path = tmp_path_factory.mktemp("log") / "a.jsonl"
    path.write_text(json.dumps(value) + "\n")
    assume(value.get("schema_version") in (None, 1))
    told = [f"{path}:1: {one_line(fault, LONGEST_FAULT)}" for fault in _told(VALIDATOR.iter_errors(value))]
    assert sorted(validate_log(path).faults) == sorted(told)


@pytest.mark.parametrize("name", NAMES)
def test_what_may_be_left_out_of_an_object_is_no_fault_and_what_may_not_is(tmp_path: Path, name: str) -> None:
    value = without(record_as_json(full_record()), {name})
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(value) + "\n")
    assert len(validate_log(path).faults) == len([*VALIDATOR.iter_errors(value)])


@pytest.mark.parametrize(
    "changed", [{"cached": 1}, {"weight": -1.0}, {"sample": "2"}, {"question_id": 5}, {"usage": {"input_tokens": 7.0}}]
)
def test_what_is_read_though_it_is_not_valid_is_a_fault(tmp_path: Path, changed: dict[str, object]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({**record_as_json(full_record()), **changed}) + "\n")
    assert len(validate_log(path).faults) == len([*VALIDATOR.iter_errors({**record_as_json(full_record()), **changed})])
    assert read_line(path.read_bytes()).question == full_record().question


@pytest.mark.parametrize("category", ["x", None])
def test_nesting_that_the_fast_parser_refuses_is_no_fault(tmp_path: Path, category: str | None) -> None:
    deep = json.loads("[" * 250 + "]" * 250)
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({**record_as_json(full_record()), "params": {"x": deep}, "category": category}) + "\n")
    assert len(validate_log(path).faults) == (category is None)


@pytest.mark.parametrize("name", ["mine", "judge", "answer"])
def test_nesting_of_any_depth_ends_in_a_verdict(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.jsonl"
    start = json.dumps({key: one for key, one in record_as_json(record()).items() if key != name})[:-1]
    told = {}
    for levels in (500, 5_000):
        path.write_text(f'{start}, "{name}": {"[" * levels}{"]" * levels}}}\n')
        told[levels] = [one.removeprefix(f"{path}:1: ")[: len(name) + 3] for one in validate_log(path).faults]
    assert told == {500: [] if name == "mine" else [f"/{name}: "], 5_000: ["goes deeper than"[: len(name) + 3]]}


def test_a_log_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    line = record_line(record())
    path.write_bytes(line + line.replace(b'"schema_version":1', b'"schema_version":2'))
    with pytest.raises(RunLogError, match=r"a\.jsonl:2: schema_version 2 was written by a newer pytest-llmeval"):
        validate_log(path)


def test_a_missing_log_cannot_be_validated(tmp_path: Path) -> None:
    with pytest.raises(RunLogError, match="No such file"):
        validate_log(tmp_path / "a.jsonl")
