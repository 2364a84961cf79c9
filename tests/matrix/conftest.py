"""Runs the matrix' evals in the environment that has all plugins."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.matrix.environment import ROOT, NotInstallable, python_with_plugins
from tests.matrix.suite import FILES, QUESTIONS

REPORTS = "reports.jsonl"
IN_ORDER = ("-p", "no:randomly")


@pytest.fixture(scope="session")
def python() -> Path:
    try:
        return python_with_plugins()
    except NotInstallable as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the matrix needs packages that cannot be had now: {error}")


@dataclass(frozen=True)
class Ran:
    """What one run of pytest showed and left."""

    status: int
    output: str
    outcomes: Mapping[str, list[str]]
    """Of each item, in the order of its reports: calls, and phases around them that did not pass."""
    records: list[dict[str, Any]]
    asked: list[str]

    @property
    def counted(self) -> Counter[str]:
        return Counter(outcome for told in self.outcomes.values() for outcome in told)

    @property
    def names(self) -> list[str]:
        """Return the items that were run, without their files, in their order."""
        return [nodeid.partition("::")[2] for nodeid in self.outcomes]

    @property
    def recorded(self) -> list[str]:
        return sorted(record["nodeid"].partition("::")[2] for record in self.records)


@dataclass(frozen=True)
class Suite:
    """A folder with evals; each run begins without the calls and logs of the one before."""

    path: Path
    python: Path

    def run(self, *args: str, **environ: str) -> Ran:
        for left in (self.path / "asked.txt", self.path / REPORTS, *self.path.glob("llm-runs/*")):
            left.unlink(missing_ok=True)
        command = [str(self.python), "-m", "pytest", "-p", "tests.plugin.stand_in", f"--report-log={REPORTS}", *args]
        done = subprocess.run(
            command,
            cwd=self.path,
            env={**_clean(), "PYTHONPATH": str(ROOT), "PYTEST_LLM_MODEL": "stand-in:m", **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        return Ran(done.returncode, done.stdout, self._outcomes(), self._records(), self._asked())

    def _outcomes(self) -> dict[str, list[str]]:
        told: dict[str, list[str]] = {}
        for line in _lines(self.path / REPORTS):
            report = json.loads(line)
            if report["$report_type"] == "TestReport" and (report["when"] == "call" or report["outcome"] != "passed"):
                outcome = "error" if report["outcome"] == "failed" and report["when"] != "call" else report["outcome"]
                told.setdefault(report["nodeid"], []).append(outcome)
        return told

    def _records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for log in self.path.glob("llm-runs/*.jsonl") for line in _lines(log)]

    def _asked(self) -> list[str]:
        return [line.split("\t")[2] for line in _lines(self.path / "asked.txt")]


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _clean() -> dict[str, str]:
    ours = ("COV", "PYTEST", "VIRTUAL_ENV", "CI", "GITHUB")  # what surrounds these tests is not what they run in
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


@pytest.fixture
def suite(tmp_path: Path, python: Path) -> Suite:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    rows = "".join(json.dumps(row) + "\n" for row in QUESTIONS)
    (tmp_path / "questions.jsonl").write_text(rows, encoding="utf-8")
    return Suite(tmp_path, python)
