from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet  # type: ignore[import-untyped]  # it has no types

from pytest_llmeval.grading.grade import Score
from pytest_llmeval.runs.record import DESIGNED_FIELDS
from tests.cli.conftest import Told
from tests.cli.logs import every_grade, trial, write_log
from tests.cli.test_main import COMMAND

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


@pytest.mark.parametrize("form", ["--csv", "--parquet"])
def test_a_table_may_be_read_by_those_who_may_read_the_run(tmp_path: Path, command: Command, form: str) -> None:
    log = write_log(tmp_path / "a.jsonl", every_grade(4))
    log.chmod(0o600)
    command("export", log, form, tmp_path / "table")
    assert (tmp_path / "table").stat().st_mode & 0o777 == 0o600


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


def test_a_table_is_asked_for(tmp_path: Path, command: Command) -> None:
    told = command("export", tmp_path / "a.jsonl")
    assert told.status == 2
    assert "one of the arguments --csv --parquet is required" in told.err


def test_a_parquet_file_has_a_type_for_each_column(tmp_path: Path, command: Command) -> None:
    further: dict[str, Any] = {
        "mine": {"a": 1},
        "day": 3,
        "share": 0.5,
        "mixed": 1,
        "huge": 2**70,
        "names": ["a"],
        "sure": True,
    }
    records = [trial(1, tags=["x", "y"], scores=[Score("exact", 1)], **further), trial(2, mixed="one", share=2)]
    path = tmp_path / "t.parquet"
    told = command("export", write_log(tmp_path / "a.jsonl", records), "--parquet", path)
    assert told == Told(0, "", f"pytest-llmeval: 2 records written to {path}\n")
    table = parquet.read_table(path)
    assert table.column_names[:16] == list(DESIGNED_FIELDS)
    kinds = {name: str(table.schema.field(name).type) for name in table.column_names}
    assert (kinds["cost_usd"], kinds["usage.input_tokens"], kinds["cached"]) == ("double", "int64", "bool")
    assert (kinds["tags"], kinds["score.exact"], kinds["answer"]) == ("list<element: string>", "double", "string")
    first, second = table.to_pylist()
    assert {name: first[name] for name in further} == {
        **further,
        "mine": '{"a": 1}',
        "mixed": "1",
        "huge": str(2**70),
    }
    assert (second["mixed"], second["share"], second["sure"], first["cost_usd"]) == ('"one"', 2.0, None, None)


def test_many_records_are_written_in_groups(tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_llmeval.reports.parquet.ROWS_PER_GROUP", 3)
    path = tmp_path / "t.parquet"
    command("export", write_log(tmp_path / "a.jsonl", every_grade(8)), "--parquet", path)
    assert parquet.ParquetFile(path).num_row_groups == 3
    assert parquet.read_table(path)["question_id"].to_pylist() == [f"q{number}" for number in range(1, 9)]


def test_without_pyarrow_the_way_out_is_told_and_nothing_is_written(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    told = command("export", write_log(tmp_path / "a.jsonl", every_grade(1)), "--parquet", tmp_path / "t.parquet")
    assert told.status == 2
    assert "--parquet needs pyarrow: pip install 'pytest-llmeval-harness[parquet]', or use --csv\n" in told.err
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


def test_a_table_that_standard_output_cannot_take_is_one_line(tmp_path: Path) -> None:
    log = write_log(tmp_path / "a.jsonl", [trial(1, answer="日本")])
    told = subprocess.run(
        [sys.executable, "-c", COMMAND, "export", str(log), "--csv", "-"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = r"standard output cannot take '\u65e5' in ascii; name a file with --csv, or set PYTHONIOENCODING=utf-8"
    assert (told.returncode, told.stderr) == (2, f"pytest-llmeval: {said}\n")
