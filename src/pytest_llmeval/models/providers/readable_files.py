"""Which files of a repository the offline provider may read: tracked text, and nothing that holds gold answers."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pytest_llmeval.models.providers.gold_text import holds_gold

MOST_BYTES = 512 * 1024
"""Larger files are generated or data, and are not read."""
ROW_SUFFIXES = frozenset({".jsonl", ".ndjson", ".csv", ".tsv"})
"""Files of rows are benchmarks, run logs or data; none of them is read, in use or not."""
LOCK_FILES = frozenset({"package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "go.sum"})
LOG_FOLDER = "llm-runs"
NOT_SOURCE = frozenset({"__pycache__", "node_modules", "site-packages", "venv", "build", "dist"})
"""Folders that are passed over where git does not say what belongs to the repository."""
FOREIGN = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"})
"""What a git hook sets; it would turn git from the directory we name to the one the hook runs for."""


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
    found = (_read(root, path) for path in sorted(_listed(root)) if _is_wanted(path))
    return [
        file
        for file in found
        if file and not _is_private(root / file.path, private) and not holds_gold(file.path, file.text)
    ]


def _listed(root: Path) -> set[str]:
    tracked = _tracked(root)
    return set(_walked(root)) if tracked is None else tracked


def _tracked(root: Path) -> set[str] | None:
    """Ask git, or return None where there is no git or no repository."""
    # Another owner, as in a container, is no obstacle: whoever runs a repository's tests trusts it already.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    own = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    try:
        done = subprocess.run(command, cwd=root, env=own, capture_output=True, check=True)  # noqa: S603  fixed words
    except (OSError, subprocess.CalledProcessError):
        return None
    return {os.fsdecode(name) for name in done.stdout.split(b"\0") if name}


def _walked(root: Path) -> Iterator[str]:
    for folder, inner, names in os.walk(root):
        inner[:] = [name for name in inner if _is_source_folder(Path(folder, name))]
        for name in names:
            if not name.startswith("."):
                yield Path(folder, name).relative_to(root).as_posix()


def _is_source_folder(folder: Path) -> bool:
    name = folder.name
    is_made = name in NOT_SOURCE or name.endswith(".egg-info") or (folder / "pyvenv.cfg").exists()
    return not is_made and not name.startswith(".")


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
