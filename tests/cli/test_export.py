from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_llmeval.grading.grade import Score
from pytest_llmeval.runs.record import DESIGNED_FIELDS
from tests.cli.conftest import Told
from tests.cli.logs import every_grade, trial, write_log

Command = Callable[..., Told]


def test_every_record_is_a_row(tmp_path: Path, command: Command) -> None:
    log = write_log(tmp_path / "a.jsonl", [*every_grade(4), trial(5, scores=[Score("exact", 0.5)], mine={"a": 1})])
    told = command("export", log, "--csv", tmp_path / "t.csv")
    assert told == Told(0, "", f"pytest-llmeval: 5 records written to {tmp_path / 't.csv'}\n")
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:16] == list(DESIGNED_FIELDS)
    assert [row["grade"] for row in rows] == ["partially_correct", "unsupported", "wrong", "fully_correct", ""]
    assert (rows[4]["score.exact"], rows[4]["mine"], rows[0]["score.exact"]) == ("0.5", '{"a": 1}', "")


def test_formulas_in_answers_are_neutralised(tmp_path: Path, command: Command) -> None:
    answer = '=HYPERLINK("http://evil", "x")\nand more'
    log = write_log(tmp_path / "a.jsonl", [trial(1, answer=answer, question="@now", category="-1+2")])
    (row,) = csv.DictReader(io.StringIO(command("export", log, "--csv", "-").out))
    assert (row["answer"], row["question"], row["category"]) == (f"'{answer}", "'@now", "'-1+2")


def test_a_terminal_gets_no_control_codes_and_a_pipe_gets_all(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = write_log(tmp_path / "a.jsonl", [trial(1, answer="a\x1b[31mb")])
    assert "a\x1b[31mb" in command("export", log, "--csv", "-").out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert "\x1b" not in command("export", log, "--csv", "-").out


def test_a_broken_line_stops_before_anything_is_written(tmp_path: Path, command: Command) -> None:
    log = write_log(tmp_path / "a.jsonl", every_grade(4))
    log.write_bytes(log.read_bytes() + b"nonsense\n")
    told = command("export", log, "--csv", "-")
    assert (told.status, told.out) == (2, "")
    assert "a.jsonl:5: no record" in told.err


def test_a_table_is_asked_for(tmp_path: Path, command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        command("export", tmp_path / "a.jsonl")
    assert "--csv" in capsys.readouterr().err
