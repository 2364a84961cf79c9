"""How a path is shown: from the folder somebody works in, where it lies below that."""

from __future__ import annotations

from pathlib import Path


def seen_from(here: Path, path: Path) -> Path:
    """Return the path from a folder; as it is where it does not lie below that.

    Example:
        >>> seen_from(Path("/project"), Path("/project/llm-runs/a.jsonl")).as_posix()
        'llm-runs/a.jsonl'
        >>> seen_from(Path("/project"), Path("/elsewhere/a.jsonl")).as_posix()
        '/elsewhere/a.jsonl'
    """
    return path.relative_to(here) if path.is_relative_to(here) else path
