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
from pytest_llmeval.runs.reading import numbered_lines
from pytest_llmeval.runs.record import DESIGNED_FIELDS, SCHEMA_VERSION, Record
from pytest_llmeval.safe_text import one_line

LONGEST_FAULT = 200


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
    for fault in sorted(validator.iter_errors(value), key=lambda fault: fault.json_path):
        while fault.context:  # of the alternatives tell the one that came furthest, else the first: null stands last
            fault = max(fault.context, key=lambda one: len(one.absolute_path))
        pointer = "".join(f"/{step}" for step in fault.absolute_path)
        yield f"{pointer or 'the record'}: {fault.message}"


if __name__ == "__main__":
    sys.stdout.write(json.dumps(record_schema(), indent=2, ensure_ascii=False) + "\n")
