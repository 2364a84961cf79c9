"""The README's first screen: what it must show, and the two commands that the continuous integration runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import REPOSITORY, page
from tests.docs.runner import check_installable

FIRST_SCREEN = 46
EVALS, TESTS = "# run the evals", "# pass the tests"
FRESH = "test -d .venv || python3 -m venv .venv && "


def command_below(comment: str) -> str:
    lines = page("README.md").text.splitlines()
    (place,) = [number for number, line in enumerate(lines) if line.startswith(comment)]
    return lines[place + 1]


def test_first_screen_has_one_sentence_an_eval_its_report_and_both_commands() -> None:
    lines = page("README.md").text.splitlines()[:FIRST_SCREEN]
    assert lines[2].endswith(".")
    assert lines[2].count(".") == 1
    assert "```python" in lines
    assert "```console" in lines
    assert any("pip install pytest-llmeval-harness" in line for line in lines)
    assert any(line.startswith(EVALS) for line in lines)
    assert any(line.startswith(TESTS) for line in lines)


def test_the_eval_has_ten_lines() -> None:
    shown = next(block.text for block in page("README.md").blocks if block.language == "python")
    assert len(shown.splitlines()) <= 10


def test_commands_make_an_environment_install_and_run() -> None:
    evals, tests = command_below(EVALS), command_below(TESTS)
    assert evals.startswith(FRESH)
    assert tests.startswith(FRESH)
    assert evals.endswith(" -e . && .venv/bin/python -m pytest evals")
    assert tests.endswith(" -e . --group dev && .venv/bin/python tools/check.py")
    assert '"pip>=25.1"' in tests


@pytest.mark.parametrize("comment", [EVALS, TESTS])
def test_commands_keep_an_environment_that_is_there(comment: str, tmp_path: Path) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    note = tmp_path / "asked"
    for name in (".venv/bin/python", "python3"):
        stand_in = tmp_path / name
        stand_in.write_text(f'#!/bin/sh\necho {name} "$@" >> {note}\n')
        stand_in.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    line = command_below(comment)
    subprocess.run(["bash", "-euo", "pipefail", "-c", line], cwd=tmp_path, env={**os.environ, "PATH": path}, check=True)
    asked = note.read_text().splitlines()
    assert len(asked) == line.count(" && ")
    assert all(one.startswith(".venv/bin/python ") for one in asked)


@pytest.mark.parametrize("comment", [EVALS, TESTS])
def test_commands_stop_at_the_first_step_that_fails(comment: str, tmp_path: Path) -> None:
    stand_in = tmp_path / "python3"
    stand_in.write_text("#!/bin/sh\nexit 3\n")
    stand_in.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    told = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command_below(comment)],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        check=False,
    )
    assert told.returncode == 3


def test_the_integration_script_finds_both_commands() -> None:
    script = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    for comment in (EVALS, TESTS):
        assert f'command_after "{comment.removeprefix("# ")}"' in script


def test_a_page_that_installs_another_package_is_caught() -> None:
    with pytest.raises(AssertionError, match="pytest-llmeval'"):
        check_installable(["pip", "install", "pytest-llmeval"])


def test_measured_numbers_name_their_script() -> None:
    for name in ("throughput", "startup"):
        assert f"`python -m benchmarks.{name}`" in page("README.md").text
        told = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}", "--help"],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=True,
        )
        assert "--rounds" in told.stdout
