"""An entry as a line of a benchmark again, for the same file or for another one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.spellings import FIELDS, SPELLINGS

_READ_AS_FIELDS = frozenset({*FIELDS, *(name for names in SPELLINGS.values() for name in names)})
"""Names that a line does not hold for itself: what an entry keeps under them goes into the line's ``metadata``."""


def entry_row(entry: Entry) -> dict[str, Any]:
    """Return the line that is read as this entry: what it says of itself, with its metadata as fields of their own."""
    told = entry.model_dump(mode="json", exclude={"turns"}, exclude_defaults=True)
    if entry.turns:
        told["turns"] = [_turn_row(turn) for turn in entry.turns]
    metadata = told.pop("metadata", {})
    apart = {name: value for name, value in metadata.items() if name in _READ_AS_FIELDS}
    free = {name: value for name, value in metadata.items() if name not in apart}
    return {**told, **free, **({"metadata": apart} if apart else {})}


def _turn_row(turn: Entry) -> dict[str, Any]:
    told = turn.model_dump(mode="json", exclude={"id", "question"}, exclude_defaults=True)
    return {"user": turn.question, **told}


def moved(entry: Entry, old: Path, new: Path) -> Entry:
    """Return the entry with the files it names from its benchmark's folder as they are named from another folder.

    Args:
        entry: Of a benchmark in ``old``; what it names from the repository's root stays as it is.
        old: A folder.
        new: A folder.
    """
    if old.resolve() == new.resolve():
        return entry
    changed: dict[str, Any] = {"context_files": tuple(_from(name, old, new) for name in entry.context_files)}
    if isinstance(entry.response_schema, str):
        changed["response_schema"] = _from(entry.response_schema, old, new)
    if entry.turns:
        changed["turns"] = tuple(moved(turn, old, new) for turn in entry.turns)
    return with_fields(entry, changed)


def with_fields(entry: Entry, changed: Mapping[str, Any]) -> Entry:
    """Return an entry with other values in some fields; a copy would keep the hash of the first."""
    told = {name: getattr(entry, name) for name in FIELDS}
    return Entry.model_validate({**told, **changed})


def _from(name: str, old: Path, new: Path) -> str:
    here = old / name
    if Path(name).is_absolute() or not here.is_file():
        return name
    return Path(os.path.relpath(here.resolve(), new.resolve())).as_posix()
