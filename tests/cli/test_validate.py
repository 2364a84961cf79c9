from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pytest_llmeval.runs.line import record_line
from tests.cli.conftest import Told
from tests.cli.logs import every_grade, trial, write_log

Command = Callable[..., Told]


def test_valid_logs_are_told_with_their_size(tmp_path: Path, command: Command) -> None:
    one = write_log(tmp_path / "a.jsonl", every_grade(4))
    two = write_log(tmp_path / "b.jsonl", [trial(1)])
    told = command("validate", one, two)
    assert told == Told(0, f"{one}: 4 records, all valid\n{two}: 1 record, all valid\n", "")


def test_faults_are_told_with_file_and_line(tmp_path: Path, command: Command) -> None:
    log = write_log(tmp_path / "a.jsonl", every_grade(4))
    log.write_bytes(log.read_bytes().replace(b'"grade":"wrong"', b'"grade":"bad"'))
    told = command("validate", log)
    assert told.status == 1
    assert told.out.startswith(f"{log}:3: /grade: 'bad' is not one of")
    assert told.out.count("\n") == 1


def test_of_many_faults_the_first_are_told(tmp_path: Path, command: Command) -> None:
    log = tmp_path / "a.jsonl"
    log.write_bytes(record_line(trial(1)) + b"[]\n" * 25)
    short, long = command("validate", log), command("validate", log, "-v")
    log.write_bytes(b"[]\n" * 21)
    assert command("validate", log).out.splitlines()[-1] == f"{log}: and 1 more fault; see all with -v"
    assert short.out.splitlines()[-1] == f"{log}: and 5 more faults; see all with -v"
    assert len(long.out.splitlines()) == 25


def test_a_faulty_log_does_not_hide_the_next(tmp_path: Path, command: Command) -> None:
    bad = tmp_path / "a.jsonl"
    bad.write_bytes(b"[]\n")
    told = command("validate", bad, write_log(tmp_path / "b.jsonl", [trial(1)]))
    assert told.status == 1
    assert "b.jsonl: 1 record, all valid" in told.out
