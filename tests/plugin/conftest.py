"""A small project with evals, as users have one."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

# Pytester forgets what a run imported; what is imported here is not imported anew for every run.
import pytest_llmeval.graders
import pytest_llmeval.plugin.session  # noqa: F401
import tests.plugin.stand_in  # noqa: F401


@dataclass
class Project:
    """Runs pytest in a folder of its own and reads what it left behind."""

    pytester: pytest.Pytester

    @property
    def path(self) -> Path:
        return self.pytester.path

    def benchmark(self, rows: Iterable[Mapping[str, Any]], name: str = "questions.jsonl") -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path

    def evals(self, source: str, name: str = "test_evals.py") -> None:
        head = "import pytest\nfrom pytest_llmeval import *\n\n"
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head + source, encoding="utf-8")

    def run(self, *args: str, model: str | None = "stand-in:m", own_process: bool = False) -> pytest.RunResult:
        named = [f"--llm-model={model}"] if model else []
        known = ("-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning")
        run = self.pytester.runpytest_subprocess if own_process else self.pytester.runpytest_inprocess
        return run(*plugins_for(args), *known, *named, *args)

    def logs(self) -> list[Path]:
        return sorted(self.path.glob("llm-runs/*.jsonl"))

    def records(self) -> list[dict[str, Any]]:
        (log,) = self.logs()
        return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]

    def sidecar(self) -> dict[str, Any]:
        (path,) = self.path.glob("llm-runs/*.run.json")
        read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return read

    def asked(self) -> list[str]:
        return [note[2] for note in self._notes()]

    def most_in_flight(self) -> int:
        return max(int(note[3]) for note in self._notes())

    def _notes(self) -> list[list[str]]:
        notes = self.path / "asked.txt"
        return [line.split("\t") for line in notes.read_text().splitlines()] if notes.exists() else []


CAPITALS: list[dict[str, Any]] = [
    {"id": "fr", "question": "say: Paris", "gold_answer": "Paris", "category": "europe", "difficulty": "easy"},
    {"id": "jp", "question": "say: Kyoto", "gold_answer": "Tokyo", "category": "asia", "tags": ["hard one"]},
    {"id": "de", "question": "say: Berlin", "gold_answer": "Berlin", "category": "europe"},
]

GRADED = """
@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()])
def test_capital(entry, answer, grade):
    assert_grade(grade, at_least="fully_correct")
"""


def plugins_for(arguments: Sequence[str]) -> list[str]:
    """Return the flags that load what a project's run needs, where plugins do not load themselves."""
    names = ["llm_eval", "tests.plugin.stand_in", "no:cacheprovider"]
    if any(one.startswith(("-n", "--dist")) for one in arguments):
        names.append("xdist")
    return [part for name in names for part in ("-p", name)]


def command_of(*arguments: str) -> list[str]:
    """Return the command that runs a project in a process of its own."""
    return [sys.executable, "-m", "pytest", *plugins_for(arguments), *arguments]


def heed_ctrl_c() -> None:
    """Undo, in a process about to start, what a shell does to those it starts in the background: they ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.delenv("PYTEST_LLM_MODEL", raising=False)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    # Every plugin of this environment would take its time in every process; who stands beside ours is named.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    return Project(pytester)


@pytest.fixture
def capitals(project: Project) -> Project:
    """Three questions, two of them answered right, graded by exact match."""
    project.benchmark(CAPITALS)
    project.evals(GRADED)
    return project
