"""Values that JSON does not know, made such as it knows: no record is lost because something odd was put into it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from math import isfinite
from typing import Any

from pydantic import BaseModel

from pytest_llmeval.safe_text import trim_middle

DEEPEST = 250
"""Lists and objects within each other; what goes deeper is told as text, for no reader takes any depth."""
LONGEST = 2000
"""Characters of such a text."""
_LONGEST_NUMBER_BITS = 10_000
"""Python refuses to write, and to read, whole numbers of much more."""
_SURROGATES = re.compile("[\ud800-\udfff]")


def fields_as_json(record: BaseModel) -> dict[str, Any]:
    """Return the fields of a model as JSON values.

    A value that JSON does not know, or that goes too deep, becomes its ``str``, half a surrogate pair becomes U+FFFD,
    NaN and infinity become None.
    """
    free = record.model_extra or {}
    return {_text(name): _free(one) if name in free else _json(one) for name, one in record}


def whole_text(text: str) -> str:
    """Replace half surrogate pairs, which no UTF-8 file can hold."""
    return _SURROGATES.sub("\ufffd", text)


def _json(value: Any) -> Any:
    if isinstance(value, str):
        return whole_text(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if value.bit_length() <= _LONGEST_NUMBER_BITS else _text(value)
    if isinstance(value, float):
        return float(value) if isfinite(value) else None
    if isinstance(value, BaseModel):
        return fields_as_json(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _json(getattr(value, one.name)) for one in fields(value)}
    # By `map`, which takes half the stack that a comprehension does.
    if isinstance(value, Mapping):
        return dict(zip(map(_text, value), map(_free, value.values()), strict=True))
    return list(map(_json, value)) if _is_list(value) else _text(value)


def _free(value: Any) -> Any:
    """Return a value of any shape, which nothing says how deep it goes."""
    return _text(value) if _goes_deeper(value, DEEPEST) else _json(value)


def _goes_deeper(value: Any, levels: int) -> bool:
    inside = value.values() if isinstance(value, Mapping) else value if _is_list(value) else ()
    # Where a value holds itself, the last level is its end.
    return any(levels == 0 or _goes_deeper(one, levels - 1) for one in inside)


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple | set | frozenset)


def _text(value: Any) -> str:
    try:
        text = str(value)
    except Exception:  # a stranger's object may raise anything, a deep list RecursionError
        text = f"<{type(value).__name__}>"
    return trim_middle(whole_text(text), LONGEST)
