"""Careful reading of JSON that somebody else wrote: the value where it is of the right kind, else None."""

from __future__ import annotations

from collections.abc import Mapping


def string(value: object) -> str | None:
    """Return a string, or None for anything else."""
    return value if isinstance(value, str) else None


def count(counts: object, name: str) -> int | None:
    """Return a whole number of at least 0 from a JSON object, or None."""
    value = counts.get(name) if isinstance(counts, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def joined_text(content: object) -> str:
    """Return a text, or the texts of a list of parts together; anything else is no text."""
    if isinstance(content, list):
        return "".join(string(part.get("text")) or "" for part in content if isinstance(part, Mapping))
    return string(content) or ""
