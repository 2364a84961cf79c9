"""What the tests of code execution share: limits that end soon, and answers that are graded at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.loading import load_benchmark
from pytest_llmeval.errors import GraderError
from pytest_llmeval.grading.code.code_tests import CodeTests
from pytest_llmeval.grading.code.limits import Limits
from pytest_llmeval.grading.code.outcome import Outcome
from pytest_llmeval.grading.code.sandbox import Exam, Isolation, Program, Sandbox
from pytest_llmeval.grading.context import TrialContext
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.models.answer import Answer

HERE = Path(__file__).parent
SOON = Limits(timeout_s=1, memory_mb=256, output_kb=64, patience_s=20)
CHECK = "def check(candidate):\n    assert candidate(1) == 2\n    assert candidate(5) == 6\n"


def _best() -> Isolation:
    try:
        Sandbox().check()
    except GraderError:
        return "process"
    return "namespaces"


BEST = _best()
"""Found out at once, before any test patches what would find it out: a container may forbid namespaces."""


def isolation() -> Isolation:
    """Return the best this machine has."""
    return BEST


def needs_namespaces() -> None:
    if isolation() != "namespaces":
        pytest.skip("this machine does not allow namespaces")


def problems(name: str = "problems.jsonl") -> tuple[Entry, ...]:
    return load_benchmark(HERE / name).entries


def run(
    code: str, tests: str | Sequence[str] = CHECK, *, limits: Limits = SOON, watched: bool = True, **more: Any
) -> Outcome:
    """Run a program whose function ``f`` should add one."""
    shaped = tests if isinstance(tests, str) else tuple(tests)
    exam = Exam((("hidden", shaped),), more.pop("entry_point", "f"), setup=more.pop("setup", ()))
    return Sandbox(more.pop("isolation", isolation()), watched).run(Program(code, names=("f",), **more), exam, limits)


def graded(entry: Entry, text: str, **settings: Any) -> Grade:
    """Grade an answer as a run does in which code execution is allowed."""
    context = TrialContext(entry, sandbox=Sandbox(isolation()))
    return CodeTests(**settings)(entry, Answer(text, context=context))
