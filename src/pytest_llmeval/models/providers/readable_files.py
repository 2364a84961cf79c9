"""Which files of a repository the offline provider may read: tracked text, and nothing that holds gold answers."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pytest_llmeval.models.providers.gold_text import holds_gold
from pytest_llmeval.models.repository_files import listed_files

MOST_BYTES = 512 * 1024
"""Larger files are generated or data, and are not read."""
ROW_SUFFIXES = frozenset({".jsonl", ".ndjson", ".csv", ".tsv"})
"""Files of rows are benchmarks, run logs or data; none of them is read, in use or not."""
LOCK_FILES = frozenset({"package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "go.sum"})
LOG_FOLDER = "llm-runs"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that may be read, with its text."""

    path: str
    """From the root, with slashes."""
    text: str
    """With plain newlines."""


def readable_files(root: Path, private_files: Iterable[Path] = ()) -> list[SourceFile]:
    """Read the repository's text files, ordered by path.

    Left out are binary, large and lock files, links, everything in a ``llm-runs`` folder, and what may hold gold
    answers: the private files, every file of rows, and other files that `holds_gold` tells to be evals or benchmarks.

    Args:
        root: Where the repository, or the part of it that is asked about, lies.
        private_files: Files or folders to keep away from the model under test.
    """
    private = {Path(os.path.realpath(path)) for path in private_files}
    found = (_read(root, path) for path in sorted(listed_files(root)) if _is_wanted(path))
    return [
        file
        for file in found
        if file and not _is_private(root / file.path, private) and not holds_gold(file.path, file.text)
    ]


def _is_wanted(path: str) -> bool:
    parts = Path(path)
    suffix = parts.suffix.lower()
    is_lock = suffix == ".lock" or parts.name in LOCK_FILES
    return not is_lock and suffix not in ROW_SUFFIXES and LOG_FOLDER not in parts.parts


def _is_private(path: Path, private: set[Path]) -> bool:
    real = Path(os.path.realpath(path))
    return real in private or not private.isdisjoint(real.parents)


def _read(root: Path, path: str) -> SourceFile | None:
    """Return the file, or None where it is gone, no regular file, too large, or no text."""
    try:
        status = os.lstat(root / path)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_BYTES:
            return None
        data = (root / path).read_bytes()
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    return None if b"\0" in data else SourceFile(_shown(path), text.replace("\r\n", "\n").replace("\r", "\n"))


def _shown(path: str) -> str:
    """Make a name that is no valid text printable; such a file is still read."""
    return os.fsencode(path).decode("utf-8", "replace")
