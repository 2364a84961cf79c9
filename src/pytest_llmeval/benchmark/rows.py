"""Rows: what every format of benchmark file is read into before names and types are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

WRAPPERS = ("entries", "examples", "data", "questions", "samples", "items", "rows")
"""Keys under which a JSON or YAML document that is an object may hold its list of entries."""


@dataclass(frozen=True, slots=True)
class Row:
    """One entry as the file has it."""

    line: int
    """Where it starts, from 1; of values that come from no file, their place from 0."""
    values: Mapping[Any, Any]
    cells: bool = False
    """Whether the values are the text of table cells (None: an empty one), so that lists are still to be split."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a file that cannot be read."""

    line: int | None
    text: str


def as_row(line: int, value: Any) -> Row | Fault:
    """Take a value of a document for a row, which only a mapping can be."""
    if isinstance(value, Mapping):
        return Row(line, value)
    return Fault(line, f"an entry must be an object, got {kind_of(value)}")


def wrapper_of(lists: Iterable[str]) -> str | Fault:
    """Choose the key that holds the entries.

    Args:
        lists: The keys of the document whose values are lists.
    """
    found = [name for name in lists if name in WRAPPERS]
    if len(found) == 1:
        return found[0]
    if found:
        return Fault(None, f"lists of entries under {' and '.join(map(repr, found))}; keep one")
    return Fault(None, f"an object without a list of entries; put it under 'entries' (or {', '.join(WRAPPERS[1:])})")


def kind_of(value: Any) -> str:
    """Say in the words of JSON what a value is."""
    kinds = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", type(None): "null"}
    return kinds.get(type(value), f"a {type(value).__name__}")
