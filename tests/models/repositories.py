"""Small git repositories to ask about."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path


def write_files(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write the files below the root."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def git(root: Path, *words: str) -> None:
    """Run git there, in nobody's name."""
    who = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *who, *words], cwd=root, check=True, capture_output=True)


def repository(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Make a repository that tracks the files."""
    git(write_files(root, files), "init")
    git(root, "add", "--force", ".")
    return root
