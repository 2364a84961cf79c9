"""Patterns for the arguments of tools: plain values, predicates, and operators that a JSON file can hold.

"Paris"                           equal; 2 and 2.0 are the same number, true is no number
{"$regex": "(?i)^par"}            text in which the expression is found
{"$contains": "par"}              text, or a list, that holds it
{"$one_of": ["Paris", "Rome"]}    fits one of the patterns
{"$near": 3.14, "$within": 0.01}  a number not further off than that
{"$any": true}                    anything, as long as it is given
str.isupper, re.compile("^P")     in Python: a function of the value, a compiled expression
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.safe_text import one_line

MISSING: Any = object()
"""Stands for a value that is not given."""


def mismatch(pattern: Any, value: Any, *, exact: bool = False) -> str | None:
    """Say why a value does not fit a pattern; None where it does.

    Args:
        pattern: What is wanted.
        value: What was given.
        exact: Whether an object may hold no further keys, at any depth.
    """
    return next(iter(mismatches(pattern, value, exact=exact)), None)


def mismatches(pattern: Any, value: Any, *, exact: bool = False, place: str = "") -> list[str]:
    """Return every way in which a value does not fit a pattern, one line each, its place first."""
    if value is MISSING:
        return [f"{place or 'it'} is missing, wanted {shown(pattern)}"]
    if isinstance(pattern, Mapping) and not _is_operator(pattern):
        return _in_object(pattern, value, exact, place)
    if isinstance(pattern, list | tuple):
        return _in_list(pattern, value, exact, place)
    if _fits(pattern, value, exact):
        return []
    return [f"{place or 'it'} is {shown(value)}, wanted {shown(pattern)}"]


def _in_object(pattern: Mapping[str, Any], value: Any, exact: bool, place: str) -> list[str]:
    if not isinstance(value, Mapping):
        return [f"{place or 'it'} is {shown(value)}, wanted an object"]
    inside = f"{place}." if place else ""
    found = [
        fault
        for name, wanted in pattern.items()
        for fault in mismatches(wanted, value.get(name, MISSING), exact=exact, place=f"{inside}{name}")
    ]
    return found + [f"{inside}{name} is not wanted" for name in value if exact and name not in pattern]


def _in_list(pattern: list[Any] | tuple[Any, ...], value: Any, exact: bool, place: str) -> list[str]:
    if not isinstance(value, list | tuple) or len(value) != len(pattern):
        return [f"{place or 'it'} is {shown(value)}, wanted {shown(pattern)}"]
    return [
        fault
        for number, (wanted, one) in enumerate(zip(pattern, value, strict=True))
        for fault in mismatches(wanted, one, exact=exact, place=f"{place}[{number}]")
    ]


def _fits(pattern: Any, value: Any, exact: bool) -> bool:
    if isinstance(pattern, Mapping):
        (name, wanted), *rest = pattern.items()
        return _OPERATORS[name](wanted, value, dict(rest), exact)
    if isinstance(pattern, re.Pattern):
        return isinstance(value, str) and pattern.search(value) is not None
    if callable(pattern):
        return _told_by(pattern, value)
    if isinstance(pattern, bool) or isinstance(value, bool):
        return isinstance(pattern, bool) and isinstance(value, bool) and pattern == value
    return bool(pattern == value)


def _told_by(predicate: Callable[[Any], Any], value: Any) -> bool:
    try:
        return bool(predicate(value))
    except (TypeError, ValueError, AttributeError, KeyError, IndexError):
        return False  # a value of another kind than the predicate is for


def _near(wanted: Any, value: Any, more: dict[str, Any], _exact: bool) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return bool(abs(value - wanted) <= more.get("$within", 1e-9))


def _contains(wanted: Any, value: Any, _more: dict[str, Any], _exact: bool) -> bool:
    if isinstance(value, str):
        return str(wanted).casefold() in value.casefold()
    return isinstance(value, list) and any(mismatch(wanted, one) is None for one in value)


_OPERATORS: Mapping[str, Callable[[Any, Any, dict[str, Any], bool], bool]] = {
    "$regex": lambda wanted, value, _more, _exact: isinstance(value, str) and re.search(wanted, value) is not None,
    "$contains": _contains,
    "$one_of": lambda wanted, value, _more, exact: any(mismatch(one, value, exact=exact) is None for one in wanted),
    "$near": _near,
    "$any": lambda _wanted, _value, _more, _exact: True,
}


def _is_operator(pattern: Mapping[str, Any]) -> bool:
    return str(next(iter(pattern), "")).startswith("$")


def check_pattern(pattern: Any) -> None:
    """Refuse a pattern that can never be read.

    Raises:
        ConfigurationError: Naming the operator.
    """
    if isinstance(pattern, list | tuple):
        for one in pattern:
            check_pattern(one)
    elif isinstance(pattern, Mapping) and _is_operator(pattern):
        _check_operator(pattern)
    elif isinstance(pattern, Mapping):
        for one in pattern.values():
            check_pattern(one)


def _check_operator(pattern: Mapping[str, Any]) -> None:
    name, wanted = next(iter(pattern.items()))
    rest = set(pattern) - {name} - ({"$within"} if name == "$near" else set())
    if name not in _OPERATORS or rest:
        raise ConfigurationError(
            f"{shown(pattern)} is no pattern of an argument; the operators are {', '.join(_OPERATORS)}, "
            "and $within beside $near"
        )
    if name == "$regex":
        try:
            re.compile(wanted)
        except (re.error, TypeError) as error:
            raise ConfigurationError(f"{shown(wanted)} is no regular expression: {error}") from None
    numbers = [wanted, pattern.get("$within", 0)] if name == "$near" else []
    if any(isinstance(one, bool) or not isinstance(one, int | float) for one in numbers):
        raise ConfigurationError(f"{shown(pattern)}: $near and $within take numbers")
    if name == "$one_of":
        if not isinstance(wanted, list | tuple):
            raise ConfigurationError(f"{shown(pattern)}: $one_of takes a list of patterns")
        check_pattern(wanted)


def shown(value: Any) -> str:
    """Show a value or pattern on one line."""
    if isinstance(value, re.Pattern):
        return f"/{one_line(value.pattern, 60)}/"
    if callable(value):
        return str(getattr(value, "__qualname__", type(value).__qualname__)).replace("<locals>.", "")
    return one_line(json.dumps(value, ensure_ascii=False, default=shown), 80)
