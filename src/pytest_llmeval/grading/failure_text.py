"""The text of a failed assertion: the verdict first, then aligned rows of what it is about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pytest_llmeval.safe_text import one_line, strip_control, trim_middle

SHOWN_CHARACTERS = 600
"""Of a question, an answer or a gold answer; the middle of longer ones is left out."""
VERDICT_CHARACTERS = 400
"""Of the first line."""


def failure_text(verdict: str, rows: Mapping[str, str | None]) -> str:
    """Lay a failure out.

    Args:
        verdict: The first line.
        rows: Label to text that is safe to show, in order; rows without text are left out.

    Example:
        >>> print(failure_text("graded wrong", {"question": "2 + 2?", "answer": "5", "expected": None}))
        graded wrong
        question: 2 + 2?
        answer:   5
    """
    told = {label: text for label, text in rows.items() if text is not None}
    width = max((len(label) for label in told), default=0) + 2
    return "\n".join(
        [one_line(verdict, VERDICT_CHARACTERS), *(_row(label, text, width) for label, text in told.items())]
    )


def _row(label: str, text: str, width: int) -> str:
    lines = (text.strip() or "(empty)").split("\n")
    return f"{label + ':':<{width}}" + ("\n" + " " * width).join(line.rstrip() for line in lines)


def shown_text(text: str | None) -> str | None:
    """Make a question, an answer or a gold answer fit to be shown: safe, and not too long."""
    # Trimmed before it is cleaned as well, so that a megabyte costs no more than a line.
    return (
        None if text is None else trim_middle(strip_control(trim_middle(text, 4 * SHOWN_CHARACTERS)), SHOWN_CHARACTERS)
    )


def shown_gold(gold: Any) -> str | None:
    """Write a gold answer as text; None where there is none."""
    if gold is None or isinstance(gold, str):
        return gold
    return json.dumps(gold, ensure_ascii=False, default=str)
