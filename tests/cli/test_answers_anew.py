"""Grading a run by hand in which trials were asked again since."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_llmeval.runs.reading import iter_records
from pytest_llmeval.runs.record import Record
from tests.cli.conftest import Told
from tests.cli.logs import read_plain, trial, write_log, write_plain

Command = Callable[..., Told]


def of_eval(name: str, number: int, answer: str | None) -> Record:
    outcome = "error" if answer is None else "passed"
    return trial(number, answer=answer, nodeid=f"t.py::{name}[q{number}]", outcome=outcome)


def filled(sheet: Path, grades: dict[str, str]) -> Path:
    """Fill in the grade of each answer."""
    rows = list(csv.DictReader(sheet.read_text(encoding="utf-8-sig").splitlines()))
    with sheet.open("w", newline="") as file:
        table = csv.DictWriter(file, rows[0].keys())
        table.writeheader()
        table.writerows({**row, "grade": grades.get(row["answer"], "")} for row in rows)
    return sheet


@pytest.fixture
def sheet(tmp_path: Path, command: Command) -> Path:
    """A filled sheet of a run in which two evals ask the same question."""
    run = write_log(tmp_path / "a.jsonl", [of_eval("test_a", 1, "of A"), of_eval("test_b", 1, "of B")])
    assert command("grade", run, "--rater", "anna", "--export", tmp_path / "s.csv").status == 0
    return filled(tmp_path / "s.csv", {"of A": "wrong", "of B": "fully_correct"})


def test_a_sheet_grades_the_answers_that_stand_on_it_in_whatever_order_the_log_is_now(
    sheet: Path, tmp_path: Path, command: Command
) -> None:
    run = write_log(tmp_path / "a.jsonl", [of_eval("test_b", 1, "of B"), of_eval("test_a", 1, "of A")])
    assert command("grade", run, "--rater", "anna", "--answers", sheet).status == 0
    graded = {one.answer: one.grade for one in iter_records(tmp_path / "a-graded.jsonl")}
    assert graded == {"of A": "wrong", "of B": "fully_correct"}


def test_a_sheet_grades_no_answer_that_came_after_it(sheet: Path, tmp_path: Path, command: Command) -> None:
    run = write_log(tmp_path / "a.jsonl", [of_eval("test_b", 1, "of B"), of_eval("test_a", 1, "another of A")])
    told = command("grade", run, "--rater", "anna", "--answers", sheet)
    (name,) = [row["trial"] for row in csv.DictReader(sheet.read_text().splitlines()) if row["answer"] == "of A"]
    assert told.status == 2
    assert told.err == (
        f"pytest-llmeval: {sheet}:2: the log has no trial {name!r} of 'q1'; is the sheet of this run? an answer that "
        "came anew needs a new row: leave this one out, and --export again\n"
    )
    assert not (tmp_path / "a-graded.jsonl").exists()


def test_a_copy_gives_its_votes_to_the_same_evals_in_whatever_order(tmp_path: Path, command: Command) -> None:
    records = [of_eval("test_a", 1, "same"), of_eval("test_b", 1, "same")]
    run = write_log(tmp_path / "a.jsonl", records)
    sheet, bens = tmp_path / "s.jsonl", tmp_path / "ben.jsonl"
    command("grade", run, "--rater", "ben", "--export", sheet)
    row, *_ = read_plain(sheet)
    command("grade", run, "--rater", "ben", "--answers", write_plain(sheet, [{**row, "grade": "w"}]), "--output", bens)
    write_log(run, records[::-1])
    command("grade", run, "--answers", bens)
    graded = {one.nodeid: one.grade for one in iter_records(tmp_path / "a-graded.jsonl")}
    assert graded == {one.nodeid: one.grade for one in iter_records(bens)}
    assert sorted(map(str, graded.values())) == ["None", "wrong"]
