"""Whatever is wrong with a file: one clear line, the right exit status, nothing overwritten."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_llmeval.runs.line import record_line
from tests.cli.conftest import Told
from tests.cli.logs import every_grade, trial, write_log

Command = Callable[..., Told]

COMMANDS = {
    "summarize": ["summarize", "LOG"],
    "agreement": ["agreement", "LOG"],
    "agreement of two": ["agreement", "SOUND", "LOG"],
    "validate": ["validate", "LOG"],
    "merge": ["merge", "OUT", "SOUND", "LOG"],
    "export": ["export", "LOG", "--csv", "OUT"],
    "export to parquet": ["export", "LOG", "--parquet", "OUT"],
    "compare": ["compare", "SOUND", "LOG"],
    "frontier": ["frontier", "LOG"],
    "history": ["history", "LOG"],
    "grade": ["grade", "LOG", "--answers", "VOTES", "--rater", "anna"],
    "grade side by side": ["grade", "--side-by-side", "SOUND", "LOG", "--answers", "CHOICES", "--rater", "anna"],
    "grade on a sheet": ["grade", "LOG", "--export", "OUT", "--rater", "anna"],
    "replay": ["replay", "LOG", "q1"],
    "bless": ["bless", "LOG"],
    "calibrate": ["calibrate", "LOG", "--labels", "VOTES"],
    "pairwise": ["pairwise", "SOUND", "LOG", "--judge", "offline:closed-book"],
    "promote": ["promote", "LOG", "q1", "--to", "OUT", "--gold", "One.", "--guards", "x"],
}

FAULTS = {
    "missing": (None, "log.jsonl: cannot be read (No such file or directory)"),
    "empty": (b"", "log.jsonl: "),
    "foreign": (b'{"name": "x", "version": 1}\n', "log.jsonl"),
    "no JSON": (b"a,b\n1,2\n", "log.jsonl"),
    "newer": (
        record_line(trial(1)).replace(b'"schema_version":1', b'"schema_version":7'),
        "log.jsonl:1: schema_version 7",
    ),
    "a line without an end": (b'{"a": "' + b"x" * 3_000_000, "log.jsonl:1: the line is longer than 2 MiB; "),
    "not a file": (b"folder", "log.jsonl: cannot be read (Is a directory)"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pytest_llmeval.bounded.LONGEST_LINE", 2 << 20)
    write_log(tmp_path / "sound.jsonl", every_grade(4))
    (tmp_path / "choices.jsonl").write_text('{"question_id": "q1", "choice": "a"}\n')
    (tmp_path / "votes.jsonl").write_text('{"question_id": "q1", "grade": "wrong"}\n')
    return tmp_path


def arguments(command: str, folder: Path) -> list[str]:
    names = {
        "LOG": "log.jsonl",
        "SOUND": "sound.jsonl",
        "OUT": "out.jsonl",
        "VOTES": "votes.jsonl",
        "CHOICES": "choices.jsonl",
    }
    return [str(folder / names[one]) if one in names else one for one in COMMANDS[command]]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_file_that_cannot_be_used_is_one_line(name: str, fault: str, folder: Path, command: Command) -> None:
    content, said = FAULTS[fault]
    if content == b"folder":
        (folder / "log.jsonl").mkdir()
    elif content is not None:
        (folder / "log.jsonl").write_bytes(content)
    before = sorted(folder.iterdir())
    told = command(*arguments(name, folder))
    if name == "validate" and fault in ("foreign", "no JSON"):
        assert told.status == 1, "it can be read, and is not valid"
        assert f"{folder / 'log.jsonl'}:1: " in told.out
    else:
        assert told.status == 2
        assert told.err.startswith("pytest-llmeval: ")
        assert said in told.err or (
            name == "history" and "log.jsonl: holds no run log; " in told.err
        )  # a folder may do
        assert told.err.count("\n") == 1
        assert told.out == ""
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    "name", [name for name in COMMANDS if name in ("frontier", "history", "summarize", "merge", "export", "grade")]
)
def test_a_torn_last_line_is_passed_over(name: str, folder: Path, command: Command) -> None:
    torn = record_line(trial(9))[:50]
    (folder / "log.jsonl").write_bytes(
        b"".join(map(record_line, [trial(1, grade="partially_correct"), trial(10)])) + torn
    )
    told = command(*arguments(name, folder))
    assert told.status == 0
    assert "Traceback" not in told.err


def test_a_torn_last_line_decides_nothing(folder: Path, command: Command) -> None:
    log = write_log(folder / "log.jsonl", every_grade(4))
    log.write_bytes(log.read_bytes() + b'{"run')
    told = command("compare", folder / "sound.jsonl", log)
    assert told.status == 3
    assert "NEW is not complete: its last line is cut off" in told.out


def test_a_torn_last_line_is_a_fault_to_validate(folder: Path, command: Command) -> None:
    (folder / "log.jsonl").write_bytes(record_line(trial(1)) + record_line(trial(9))[:50])
    told = command("validate", folder / "log.jsonl")
    assert told.status == 1
    assert "log.jsonl:2: the last line was cut off" in told.out


def test_agreement_passes_over_a_torn_line_too(folder: Path, command: Command) -> None:
    log = write_log(folder / "log.jsonl", every_grade(4))
    log.write_bytes(log.read_bytes() + b'{"run')
    assert command("agreement", folder / "sound.jsonl", log).status == 0


@pytest.mark.parametrize("name", COMMANDS)
def test_a_link_that_leads_to_itself_is_one_line(name: str, folder: Path, command: Command) -> None:
    (folder / "log.jsonl").symlink_to("log.jsonl")
    told = command(*arguments(name, folder))
    assert (told.status, told.out, told.err.count("\n")) == (2, "", 1)
    assert "log.jsonl: cannot be read (" in told.err


@pytest.mark.parametrize("name", COMMANDS)
def test_the_name_of_a_file_acts_on_no_terminal(name: str, folder: Path, command: Command) -> None:
    odd = folder / "\x1b[31mred\u202e.jsonl"
    odd.write_text("{}\n", encoding="utf-8")
    told = command(*(str(odd) if one.endswith("log.jsonl") else one for one in arguments(name, folder)))
    assert "red.jsonl:1: " in told.out + told.err or "red.jsonl: holds no run log" in told.err
    assert "\x1b" not in told.out + told.err
    assert "\u202e" not in told.out + told.err


@pytest.mark.parametrize("name", ["bless", "export", "export to parquet", "merge"])
def test_a_pipe_is_not_read_by_halves(name: str, folder: Path, command: Command) -> None:
    os.mkfifo(folder / "log.jsonl")
    before = sorted(folder.iterdir())
    told = command(*arguments(name, folder))
    said = f"{folder / 'log.jsonl'}: is a pipe, and has to be read twice; write it to a file first"
    assert told == Told(2, "", f"pytest-llmeval: {said}\n")
    assert sorted(folder.iterdir()) == before


def test_a_pipe_is_no_place_for_grades(folder: Path, command: Command) -> None:
    os.mkfifo(folder / "pipe")
    told = command(
        "grade",
        folder / "sound.jsonl",
        "--answers",
        folder / "votes.jsonl",
        "--rater",
        "a",
        "--output",
        folder / "pipe",
    )
    said = f"{folder / 'pipe'}: is a pipe, which keeps nothing; name a file with --output"
    assert told == Told(2, "", f"pytest-llmeval: {said}\n")


@pytest.mark.parametrize("name", ["merge", "export"])
def test_an_output_that_exists_stays(name: str, folder: Path, command: Command) -> None:
    write_log(folder / "log.jsonl", [trial(10)])
    (folder / "out.jsonl").write_text("mine")
    told = command(*arguments(name, folder))
    assert told.status == 2
    assert "out.jsonl: exists already; name another file or move it away\n" in told.err
    assert (folder / "out.jsonl").read_text() == "mine"


def test_a_sidecar_that_exists_stays(folder: Path, command: Command) -> None:
    (folder / "out.run.json").write_text("mine")
    write_log(folder / "log.jsonl", [trial(10)])
    told = command(*arguments("merge", folder))
    assert (told.status, told.err.count("\n")) == (2, 1)
    assert "out.run.json: exists already" in told.err
    assert (folder / "out.run.json").read_text() == "mine"
    assert not (folder / "out.jsonl").exists()


@pytest.mark.parametrize("name", ["summarize", "merge"])
def test_a_sidecar_that_is_none_is_told(name: str, folder: Path, command: Command) -> None:
    write_log(folder / "log.jsonl", [trial(10)])
    (folder / "log.run.json").write_text("{}")
    told = command(*arguments(name, folder))
    assert (told.status, told.err.count("\n")) == (2, 1)
    assert "log.run.json: is no sidecar of a run" in told.err
