"""Everything that must be green before a change lands, in one command: ``python tools/check.py``.

Runs the linter, the formatter in checking mode, the type checker and all tests with their coverage, in that order, and
stops at the first that is not content. Tests that fail are run once more by themselves: one that passes then was upset
by the machine's load, which is told and mended like any fault, and does not hold a change up.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
LEAST_COVERAGE = 95
"""Percent of lines and branches of the package that the tests must run."""

SOME_FAILED = 1
"""pytest's exit status where tests ran and some failed."""

TESTS = ("coverage", "run", "-m", "pytest", "-o", "cache_dir=.pytest_cache/check")
AGAIN = (*TESTS, "--last-failed", "--last-failed-no-failures=none")
STEPS: tuple[Sequence[str], ...] = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("mypy", "tools"),
    # Coverage starts before pytest, which imports the plugin before pytest-cov could watch it; worker processes are
    # measured by the `patch` setting in pyproject.toml.
    ("coverage", "erase"),
    (*TESTS, "-n", "2"),
    ("coverage", "combine", "--quiet"),
    ("coverage", "report", f"--fail-under={LEAST_COVERAGE}"),
)
"""The arguments of each tool, run as a module of this Python."""


def main(steps: Sequence[Sequence[str]] = STEPS, environ: Mapping[str, str] = os.environ) -> int:
    """Run the steps and return the exit status of the first that fails, else 0."""
    # A model named by the developer's shell would send the tests' evals somewhere.
    clean = {name: value for name, value in environ.items() if name not in ("PYTEST_LLM_MODEL", "PYTEST_ADDOPTS")}
    for step in steps:
        sys.stdout.write(f"== {' '.join(step)}\n")
        status = _run(step, clean)
        if status == SOME_FAILED and step[: len(TESTS)] == TESTS:
            sys.stdout.write("== the tests that failed, once more by themselves: what passes now is flaky, mend it\n")
            status = _run(AGAIN, clean)
        if status:
            sys.stdout.write(f"== {' '.join(step)} ended with {status}\n")
            return status
    sys.stdout.write("== all is well\n")
    return 0


def _run(step: Sequence[str], environ: Mapping[str, str]) -> int:
    sys.stdout.flush()
    return subprocess.run([sys.executable, "-m", *step], cwd=ROOT, env=environ, check=False).returncode  # noqa: S603  fixed arguments


if __name__ == "__main__":
    sys.exit(main())
