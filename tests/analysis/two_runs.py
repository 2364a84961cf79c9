"""Two sides to compare, written as a letter per entry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pytest_llmeval.analysis.comparing.sides import Side, sides_of
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.sidecar import RunInfo
from tests.runs.samples import record

LETTERS: dict[str, dict[str, Any]] = {
    "C": {"grade": "fully_correct", "grader": "evidence", "outcome": "passed"},
    "P": {"grade": "partially_correct", "grader": "evidence", "outcome": "failed"},
    "U": {"grade": "unsupported", "grader": "evidence", "outcome": "failed"},
    "W": {"grade": "wrong", "grader": "evidence", "outcome": "failed"},
    "T": {"grader": "evidence", "outcome": "truncated"},
    "+": {"outcome": "passed"},
    "-": {"outcome": "failed"},
    "E": {"outcome": "error", "error": "no reply"},
    "?": {},
}


def records(letters: str, **fields: Any) -> list[Record]:
    """Make a record per letter, of the entries q0, q1 and so on; a blank leaves an entry out."""
    return [
        record(number, **{"provider": "openai", "model": "m", **LETTERS[letter], **fields})
        for number, letter in enumerate(letters)
        if letter != " "
    ]


def side(letters: str, info: RunInfo | None = None, **fields: Any) -> Side:
    return side_of(records(letters, **fields), info)


def side_of(made: list[Record], info: RunInfo | None = None) -> Side:
    (only,) = sides_of(Path("a.jsonl"), made, info).values()
    return only


def run_info(**fields: Any) -> RunInfo:
    return RunInfo(**{"run_id": "r", "started": "2026", "finished": "2026", "complete": True, **fields})
