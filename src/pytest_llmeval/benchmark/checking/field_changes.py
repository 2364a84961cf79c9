"""Which fields of an entry are not what they were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.fingerprint import fingerprint

DEEPEST = 5
"""Levels of a nested value that are gone into; what lies deeper is told as a whole."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field with another value than before; None stands for a field that is not given."""

    field: str
    """Its name; of what lies inside, the path, such as ``turns[1].gold_answer``."""
    before: Any
    after: Any
    removed: tuple[Any, ...] = ()
    """Of a list: the members that are gone."""
    added: tuple[Any, ...] = ()
    """Of a list: the members that came. Where neither is any, only the order changed."""

    @property
    def of_list(self) -> bool:
        """Tell whether it is told by members."""
        return isinstance(self.before, list | tuple) and isinstance(self.after, list | tuple)


def field_changes(before: Entry, after: Entry) -> Iterator[FieldChange]:
    """Yield the fields that differ: those of the entry in their order, then those of its metadata; not the id."""
    was, now = _fields(before), _fields(after)
    for name in dict.fromkeys([*(one for one in Entry.model_fields if one in was or one in now), *was, *now]):
        yield from _changes(name, was.get(name), now.get(name))


def _fields(entry: Entry) -> dict[str, Any]:
    given = entry.model_dump(exclude={"id", "metadata"}, exclude_defaults=True)
    of_others = {f"metadata.{one}" if one in Entry.model_fields else one: told for one, told in entry.metadata.items()}
    return given | of_others


def _changes(path: str, before: Any, after: Any, depth: int = 1) -> Iterator[FieldChange]:
    if _same(before, after):
        return
    inside = list(_inside(path, before, after, depth)) if depth < DEEPEST else []
    if inside:
        yield from inside
    elif _both(before, after, _is_list):
        yield FieldChange(path, before, after, tuple(_lacking(before, after)), tuple(_lacking(after, before)))
    else:
        yield FieldChange(path, before, after)


def _inside(path: str, before: Any, after: Any, depth: int) -> Iterator[FieldChange]:
    """Go into objects, and into lists of as many objects; a key with null and no key at all are alike here."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys([*before, *after]):
            yield from _changes(f"{path}.{name}", before.get(name), after.get(name), depth + 1)
    elif _both(before, after, _is_table) and len(before) == len(after):
        for place, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _changes(f"{path}[{place}]", one, other, depth + 1)


def _same(before: Any, after: Any) -> bool:
    """Tell whether two values are the same content, by the rule that hashes go by: 1 is neither 1.0 nor true."""
    if before is after or (isinstance(before, str) and before == after):
        return True
    return fingerprint(before) == fingerprint(after)


def _both(before: Any, after: Any, fits: Callable[[Any], bool]) -> bool:
    return fits(before) and fits(after)


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _is_table(value: Any) -> bool:
    return _is_list(value) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _lacking(members: Sequence[Any], others: Sequence[Any]) -> Iterator[Any]:
    """Yield the members that the others lack, one that is there several times as often as it is missing."""
    there = Counter(map(fingerprint, others))
    for one in members:
        mark = fingerprint(one)
        if there[mark]:
            there[mark] -= 1
        else:
            yield one
