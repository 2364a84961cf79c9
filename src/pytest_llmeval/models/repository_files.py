"""Which files belong to a repository."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

NOT_SOURCE = frozenset({"__pycache__", "node_modules", "site-packages", "venv", "build", "dist"})
"""Folders that are passed over where git does not say what belongs to the repository."""
FOREIGN = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"})
"""What a git hook sets; it would turn git from the directory we name to the one the hook runs for."""


def listed_files(root: Path) -> set[str]:
    """Return the paths, from its root, of a repository's files: those git tracks, else all that look like source."""
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
