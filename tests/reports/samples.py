"""Trials to sum up, and what of the lines is read."""

from __future__ import annotations

from itertools import count
from typing import Any

from pytest_llmeval.models.answer import Usage
from pytest_llmeval.reports.lines import Line
from pytest_llmeval.runs.record import Record
from tests.runs.samples import record

_NUMBERS = count(1)


def trial(grade: str | None = None, **fields: Any) -> Record:
    """Make a record of an entry of its own."""
    passed = "passed" if grade in ("fully_correct", "partially_correct") else "failed"
    measured = {"usage": Usage(1000, 200), "cost_usd": 0.001, "latency_s": 1.2, "model": "m", "provider": "p"}
    return record(next(_NUMBERS), **{**measured, "grade": grade, "grader": "evidence", "outcome": passed, **fields})


def shown(lines: list[Line]) -> str:
    return "\n".join(line.text for line in lines)
