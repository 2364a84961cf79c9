from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.line import record_as_json, record_line
from pytest_llmeval.runs.record import DESIGNED_FIELDS, Record
from pytest_llmeval.runs.schema import record_schema, shipped_schema, validate_log
from tests.runs.samples import any_record, full_record, record

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


def test_a_sound_log_has_no_faults(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(record_line(full_record()) + record_line(record()))
    assert validate_log(path) == []


def test_faults_are_told_with_line_and_pointer(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    wrong = json.loads(record_line(full_record()))
    wrong["category"] = None
    wrong["usage"]["input_tokens"] = "ten"
    del wrong["timestamp"]
    lines = [record_line(record()), json.dumps(wrong).encode() + b"\n", b"nonsense\n", record_line(record())[:40]]
    path.write_bytes(b"".join(lines))
    assert validate_log(path) == [
        f"{path}:2: the record: 'timestamp' is a required property",
        f"{path}:2: /category: None is not of type 'string'",
        f"{path}:2: /usage/input_tokens: 'ten' is not of type 'integer'",
        f"{path}:3: not JSON (Expecting value: line 1 column 1 (char 0))",
        f"{path}:4: the last line was cut off (Unterminated string starting at: line 1 column 36 (char 35))",
    ]


def test_a_missing_log_cannot_be_validated(tmp_path: Path) -> None:
    with pytest.raises(RunLogError, match="No such file"):
        validate_log(tmp_path / "a.jsonl")
