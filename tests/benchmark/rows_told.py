"""Rows and faults in a form that a test can compare."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytest_llmeval.benchmark.rows import Fault, Row


def told(rows: Iterable[Row | Fault]) -> list[tuple[int | None, Any]]:
    """Return the line of each, with its values or its text."""
    return [(one.line, one.text if isinstance(one, Fault) else one.values) for one in rows]
