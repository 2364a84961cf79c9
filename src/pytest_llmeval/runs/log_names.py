"""The name of a run log, from which the names of all follow that lies beside it."""

from __future__ import annotations

from pathlib import Path


def log_stem(log: Path) -> str:
    """Return the name of a log without what says that it is one, packed or not.

    Example:
        >>> log_stem(Path("llm-runs/a.jsonl")), log_stem(Path("a-graded.jsonl.gz")), log_stem(Path("a.v2"))
        ('a', 'a-graded', 'a.v2')
    """
    return log.name.removesuffix(".gz").removesuffix(".jsonl")
