"""A finding: what is doubtful about a benchmark, and about which entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Severity = Literal["error", "warning"]
"""An error makes numbers wrong; a warning is a thing to look at."""

Check = Literal[
    "conflicting answers",
    "duplicates",
    "near duplicates",
    "leaked answers",
    "task in the system role",
    "no expectation",
    "broken schemas",
    "unknown values",
    "misspelt slices",
    "thin slices",
    "slice mix",
    "coverage",
    "missing files",
    "missing symbols",
    "review dates",
    "contamination",
    "items",
    "manifest",
]
CHECKS: tuple[Check, ...] = get_args(Check)


@dataclass(frozen=True, slots=True)
class Finding:
    """One of them, in a line."""

    check: Check
    severity: Severity
    entries: tuple[str, ...]
    """Ids of the entries it is about; none where it is about the benchmark."""
    text: str
    """What is doubtful, the ids not repeated."""
