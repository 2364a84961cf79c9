"""The files an answer may cite: does a path exist, how many lines has it, what do they say."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from pytest_llmeval.grading.evidence import clean_path
from pytest_llmeval.models.repository_files import listed_files

MOST_BYTES = 4 * 1024 * 1024
"""Larger files exist, but nobody counts or reads their lines."""


def find_file(path: str, roots: Sequence[str | os.PathLike[str]]) -> Path | None:
    """Find the file that a citation means.

    A citation may leave leading folders out, begin with the name of the repository, or be absolute. What lies outside
    the roots is not found: an answer must not make us look elsewhere.

    Args:
        path: As the answer writes it.
        roots: Where to look, in this order.
    """
    wanted = clean_path(path)
    for root in (Path(os.path.realpath(one)) for one in roots):
        for candidate in (wanted, wanted.removeprefix(f"{root.name}/")):
            found = _inside(root, candidate)
            if found is not None:
                return found
        short = next((one for one in _by_name(root).get(Path(wanted).name, ()) if one.endswith(f"/{wanted}")), None)
        if short is not None:
            return _inside(root, short)
    return None


def _inside(root: Path, path: str) -> Path | None:
    try:
        real = Path(os.path.realpath(root / path))
        return real if real.is_relative_to(root) and real.is_file() else None
    except (OSError, ValueError):  # a name that is too long, or holds a null
        return None


@lru_cache(
    maxsize=8
)  # answers cite the same repository over and over; a new file is found by its whole path all the same
def _by_name(root: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted(listed_files(root)):
        found.setdefault(Path(path).name, []).append(f"/{path}")
    return {name: [path[1:] for path in paths if path.count("/") > 1] for name, paths in found.items()}


def text_of(file: Path) -> str | None:
    """Return a file's text; None where it is too large, no text, or cannot be read."""
    try:
        if file.stat().st_size > MOST_BYTES:
            return None
        data = file.read_bytes()
    except OSError:
        return None
    return None if b"\0" in data else data.decode("utf-8", "replace")


def line_count(file: Path) -> int | None:
    """Return how many lines a file has, None where that cannot be told."""
    text = text_of(file)
    return None if text is None else len(text.splitlines())
