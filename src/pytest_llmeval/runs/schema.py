"""The JSON Schema of a record: made from `Record`, shipped beside it, and held against a log.

After a change of `Record` write it anew with
``python -m pytest_llmeval.runs.schema > src/pytest_llmeval/runs/record.schema.json``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from pytest_llmeval.runs.field_docs import documented_schema
from pytest_llmeval.runs.line import LineFault, read_line, record_line
from pytest_llmeval.runs.reading import numbered_lines
from pytest_llmeval.runs.record import DESIGNED_FIELDS, SCHEMA_VERSION, Record
from pytest_llmeval.safe_text import one_line

LONGEST_FAULT = 200
_REQUIRED = frozenset(DESIGNED_FIELDS)


def record_schema() -> dict[str, Any]:
    """Make the schema from `Record`: the sixteen designed fields are required, further ones allowed."""
    made = _plain(documented_schema(Record))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:pytest-llmeval:record:{SCHEMA_VERSION}",
        **made,
        "title": "Run-log record of pytest-llmeval",
        "required": list(DESIGNED_FIELDS),
    }


def _plain(node: Any) -> Any:
    """Leave out what repeats a field's name or is the default, and differs between pydantic's versions."""
    if isinstance(node, list):
        return [_plain(one) for one in node]
    if not isinstance(node, dict):
        return node
    noise = {"title": str, "additionalProperties": bool}
    return {key: _plain(one) for key, one in node.items() if not isinstance(one, noise.get(key, ()))}


def shipped_schema() -> dict[str, Any]:
    """Read the schema that lies in the package."""
    schema: dict[str, Any] = json.loads((files("pytest_llmeval.runs") / "record.schema.json").read_text("utf-8"))
    return schema


def validate_log(path: Path) -> list[str]:
    """Hold every line of a log against the shipped schema.

    Returns:
        One line per fault, ``file:line: /pointer: what is wrong``; none for a sound log. A torn last line is a fault
        here, though reading passes over it.

    Raises:
        RunLogError: Where the file cannot be read at all.
    """
    from jsonschema import Draft202012Validator  # takes a tenth of a second to import, so not with the log itself

    validator = Draft202012Validator(shipped_schema())
    return [
        f"{path}:{number}: {one_line(fault, LONGEST_FAULT)}"
        for number, line, torn in numbered_lines(path)
        for fault in _faults_of_line(line, torn, validator)
    ]


def _faults_of_line(line: bytes, torn: bool, validator: Any) -> Iterator[str]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        yield f"the last line was cut off ({error})" if torn else f"not JSON ({error})"
        return
    if _is_as_written(line, value):
        return
    for fault in sorted(validator.iter_errors(value), key=lambda fault: fault.json_path):
        while fault.context:  # of the alternatives tell the one that came furthest, else the first: null stands last
            fault = max(fault.context, key=lambda one: len(one.absolute_path))
        pointer = "".join(f"/{step}" for step in fault.absolute_path)
        yield f"{pointer or 'the record'}: {fault.message}"


def _is_as_written(line: bytes, value: Any) -> bool:
    """Tell whether a line holds nothing but what the record it is read as would be written as.

    Every such line is valid: what it leaves out was read all the same, so it may be left out. To see that takes a tenth
    of the time that holding it against the schema takes.
    """
    if not isinstance(value, dict) or not value.keys() >= _REQUIRED:
        return False
    try:
        written = record_line(read_line(line))
    except LineFault:
        return False
    return written == line or _is_part(value, json.loads(written))


def _is_part(value: Any, whole: Any) -> bool:
    """Tell whether a JSON value is another one, save that its objects may lack keys."""
    if type(value) is not type(whole):  # in Python True is 1
        return False
    if isinstance(value, dict):
        return all(name in whole and _is_part(one, whole[name]) for name, one in value.items())
    if isinstance(value, list):
        return len(value) == len(whole) and all(map(_is_part, value, whole))
    return bool(value == whole)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(record_schema(), indent=2, ensure_ascii=False) + "\n")
