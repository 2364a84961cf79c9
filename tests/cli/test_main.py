"""The front door: how the command line ends where it is cut off."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.cli import main as front
from tests.cli.conftest import Told
from tests.cli.logs import trial, write_log

COMMAND = "import sys; from pytest_llmeval.cli.main import main; sys.exit(main())"


def test_every_command_has_a_module_that_declares_and_runs_it() -> None:
    for name in front.COMMANDS:
        module = front._module(name)
        assert callable(module.declare)
        assert callable(module.run)


@pytest.mark.parametrize("name", front.COMMANDS)
def test_help_fits_a_narrow_terminal_but_for_its_examples(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit, match="0"):
        front.main([name, "--help"])
    told = capsys.readouterr().out.splitlines()
    assert [line for line in told if len(line) > 80 and not line.startswith("  pytest-llmeval")] == []


def test_examples_in_a_help_stand_as_they_are_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    with pytest.raises(SystemExit, match="0"):
        front.main(["grade", "--help"])
    told = capsys.readouterr().out.splitlines()
    at = told.index("examples:")
    assert told[at + 1] == "  pytest-llmeval grade llm-runs/RUN.jsonl --blind --sample 50"


def test_wrong_arguments_are_one_line_that_names_the_help(command: Any) -> None:
    told = command("compare", "a.jsonl")
    assert told == Told(
        2,
        "",
        "pytest-llmeval: the following arguments are required: NEW; see pytest-llmeval compare --help\n",
    )
    assert command("compare\x1b[31m").err.count("\n") == 1
    assert "\x1b" not in command("summarize", "a", "--b\x1b[31m").err


def test_without_a_command_all_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        front.main([])
    told = capsys.readouterr().out
    assert {line.split()[0] for line in told.splitlines() if line.startswith("    ")} >= set(front.COMMANDS)


def test_ctrl_c_ends_with_the_status_that_shells_know(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_given: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("pytest_llmeval.cli.validate.run", interrupted)
    assert command("validate", "any.jsonl") == Told(130, "", "")


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    log = write_log(tmp_path / "a.jsonl", [trial(1, "fully_correct")])
    reading, writing = os.pipe()
    os.close(reading)
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            COMMAND,
            "summarize",
            log,
        ],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (told.returncode, told.stderr) == (0, "")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", [["summarize"], ["summarize", "--json"], ["validate"], ["export", "--csv", "-"]])
def test_output_that_cannot_be_written_is_one_line(tmp_path: Path, words: list[str], unbuffered: str) -> None:
    log = write_log(tmp_path / "a.jsonl", [trial(1, "fully_correct")])
    with Path("/dev/full").open("wb") as full:
        told = subprocess.run(
            [
                sys.executable,
                "-c",
                COMMAND,
                *words,
                log,
            ],
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert told.returncode == 2
    assert told.stderr == "pytest-llmeval: cannot write to standard output (No space left on device)\n"
