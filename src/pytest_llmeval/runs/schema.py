"""The JSON Schema of a record: made from `Record`, shipped beside it, and held against a log.

After a change of `Record` write it anew with
``python -m pytest_llmeval.runs.schema > src/pytest_llmeval/runs/record.schema.json``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.as_written import SOUND, doubtful_fields, is_as_written
from pytest_llmeval.runs.field_docs import documented_schema
from pytest_llmeval.runs.line import NewerSchema
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


@dataclass(frozen=True, slots=True)
class Validation:
    """What came of holding a log against the schema."""

    lines: int
    faults: list[str]
    """``file:line: /pointer: what is wrong``; none for a sound log."""


def validate_log(path: Path) -> Validation:
    """Hold every line of a log against the shipped schema.

    A torn last line is a fault here, though reading passes over it.

    Raises:
        RunLogError: Where the file cannot be read at all, has no line, or was written by a newer version.
    """
    from jsonschema import Draft202012Validator  # takes a tenth of a second to import, so not with the log itself

    validator = Draft202012Validator(shipped_schema())
    faults: list[str] = []
    lines = 0
    for number, line, torn in numbered_lines(path):
        lines += 1
        try:
            found = _faults_of_line(line, torn, validator)
        except NewerSchema as error:
            raise RunLogError(f"{path}:{number}: {error}") from None
        faults += [f"{path}:{number}: {one_line(fault, LONGEST_FAULT)}" for fault in found]
    if not lines:
        raise RunLogError(f"{path}: is empty; a run log has a record on each line")
    return Validation(lines, faults)


def _faults_of_line(line: bytes, torn: bool, validator: Any) -> list[str]:
    if is_as_written(line):
        return []
    try:
        value = json.loads(line)
        return list(_told(_faults_in(value, validator)))
    except RecursionError:
        return ["goes deeper than can be read"]
    except ValueError as error:
        return [f"the last line was cut off ({error})" if torn else f"not JSON ({error})"]


def _faults_in(value: Any, validator: Any) -> Iterator[Any]:
    """Yield what the schema finds, which holds each field by itself; only those that may be faulty are shown to it."""
    if not isinstance(value, dict):
        yield from validator.iter_errors(value)
        return
    if not value.keys() >= set(DESIGNED_FIELDS):
        yield from validator.iter_errors({name: one for name, one in SOUND.items() if name in value})
    of_fields = validator.schema["properties"]
    for name in sorted(doubtful_fields(value) & of_fields.keys()):
        yield from validator.descend(value[name], of_fields[name], path=name)


def _told(faults: Iterable[Any]) -> Iterator[str]:
    for fault in sorted(faults, key=lambda fault: fault.json_path):
        while fault.context:  # of the alternatives tell the one that came furthest, else the first: null stands last
            fault = max(fault.context, key=lambda one: len(one.absolute_path))
        pointer = "".join(f"/{step}" for step in fault.absolute_path)
        yield f"{pointer or 'the record'}: {fault.message}"


if __name__ == "__main__":
    sys.stdout.write(json.dumps(record_schema(), indent=2, ensure_ascii=False) + "\n")
