"""What of a line is written as a record of ours would be, and so needs no schema to be known for sound.

A field that holds nothing but what the record it is read as would be written with is valid: what it leaves out was read
all the same, so it may be left out. To see that takes a tenth of the time that the schema takes.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from pytest_llmeval.runs.line import LineFault, NewerSchema, read_line, record_line
from pytest_llmeval.runs.record import DESIGNED_FIELDS, SCHEMA_VERSION, Record

SOUND: dict[str, Any] = from_json(record_line(Record(run_id="", question_id="", question="", timestamp="")))
"""A record without a fault."""
_REQUIRED = frozenset(DESIGNED_FIELDS)


def is_as_written(line: bytes) -> bool:
    """Tell whether a line holds what the record it is read as would be written with, and all that every line holds.

    Raises:
        NewerSchema: For a line of a newer version.
    """
    try:
        written = record_line(read_line(line))
    except NewerSchema:
        raise
    except LineFault:
        return False
    if written == line:
        return True
    try:
        value, whole = from_json(line), from_json(written)
    except ValueError:
        return False
    if not value.keys() >= _REQUIRED:
        return False
    return bool(value.keys() <= whole.keys() and to_json({name: whole[name] for name in value}) == to_json(value))


def doubtful_fields(value: dict[str, Any]) -> set[str]:
    """Return the fields of a line that may be faulty."""
    told = {**SOUND, **value, "schema_version": SCHEMA_VERSION}
    try:
        record = Record.model_validate(told)
    except ValidationError as error:
        refused = {str(one["loc"][0]) for one in error.errors(include_url=False, include_context=False)}
        record = Record.model_validate({**told, **{name: SOUND[name] for name in refused}})
    whole = json.loads(record_line(record))  # unlike the fast parser, it takes nesting of any depth
    return {name for name, one in value.items() if not _is_part(one, whole.get(name))}


def _is_part(value: Any, whole: Any) -> bool:
    """Tell whether a JSON value is another one, save that its objects may lack keys."""
    if type(value) is not type(whole):  # in Python True is 1
        return False
    if isinstance(value, dict):
        return all(name in whole and _is_part(one, whole[name]) for name, one in value.items())
    if isinstance(value, list):
        return len(value) == len(whole) and all(map(_is_part, value, whole))
    return bool(value == whole)
