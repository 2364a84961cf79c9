"""Programs that look at code without running it: what each is asked, and what its answer counts for."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pytest_llmeval.errors import GraderError
from pytest_llmeval.safe_text import one_line

PATIENCE_S = 60.0
FILE = "answer.py"
RUFF_RULES = "E4,E7,E9,F"
"""Errors rather than taste; named, because ruff's own choice changes from version to version."""
_SILENCING = re.compile(r"#[ \t]*(?:type:[ \t]*ignore|mypy:)")
_COMPILE = f"compile(open({FILE!r}, encoding='utf-8').read(), {FILE!r}, 'exec', dont_inherit=True)"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a checker makes of a program."""

    value: float
    """From 0 to 1: 1 for nothing to complain of."""
    passed: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Checker:
    """One program that checks, and how its output is read."""

    arguments: Sequence[str]
    """Behind ``python``."""
    module: str | None
    """The package it comes with; None for Python itself."""
    read: Callable[[str, int], Finding]
    """Makes a finding of what it printed and the number of lines that were checked."""
    statuses: Sequence[int] = (0, 1)
    """What it may end with; anything else is a fault of the checker."""


def _compiles(output: str, _: int) -> Finding:
    said = output.strip().splitlines()
    return Finding(float(not said), not said, one_line(said[-1], 120) if said else "it compiles")


def _ruff(output: str, lines: int) -> Finding:
    return _complaints([f"{one['code']} in line {one['location']['row']}" for one in json.loads(output)], lines)


def _mypy(output: str, lines: int) -> Finding:
    found = re.findall(rf"^{re.escape(FILE)}:(\d+): error: (.*)$", output, re.MULTILINE)
    return _complaints([f"{text} in line {line}" for line, text in found], lines)


def _bandit(output: str, lines: int) -> Finding:
    results = json.loads(output[output.index("{") :])["results"]
    return _complaints([f"{one['test_id']} in line {one['line_number']}" for one in results], lines)


def _complaints(found: Sequence[str], lines: int) -> Finding:
    """Count a complaint as one bad line."""
    detail = f"{len(found)}: {one_line('; '.join(found), 150)}" if found else "none"
    return Finding(1 - min(1.0, len(found) / max(lines, 1)), not found, detail)


def _complexity(most: int) -> Callable[[str, int], Finding]:
    """Read radon's output: McCabe's cyclomatic complexity of each function."""

    def read(output: str, _: int) -> Finding:
        blocks: list[dict[str, Any]] = json.loads(output).get(FILE, [])
        found = [(int(one["complexity"]), str(one["name"])) for one in blocks]
        worst, name = max(found, default=(1, "the module"))
        return Finding(min(1.0, most / worst), worst <= most, f"at most {worst}, in {name}")

    return read


_ISOLATED = ("-I", "-m")


def checkers(max_complexity: int) -> Mapping[str, Checker]:
    """Return all checkers by name, in the order in which they are told.

    Args:
        max_complexity: The cyclomatic complexity that a function may have.
    """
    no_config = ("--config-file=", "--no-incremental", "--cache-dir=/dev/null", "--ignore-missing-imports")
    return {
        "compiles": Checker(("-I", "-S", "-c", _COMPILE), None, _compiles),
        "ruff": Checker(
            (
                *_ISOLATED,
                "ruff",
                "check",
                "--isolated",
                "--ignore-noqa",
                f"--select={RUFF_RULES}",
                "--output-format=json",
                FILE,
            ),
            "ruff",
            _ruff,
        ),
        "mypy": Checker((*_ISOLATED, "mypy", *no_config, "--no-error-summary", FILE), "mypy", _mypy),
        "bandit": Checker((*_ISOLATED, "bandit", "-q", "--ignore-nosec", "-f", "json", FILE), "bandit", _bandit),
        "complexity": Checker(
            (*_ISOLATED, "radon", "cc", "-j", FILE), "radon", _complexity(max_complexity), statuses=(0,)
        ),
    }


def missing(chosen: Mapping[str, Checker]) -> list[str]:
    """Return the packages that are not installed."""
    return [one.module for one in chosen.values() if one.module is not None and find_spec(one.module) is None]


def check(name: str, checker: Checker, folder: Path, lines: int) -> Finding:
    """Run a checker on the file in a folder.

    Raises:
        GraderError: Where the checker itself fails.
    """
    try:
        ran = subprocess.run(  # noqa: S603  nothing of the answer stands in the command
            [sys.executable, *checker.arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise GraderError(f"{name} did not end within {PATIENCE_S:.0f} s") from None
    output = ran.stderr if checker.module is None else ran.stdout
    try:
        if ran.returncode not in checker.statuses:
            raise ValueError(f"exit status {ran.returncode}")
        return checker.read(output, lines)
    except (ValueError, KeyError, TypeError) as error:
        said = ran.stderr.strip().splitlines()[-1:] or [str(error)]
        raise GraderError(f"{name} failed: {one_line(said[0], 150)}") from None


def unsilenced(text: str) -> str:
    """Return code without the comments by which it would silence mypy; the other checkers are told to mind none."""
    return _SILENCING.sub("# ", text)


def lines_of(text: str) -> int:
    """Count the lines that are neither empty nor a comment."""
    return sum(bool(line.strip()) and not line.lstrip().startswith("#") for line in text.splitlines())
