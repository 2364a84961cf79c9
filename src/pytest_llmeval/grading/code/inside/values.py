"""Values on their way over the wall: plain data as JSON, everything else as a handle that only its owner can use.

Nothing that arrives is executed, imported or unpickled.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

DEEPEST = 200
"""Levels of nesting that are carried over."""
_EXACT = 1 << 53

Export = Callable[[object], Any]
"""Makes a tagged value of what is no plain data."""
Import = Callable[[str, Any], Any]
"""Makes an object of a tag and what stands behind it."""


class Unreadable(ValueError):
    """What arrived is no value."""


class TooDeep(ValueError):
    """A value is nested too deeply, or holds itself."""


def encode(value: object, export: Export, depth: int = 0) -> Any:
    """Make JSON of a value; a subclass of a plain type travels as that type, without methods of its own.

    Raises:
        TooDeep: Where it holds itself, or nearly.
    """
    if value is None or value is True or value is False:
        return value
    if depth > DEEPEST:
        raise TooDeep(f"a value is nested more than {DEEPEST} levels deep")
    for kind, tag, pack in _PACKERS:
        if isinstance(value, kind):
            return [tag, pack(value, lambda one: encode(one, export, depth + 1))]
    return export(value)


def decode(data: Any, resolve: Import) -> Any:
    """Make a value of JSON.

    Args:
        data: What came off the wire.
        resolve: Makes objects of the tags that stand for no plain data.

    Raises:
        Unreadable: For anything that `encode` does not make.
    """
    if data is None or data is True or data is False:
        return data
    if not isinstance(data, list) or len(data) != 2 or not isinstance(data[0], str):
        raise Unreadable("no value")
    unpack = _UNPACKERS.get(data[0])
    try:
        return unpack(data[1], lambda one: decode(one, resolve)) if unpack else resolve(data[0], data[1])
    except (TypeError, ValueError, LookupError, ArithmeticError, RecursionError) as error:
        raise Unreadable("no value") from error


def _pack_dict(value: dict[object, object], one: Callable[[object], Any]) -> Any:
    return [[one(key), one(item)] for key, item in dict.items(value)]


def _pack_items(kind: Any) -> Callable[[Any, Callable[[object], Any]], Any]:
    return lambda value, one: [one(item) for item in kind.__iter__(value)]


# An int travels as hexadecimal: JSON readers may refuse long ones. A bool never comes so far.
_PACKERS: tuple[tuple[type, str, Callable[[Any, Callable[[object], Any]], Any]], ...] = (
    (int, "int", lambda value, _: hex(int.__index__(value))),
    (float, "float", lambda value, _: float.hex(value)),
    (str, "str", lambda value, _: str.__str__(value)),
    (list, "list", _pack_items(list)),
    (tuple, "tuple", _pack_items(tuple)),
    (dict, "dict", _pack_dict),
    (set, "set", _pack_items(set)),
    (frozenset, "frozenset", _pack_items(frozenset)),
    (complex, "complex", lambda value, _: [complex(value).real.hex(), complex(value).imag.hex()]),
    (bytes, "bytes", lambda value, _: bytes.hex(value)),
    (bytearray, "bytearray", lambda value, _: bytearray.hex(value)),
    (range, "range", lambda value, one: [one(value.start), one(value.stop), one(value.step)]),
    (Decimal, "decimal", lambda value, _: str(Decimal(value))),
    (Fraction, "fraction", lambda value, one: [one(value.numerator), one(value.denominator)]),
    (datetime, "datetime", lambda value, _: datetime.isoformat(value)),
    (date, "date", lambda value, _: date.isoformat(value)),
    (time, "time", lambda value, _: time.isoformat(value)),
    (timedelta, "timedelta", lambda value, one: [one(value.days), one(value.seconds), one(value.microseconds)]),
)
_UNPACKERS: dict[str, Callable[[Any, Callable[[Any], Any]], Any]] = {
    "int": lambda data, _: int(data, 16),
    "float": lambda data, _: float.fromhex(data),
    "str": lambda data, _: _text(data),
    "list": lambda data, one: [one(item) for item in data],
    "tuple": lambda data, one: tuple(one(item) for item in data),
    "dict": lambda data, one: {one(key): one(item) for key, item in data},
    "set": lambda data, one: {one(item) for item in data},
    "frozenset": lambda data, one: frozenset(one(item) for item in data),
    "complex": lambda data, _: complex(float.fromhex(data[0]), float.fromhex(data[1])),
    "bytes": lambda data, _: bytes.fromhex(data),
    "bytearray": lambda data, _: bytearray.fromhex(data),
    "range": lambda data, one: range(*(one(part) for part in data)),
    "decimal": lambda data, _: Decimal(data),
    "fraction": lambda data, one: Fraction(*(one(part) for part in data)),
    "datetime": lambda data, _: datetime.fromisoformat(data),
    "date": lambda data, _: date.fromisoformat(data),
    "time": lambda data, _: time.fromisoformat(data),
    "timedelta": lambda data, one: timedelta(*(one(part) for part in data)),
}


def _text(data: Any) -> str:
    if not isinstance(data, str):
        raise Unreadable("no text")
    return data


class CandidateError(Exception):
    """The candidate raised an exception that is none of Python's own, or one that ends a process."""


def encode_error(error: BaseException) -> list[str]:
    """Name an exception: its nearest built-in type, its own type, its text."""
    known = next((one.__name__ for one in type(error).__mro__ if getattr(builtins, one.__name__, None) is one), "")
    try:
        text = str(error)[:500]
    except Exception:
        text = ""
    return [str(known), type(error).__name__, text]


def decode_error(data: Any) -> Exception:
    """Make the exception anew; what would end a process (``SystemExit``) comes as a `CandidateError`.

    Raises:
        Unreadable: Where it names none.
    """
    if not (isinstance(data, list) and len(data) == 3 and all(isinstance(one, str) for one in data)):
        raise Unreadable("no exception")
    known, own, text = data
    kind = getattr(builtins, known, None)
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        kind = CandidateError
    try:
        error = (kind if known == own and kind is not CandidateError else type(own, (kind,), {}))(text)
    except (TypeError, ValueError):  # a UnicodeDecodeError wants five arguments; a name may be none
        return CandidateError(f"{own}: {text}")
    return error if isinstance(error, Exception) else CandidateError(f"{own}: {text}")
