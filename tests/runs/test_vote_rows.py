from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs import vote_rows
from pytest_llmeval.runs.vote_rows import rows_in_file


def rows(path: Path, text: str) -> list[tuple[int, dict[str, Any]]]:
    path.write_text(text, newline="")
    return [(line, dict(row)) for line, row in rows_in_file(path)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_the_spreadsheet_ends_them(tmp_path: Path, end: str) -> None:
    text = end.join(["question_id;grade", "q1;w", "q2;c", ""])
    assert rows(tmp_path / "v.csv", text) == [
        (2, {"question_id": "q1", "grade": "w"}),
        (3, {"question_id": "q2", "grade": "c"}),
    ]


def test_a_long_answer_comes_back_from_its_sheet(tmp_path: Path) -> None:
    answer = "x, " * 100_000
    before = csv.field_size_limit()
    assert rows(tmp_path / "v.csv", f'question_id,answer,grade\nq1,"{answer}",w\n')[0][1]["answer"] == answer
    assert csv.field_size_limit() == before, "which is one for the whole process"


def test_a_field_without_end_is_told_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vote_rows, "LONGEST_LINE", 100)
    before = csv.field_size_limit()
    path = tmp_path / "v.csv"
    with pytest.raises(RunLogError) as told:
        rows(path, f'question_id,grade,notes\nq1,w,no\nq2,w,"{"x" * 101}"\n')
    assert str(told.value) == (
        f"{path}:3: cannot be read as a table (field larger than field limit (100)); mend the row"
    )
    assert csv.field_size_limit() == before
