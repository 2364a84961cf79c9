"""What is wrong with a value that was read, in words of ours: pydantic's speak of Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import ValidationError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_MUST_BE: Mapping[str, str] = {
    "string": "text",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
    "frozen_set": "a list",
    "dict": "an object",
    "mapping": "an object",
    "model": "an object",
    "model_attributes": "an object",
    "dataclass": "an object",
    "int": "a whole number",
    "float": "a number",
    "finite_number": "a number",
    "bool": "true or false",
}
"""What pydantic's kind of fault, such as ``tuple_type``, begins with; and what the value must be."""


def faults_of(error: ValidationError, most: int = 3) -> str:
    """Tell on one line what pydantic found wrong, field by field."""
    found = [fault_of(one) for one in error.errors(include_url=False)]
    more = f"; and {len(found) - most} more" if len(found) > most else ""
    return "; ".join(found[:most]) + more


def fault_of(one: ErrorDetails) -> str:
    """Tell one fault, with the field it is of."""
    where = ".".join(map(str, one["loc"]))
    return f"{where}: {_words(one)}" if where else _words(one)


def _words(one: ErrorDetails) -> str:
    kind, context = one["type"], one.get("ctx", {})
    if kind == "missing":
        return "is missing"
    if kind == "value_error":
        return str(context.get("error", one["msg"]))
    if kind == "literal_error":
        return f"must be one of {str(context['expected']).replace(' or ', ', ').replace(chr(39), '')}"
    if kind == "greater_than_equal":
        return f"must be at least {context['ge']:g}"
    if kind == "string_too_short":
        return "must not be empty"
    if kind == "json_invalid":
        return f"not JSON ({context.get('error', one['msg'])})"
    for begins, must in _MUST_BE.items():
        if kind in (f"{begins}_type", f"{begins}_parsing", f"{begins}_from_float", begins):
            return f"must be {must}"
    return one["msg"]
