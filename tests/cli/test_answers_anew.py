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


@pytest.fixture
def anew(tmp_path: Path, command: Command) -> Path:
    """A run, graded but for an error, in which all was asked again since."""
    run = write_log(tmp_path / "a.jsonl", [of_eval("test_a", 1, "one"), of_eval("test_a", 2, None)])
    grade(run, command, "q1", "w")
    return write_log(run, [of_eval("test_a", 1, "eins"), of_eval("test_a", 2, "zwei")])


def grade(run: Path, command: Command, entry: str, letter: str) -> Told:
    votes = write_plain(run.with_name("v.jsonl"), [{"question_id": entry, "grade": letter}])
    return command("grade", run, "--rater", "anna", "--answers", votes)


def said(run: Path) -> list[tuple[str | None, str | None, str | None]]:
    return [(one.answer, one.grade, one.error) for one in iter_records(run.with_name("a-graded.jsonl"))]


def test_an_error_that_became_an_answer_is_to_be_graded(anew: Path, tmp_path: Path, command: Command) -> None:
    command("grade", anew, "--rater", "anna", "--export", tmp_path / "s.jsonl")
    assert [row["answer"] for row in read_plain(tmp_path / "s.jsonl")] == ["eins", "zwei"]
    assert "1 new grade taken" in grade(anew, command, "q2", "c").err
    assert said(anew)[-1] == ("zwei", "fully_correct", None)


def test_a_graded_answer_that_was_asked_again_keeps_its_votes_and_the_new_one_awaits_its_own(
    anew: Path, command: Command
) -> None:
    graded = anew.with_name("a-graded.jsonl")
    first = graded.read_bytes().splitlines()[0]
    told = grade(anew, command, "q2", "c")
    assert told.err.splitlines()[0] == (
        f"pytest-llmeval: {graded}: the run has other answers now to 'q1' than were graded; these stay in the file "
        "with their grades as earlier tries, and the new ones await theirs"
    )
    assert said(anew) == [("eins", None, None), ("zwei", "fully_correct", None)]
    assert graded.read_bytes().splitlines()[0] == first, "the votes on the earlier try"
    assert "other answers" not in grade(anew, command, "q1", "c").err
    assert said(anew)[0] == ("eins", "fully_correct", None)
    assert first in graded.read_bytes().splitlines()


def test_a_graded_answer_of_a_log_without_test_items_stays(tmp_path: Path, command: Command) -> None:
    run = write_log(tmp_path / "a.jsonl", [trial(1, answer="one"), trial(2)])
    grade(run, command, "q1", "w")
    write_log(run, [trial(1, answer="eins"), trial(2)])
    told = grade(run, command, "q2", "c")
    assert "to 'q1' than were graded; these stay with their grades, and --output FILE grades the new ones" in told.err
    assert [one[:2] for one in said(run)] == [("one", "wrong"), ("It is 2.", "fully_correct")]


@pytest.mark.parametrize("answer", [None, "one"])
def test_a_vote_counts_on_where_a_new_try_brings_no_other_answer(
    answer: str | None, tmp_path: Path, command: Command
) -> None:
    run = write_log(tmp_path / "a.jsonl", [of_eval("test_a", 1, "one"), of_eval("test_a", 2, "two")])
    grade(run, command, "q1", "w")
    late = of_eval("test_a", 1, answer).model_copy(update={"timestamp": "later"})
    write_log(run, [late, of_eval("test_a", 2, "two")])
    assert "other answers" not in grade(run, command, "q2", "c").err
    assert said(run)[0] == ("one", "wrong", None)


def test_what_a_script_graded_counts_on_as_well(tmp_path: Path, command: Command) -> None:
    one, two = of_eval("test_a", 1, "one"), of_eval("test_a", 2, "two")
    write_log(tmp_path / "a-graded.jsonl", [one.model_copy(update={"grade": "wrong"}), two])
    run = write_log(tmp_path / "a.jsonl", [one.model_copy(update={"timestamp": "later"}), two])
    grade(run, command, "q2", "c")
    assert said(run)[0] == ("one", "wrong", None)


def test_a_copy_gives_its_votes_though_what_it_did_not_grade_was_asked_again(tmp_path: Path, command: Command) -> None:
    run = write_log(tmp_path / "a.jsonl", [of_eval("test_a", 1, "one"), of_eval("test_a", 2, None)])
    grade(run, command, "q1", "w")
    bens = (tmp_path / "a-graded.jsonl").rename(tmp_path / "ben.jsonl")
    write_log(run, [of_eval("test_a", 1, "one"), of_eval("test_a", 2, "zwei")])
    assert "1 new vote of anna taken" in command("grade", run, "--answers", bens).err
    assert said(run) == [("one", "wrong", None), ("zwei", None, None)]


def test_a_copy_gives_its_other_votes_though_an_answer_that_it_graded_was_asked_again(
    tmp_path: Path, command: Command
) -> None:
    run = write_log(tmp_path / "a.jsonl", [of_eval("test_a", 1, "one"), of_eval("test_a", 2, "two")])
    for entry in ("q1", "q2"):
        grade(run, command, entry, "w")
    bens = (tmp_path / "a-graded.jsonl").rename(tmp_path / "ben.jsonl")
    write_log(run, [of_eval("test_a", 1, "one"), of_eval("test_a", 2, "zwei")])
    told = command("grade", run, "--answers", bens).err
    assert told.startswith("pytest-llmeval: 1 new vote of anna taken from ")
    assert told.endswith("; 1 vote on answers it lacks left out\n")
    assert said(run) == [("one", "wrong", None), ("zwei", None, None)]
