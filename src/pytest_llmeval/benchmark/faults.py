"""What is wrong with a benchmark, one line for each fault."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from pytest_llmeval.benchmark.formats import FORMATS, suffix_of

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

SHOWN = 50
"""Faults told of one file; a file with more is broken in few ways many times."""

MUST_BE: Mapping[str, str] = {
    "id": "text or a number, and not blank",
    "question": "text, and not blank",
    "criteria": "a list of texts, or of lists of texts",
    "expected_tools": "a list of names, or of objects with a name",
    "response_schema": "a JSON Schema object, or the path of one",
    "weight": "a number of at least 0",
    "status": "one of active, quarantined, retired",
    "messages": "a list of objects, each with a role",
    "fake_tools": "a list of objects, each with a name",
    "turns": "a list of texts, or of objects with the text of the 'user' and what is expected of the answer",
    "tags": "a list of texts, text with commas, or an object of texts",
    "metadata": "an object with text keys",
    **dict.fromkeys(("expected_files", "expected_symbols", "context_files"), "a list of texts"),
}
"""What a field takes, in the user's words; text, where nothing is said."""


def entry_faults(given: Mapping[str, Any], error: ValidationError) -> list[str]:
    """Say what pydantic found, one line for each field.

    Args:
        given: The arguments of the entry.
        error: What its making raised.
    """
    first: dict[str, ErrorDetails] = {}
    for one in error.errors(include_url=False):
        first.setdefault(str(one["loc"][0]), one)
    return [_field_fault(name, one, given) for name, one in first.items()]


def _field_fault(name: str, one: ErrorDetails, given: Mapping[str, Any]) -> str:
    entry = who(given)
    if one["type"] != "missing":
        return f"{entry}: {name!r} must be {MUST_BE.get(name, 'text')}, got {short(one['input'])}"
    if given.get("messages"):
        return f"{entry} has 'messages' without text of a user, and no {name!r}; add one of them"
    return f'{entry} has no {name!r}; add it, or map a column with columns={{"{name}": "..."}}'


def who(given: Mapping[str, Any]) -> str:
    """Name an entry that may have no id."""
    name = given.get("id")
    named = isinstance(name, str | int) and not isinstance(name, bool) and str(name).strip()
    return f"entry {short(name)}" if named else "entry"


def short(value: Any) -> str:
    """Show a value on one line of at most 60 characters."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:59]}…"


def path_fault(path: Path) -> str | None:
    """Say why a path cannot be a benchmark file, if it cannot."""
    if path.is_dir():
        return f"a directory, not a benchmark file{_held(path)}"
    if not path.exists():
        return f"no such file{_near(path)}"
    if suffix_of(path) not in FORMATS:
        return (
            f"unknown format {suffix_of(path) or 'without a suffix'!r}; use one of {', '.join(FORMATS)} (also with .gz)"
        )
    return "the file is empty; it needs at least one entry" if path.stat().st_size == 0 else None


def _near(path: Path) -> str:
    if not path.parent.is_dir():
        return f"; there is no directory {path.parent.name!r}"
    near = get_close_matches(path.name, _files(path.parent), 3, cutoff=0.75)
    return f"; did you mean {' or '.join(map(repr, near))}?" if near else _held(path.parent)


def _held(directory: Path) -> str:
    files = _files(directory)
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    return f"; benchmark files there: {', '.join(files[:3])}{more}" if files else "; no benchmark file is there"


def _files(directory: Path) -> list[str]:
    return sorted(one.name for one in directory.iterdir() if suffix_of(one) in FORMATS and one.is_file())
