"""The names under which benchmark files of other makers hold the fields of an entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError

SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "id": ("task_id",),
    "question": ("prompt", "input"),
    "gold_answer": (
        "reference_output",
        "reference",
        "expected_output",
        "expected",
        "ideal",
        "target",
        "answer",
        "canonical_solution",
    ),
    "category": ("task_type",),
    "difficulty": ("complexity",),
    "criteria": ("key_points",),
}
"""Field to accepted names, in the order in which they win where a row has several; the field's own name beats all."""

BESIDE_TESTS = (("question", "text"), ("gold_answer", "code"))
"""Further names, too common to stand for these fields in every file: only in rows with a ``test_list``, as in MBPP."""

FIELDS = tuple(Entry.model_fields)

Places: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
"""Each field with the columns in which it may stand, the winning one first."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """A row sorted into fields of an entry and everything else."""

    fields: dict[str, Any]
    rest: dict[str, Any]
    """Under the names of the file; also the second of two spellings of one field."""


def places(columns: Mapping[str, str]) -> Places:
    """Work out where each field may stand.

    Args:
        columns: Field to the column of the file that holds it; wins over the field's own name, and the column is no
            longer a spelling of another field.

    Raises:
        ConfigurationError: If a key names no field.
    """
    for field in columns:
        if field not in FIELDS:
            near = get_close_matches(field, FIELDS, 1)
            hint = f"did you mean {near[0]!r}? The" if near else "the"
            raise ConfigurationError(
                f"columns names {field!r}, which is no field of an entry; {hint} fields are {', '.join(FIELDS)}"
            )
    taken = frozenset(columns.values())
    return tuple((field, _names(field, columns.get(field), taken)) for field in FIELDS)


def _names(field: str, mapped: str | None, taken: frozenset[str]) -> tuple[str, ...]:
    usual = tuple(name for name in (field, *SPELLINGS.get(field, ())) if name not in taken)
    return usual if mapped is None else (mapped, *usual)


def spelled(row: Mapping[str, Any], where: Places) -> Spelled:
    """Sort a row; null (and NaN, as data frames write it) stands for a field that is not given."""
    fields: dict[str, Any] = {}
    used: set[str] = set()
    for field, names in where:
        for name in names:
            if name in row and not _absent(row[name]):
                fields[field] = row[name]
                used.add(name)
                break
    if "test_list" in row:
        used |= _from_beside_tests(row, fields, used)
    rest = {k: v for k, v in row.items() if k not in used and not (k in FIELDS and _absent(v))}
    return Spelled(fields, rest)


def _from_beside_tests(row: Mapping[str, Any], fields: dict[str, Any], used: set[str]) -> set[str]:
    """Fill the fields that are still empty, and return the names they were read from."""
    found = {field: name for field, name in BESIDE_TESTS if field not in fields and name not in used}
    found = {field: name for field, name in found.items() if not _absent(row.get(name))}
    fields |= {field: row[name] for field, name in found.items()}
    return set(found.values())


def _absent(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)
