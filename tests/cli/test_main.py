"""The front door: how the command line ends where it is cut off."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.cli import main as front
from pytest_llmeval.runs.sidecar import RunInfo, write_sidecar
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


def test_too_little_memory_is_one_line_and_no_verdict(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_much(_given: object) -> int:
        raise MemoryError

    monkeypatch.setattr("pytest_llmeval.cli.compare.run", too_much)
    told = command("compare", "a.jsonl", "b.jsonl")
    assert told == Told(2, "", "pytest-llmeval: out of memory; allow it more, or name smaller files\n")


@pytest.mark.parametrize("name", ["priv/a.jsonl", "priv/\x1b[31ma\n.jsonl"])
def test_a_file_that_may_not_be_reached_is_one_line_and_no_verdict(
    command: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def denied(_given: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", name)

    monkeypatch.setattr("pytest_llmeval.cli.compare.run", denied)
    told = command("compare", "a.jsonl", "b.jsonl")
    assert (told.status, told.err.count("\n"), told.err.endswith(": Permission denied\n")) == (2, 1, True)
    assert told.err.startswith("pytest-llmeval: priv/")
    assert "\x1b" not in told.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may enter every folder")
@pytest.mark.parametrize(
    "words",
    [
        ["summarize", "{}"],
        ["compare", "{}", "{}"],
        ["grade", "{}", "--rater", "anna", "--export", "s.csv"],
        ["export", "{}", "--csv", "-"],
        ["merge", "out.jsonl", "{}"],
        ["bless", "{}"],
        ["promote", "{}", "q1", "--to", "d.jsonl", "--guards", "x"],
        ["validate", "{}"],
    ],
    ids=lambda words: words[0],
)
def test_a_folder_that_may_not_be_entered_ends_every_command_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Any, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "priv"
    folder.mkdir()
    log = write_log(folder / "a.jsonl", [trial(1, "fully_correct")])
    folder.chmod(0o000)
    try:
        told = command(*(word.format(log) for word in words))
    finally:
        folder.chmod(0o755)
    assert (told.status, told.out, told.err.count("\n")) == (2, "", 1)
    assert f"{folder}/a." in told.err
    assert "Permission denied" in told.err


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


@pytest.mark.parametrize("words", [[], ["-v"], ["--json"]], ids=" ".join)
def test_a_regression_is_one_though_nobody_reads_of_it_to_the_end(tmp_path: Path, words: list[str]) -> None:
    base, new = (
        write_log(tmp_path / f"{grade}.jsonl", [trial(number, grade) for number in range(200)])
        for grade in ("fully_correct", "wrong")
    )
    for log in (base, new):
        write_sidecar(log, RunInfo(run_id=log.stem, started="2026-11-21T04:31:03.000Z", complete=True))
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-c", COMMAND, "compare", *words, str(base), str(new)]
    told = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (told.returncode, told.stderr) == (1, "")


@pytest.mark.parametrize("closed", [1, 2])
def test_a_stream_that_was_closed_keeps_nothing_from_being_done(tmp_path: Path, closed: int) -> None:
    log = write_log(tmp_path / "a.jsonl", [trial(1, "fully_correct")])
    words = [sys.executable, "-c", COMMAND, "validate", str(log), str(tmp_path / "none.jsonl")]
    told = subprocess.run(
        ["sh", "-c", f'"$@" {closed}>&-', "sh", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 2
    assert told.stdout == ("" if closed == 1 else f"{log}: 1 record, all valid\n")
    assert "Traceback" not in told.stderr
    assert ("none.jsonl: cannot be read" in told.stderr) is (closed == 1)


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
