"""Run logs for the command line's tests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pytest_llmeval.grading.grade import LEVELS
from pytest_llmeval.runs.line import record_line
from pytest_llmeval.runs.record import DESIGNED_FIELDS, Record

LABELS = {"partially_correct": "missing_evidence", "unsupported": "hallucination", "wrong": "retrieval_miss"}


def trial(number: int, grade: str | None = None, **fields: Any) -> Record:
    """A trial of entry ``q<number>``; odd ones are of category ``odd``."""
    told: dict[str, Any] = {
        "run_id": "run-1",
        "question_id": f"q{number}",
        "question": f"What is {number}?",
        "category": "odd" if number % 2 else "even",
        "answer": f"It is {number}.",
        "provider": "openai",
        "model": "small",
        "grade": grade,
        "failure_label": LABELS.get(grade or ""),
        "repo_sha": "abcdef0123456789",
        "timestamp": "2026-11-21T04:31:03.000Z",
        "harness_version": "1.0",
    }
    return Record(**{**told, **fields})


def every_grade(count: int = 8, **fields: Any) -> list[Record]:
    """Trials whose grades go round."""
    return [trial(number, LEVELS[number % 4], **fields) for number in range(1, count + 1)]


def write_log(path: Path, records: Iterable[Record]) -> Path:
    path.write_bytes(b"".join(map(record_line, records)))
    return path


def plain_lines(records: Iterable[Record]) -> list[dict[str, Any]]:
    """What a program that knows the sixteen fields only writes of these trials."""
    return [json.loads(record_line(one).decode(), object_pairs_hook=_sixteen) for one in records]


def _sixteen(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    return {name: told[name] for name in DESIGNED_FIELDS if name in told}


def write_plain(path: Path, lines: Iterable[Mapping[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def read_plain(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
