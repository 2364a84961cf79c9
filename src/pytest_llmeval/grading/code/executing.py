"""Which graders run code out of answers, so that nobody is asked for code that may not be run."""

from __future__ import annotations

from pytest_llmeval.grading.combining import Composite
from pytest_llmeval.grading.grader import Grader


def executes_code(grader: Grader) -> bool:
    """Tell whether a grader, or a part of it, runs code out of answers."""
    if isinstance(grader, Composite):
        return any(map(executes_code, grader.parts()))
    return bool(getattr(grader, "executes_code", False))
