"""A record as one line of a run log, and back."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from pytest_llmeval.runs.fault_words import faults_of
from pytest_llmeval.runs.odd_values import fields_as_json, whole_text
from pytest_llmeval.runs.record import DESIGNED_FIELDS, SCHEMA_VERSION, Record

_PROMISED = frozenset(DESIGNED_FIELDS)
_NULL_WHERE_EMPTY = ("grade", "failure_label")
_EMPTY_WHERE_NULL = ("question", "timestamp")


class LineFault(ValueError):
    """A line is no record; the message says why."""


class NewerSchema(LineFault):
    """A line was written by a newer version, in which fields may mean something else."""


def record_as_json(record: Record) -> dict[str, Any]:
    """Return a record as JSON values only, ready for a file or another process.

    What JSON does not know is told as `fields_as_json` says: a record is never lost because a model or a task put
    something odd into it.
    """
    value: dict[str, Any] = json.loads(record_line(record))
    return value


def record_line(record: Record) -> bytes:
    r"""Return the line a record is written as, its ``\n`` included."""
    try:
        return record.model_dump_json().encode() + b"\n"
    except (PydanticSerializationError, UnicodeEncodeError):
        return json.dumps(fields_as_json(record), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def read_line(line: bytes) -> Record:
    """Read a line of a run log.

    On a line without ``schema_version``, which another program wrote, a field beyond the sixteen that does not fit is
    not read, an empty grade or failure label is none, and a question or timestamp may be missing.

    Raises:
        NewerSchema: For a line of a newer ``schema_version``.
        LineFault: For a line that is no record.
    """
    try:
        record = Record.model_validate_json(line)
    except ValidationError:
        # Other programs write what the fast parser refuses: half surrogate pairs, huge numbers, deep nesting.
        record = _read_slowly(line)
    if record.schema_version > SCHEMA_VERSION:
        raise _newer(record.schema_version)
    return record


def _read_slowly(line: bytes) -> Record:
    try:
        value = _whole_text(json.loads(line))
    except (ValueError, RecursionError) as error:
        raise LineFault(f"not JSON ({error})") from None
    if not isinstance(value, dict):
        raise LineFault(f"not a JSON object but {_kind(value)}")
    version = value.get("schema_version", SCHEMA_VERSION)
    if isinstance(version, float) and version.is_integer():
        version = int(version)  # in JSON 2.0 is 2, as a log that went through a table may have it
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise _newer(version)
    try:
        return Record.model_validate(value) if _is_ours(value) else _read_foreign(value)
    except ValidationError as error:
        raise LineFault(faults_of(error)) from None


def _is_ours(value: dict[str, Any]) -> bool:
    version = value.get("schema_version")
    return isinstance(version, int) and not isinstance(version, bool)


def _read_foreign(value: dict[str, Any]) -> Record:
    """Read what another program wrote: it promises the sixteen fields, and all others may mean something of its own.

    Raises:
        ValidationError: Where one of the sixteen does not fit.
    """
    told = {name: one for name, one in value.items() if not (name in _NULL_WHERE_EMPTY and one == "")}
    told |= {name: "" for name in _EMPTY_WHERE_NULL if told.get(name) is None}
    try:
        return Record.model_validate(told)
    except ValidationError as error:
        odd = {one["loc"][0] for one in error.errors(include_url=False)} - _PROMISED
        return Record.model_validate({name: one for name, one in told.items() if name not in odd})


def _newer(version: int) -> NewerSchema:
    return NewerSchema(
        f"schema_version {version} was written by a newer pytest-llmeval than this one, "
        f"which reads up to {SCHEMA_VERSION}; upgrade to read it"
    )


def _kind(value: Any) -> str:
    names = {list: "an array", str: "a string", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(value), "null")


def _whole_text(value: Any) -> Any:
    """Replace half surrogate pairs, which no UTF-8 file can hold, in all texts of a JSON value."""
    if isinstance(value, str):
        return whole_text(value)
    # By `map`, which takes half the stack that a comprehension does.
    if isinstance(value, list):
        return list(map(_whole_text, value))
    if isinstance(value, dict):
        return dict(zip(map(_whole_text, value), map(_whole_text, value.values()), strict=True))
    return value
