"""The one command that checks all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tools import check

from tests.docs.pages import REPOSITORY

WRITES = """
import json, os, pathlib, sys
pathlib.Path(sys.argv[2]).write_text(json.dumps({**os.environ, "cwd": os.getcwd()}))
sys.exit(int(sys.argv[1]))
"""


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a_step.py").write_text(WRITES)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def test_all_steps_run_and_none_failed(step: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert check.main([("a_step", "0", str(step / "first")), ("a_step", "0", str(step / "second"))]) == 0
    assert (step / "first").exists()
    assert (step / "second").exists()
    assert capfd.readouterr().out.endswith("== all is well\n")


def test_the_first_step_that_fails_ends_it_with_its_status(step: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert check.main([("a_step", "3", str(step / "first")), ("a_step", "0", str(step / "second"))]) == 3
    assert not (step / "second").exists()
    assert capfd.readouterr().out.endswith("ended with 3\n")


def test_a_model_named_in_the_shell_is_not_passed_on(step: Path) -> None:
    check.main([("a_step", "0", str(step / "seen"))], environ={"PYTHONPATH": str(step), "PYTEST_LLM_MODEL": "openai:m"})
    seen = json.loads((step / "seen").read_text())
    assert "PYTEST_LLM_MODEL" not in seen
    assert Path(seen["cwd"]) == REPOSITORY


def test_every_tool_is_asked_and_coverage_has_a_floor() -> None:
    asked = [" ".join(step) for step in check.STEPS]
    for wanted in (
        "ruff check .",
        "ruff format --check .",
        "mypy",
        f"coverage report --fail-under={check.LEAST_COVERAGE}",
    ):
        assert wanted in asked
    assert check.LEAST_COVERAGE >= 95
    assert any(step[:4] == ("coverage", "run", "-m", "pytest") for step in check.STEPS)
