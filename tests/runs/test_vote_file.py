from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.grading.grade import LEVELS
from pytest_llmeval.runs.graded_trial import GradedTrial
from pytest_llmeval.runs.hand_grading import Vote, latest_by_rater
from pytest_llmeval.runs.spreadsheet_text import harmless
from pytest_llmeval.runs.trial_places import trial_ids
from pytest_llmeval.runs.vote_file import PlacedVote, new_votes, votes_in_file
from tests.runs.samples import record

NOW = "2026-11-21T05:00:00.000Z"


def trials(*records: Any) -> list[GradedTrial]:
    return [GradedTrial(one, (), b"") for one in records]


TWO_MODELS = trials(
    record(1, answer="a", provider="openai", model="small"),
    record(1, answer="b", provider="openai", model="large"),
    record(2, answer="c", sample=1),
    record(2, answer="d", sample=2),
    record(3, answer=None),
    record(4, answer="e"),
)


def read(path: Path, text: str, found: list[GradedTrial] = TWO_MODELS) -> list[PlacedVote]:
    path.write_text(text, encoding="utf-8")
    return votes_in_file(path, found, rater="anna", timestamp=NOW)


def test_votes_are_placed_by_question_model_and_sample(tmp_path: Path) -> None:
    lines = [
        {"question_id": "q1", "model": "large", "grade": "wrong", "failure_label": "hallucination", "notes": "no"},
        {"question_id": "q1", "model": "openai:small", "grade": "fully_correct"},
        {"question_id": "q2", "sample": 2, "grade": "u", "rater": "ben"},
    ]
    found = read(tmp_path / "v.jsonl", "\n".join(map(json.dumps, lines)) + "\n\n")
    assert [one.number for one in found] == [1, 0, 3]
    assert found[0].vote == Vote(rater="anna", grade="wrong", failure_label="hallucination", notes="no", timestamp=NOW)
    assert (found[2].vote.rater, found[2].vote.grade) == ("ben", "unsupported")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_may_separate_its_columns_as_spreadsheets_do(tmp_path: Path, separator: str, end: str) -> None:
    rows = [["grade", "notes", "question_id"], ["p", '"a, b; c"', "q4"]]
    (one,) = read(tmp_path / "v.csv", "".join(separator.join(row) + end for row in rows))
    assert (one.number, one.vote.grade, one.vote.notes) == (5, "partially_correct", "a, b; c")


def test_a_table_is_read_as_well(tmp_path: Path) -> None:
    text = '\ufeffquestion_id,grade,failure_label,notes,sample\nq4,p,,"a, b",\nq2,c,,,1\n'
    found = read(tmp_path / "v.csv", text)
    assert [(one.number, one.vote.grade, one.vote.notes) for one in found] == [
        (5, "partially_correct", "a, b"),
        (2, "fully_correct", None),
    ]


@pytest.mark.parametrize(("letter", "grade"), list(zip("cpuw", LEVELS, strict=True)))
def test_letters_are_grades(tmp_path: Path, letter: str, grade: str) -> None:
    (one,) = read(tmp_path / "v.jsonl", json.dumps({"question_id": "q4", "grade": letter}))
    assert one.vote.grade == grade


def test_all_faults_are_told_together(tmp_path: Path) -> None:
    lines = [
        {"question_id": "q4", "grade": "good"},
        {"question_id": "q9", "grade": "wrong"},
        {"question_id": "q1", "grade": "wrong"},
        {"question_id": "q3", "grade": "wrong"},
        {"question_id": "q4", "grade": "fully_correct", "failure_label": "hallucination"},
        {"grade": "wrong"},
    ]
    path = tmp_path / "v.jsonl"
    with pytest.raises(RunLogError) as told:
        read(path, "\n".join(map(json.dumps, lines)))
    faults = str(told.value).splitlines()
    assert faults[0].startswith(f"{path}:1: grade: must be one of fully_correct, partially_correct")
    assert faults[1] == f"{path}:2: the log has no answer to 'q9' that fits; see its question_id, model, sample"
    assert faults[2] == f"{path}:3: 'q1' has 2 answers in the log; say which with model and sample"
    assert faults[3] == f"{path}:4: 'q3' has no answer in the log that could be graded; leave this row out"
    assert faults[4] == f"{path}:5: a fully_correct answer has no failure_label"
    assert faults[5] == f"{path}:6: question_id: is missing"


def test_of_many_faults_the_first_are_told(tmp_path: Path) -> None:
    with pytest.raises(RunLogError) as told:
        read(tmp_path / "v.jsonl", '{"question_id": "q9", "grade": "w"}\n' * 23)
    assert str(told.value).splitlines()[-1] == "and 3 more"


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("v.jsonl", "", "holds no grade; it needs question_id and grade"),
        ("v.csv", "question_id,grade\n", "holds no grade"),
        ("v.jsonl", "nonsense\n", ":1: not JSON"),
        ("v.jsonl", "[1]\n", ":1: not a JSON object"),
        ("v.csv", "id,mark\nq1,w,extra\n", ":2: question_id: is missing"),
    ],
)
def test_what_is_no_file_of_grades_is_told(tmp_path: Path, name: str, text: str, fault: str) -> None:
    with pytest.raises(RunLogError, match=fault):
        read(tmp_path / name, text)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunLogError, match=r"v.jsonl: cannot be read \(No such file"):
        votes_in_file(tmp_path / "v.jsonl", TWO_MODELS, rater="anna", timestamp=NOW)
    (tmp_path / "v.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(RunLogError, match=r"cannot be read \(not UTF-8\)"):
        votes_in_file(tmp_path / "v.jsonl", TWO_MODELS, rater="anna", timestamp=NOW)


def test_a_vote_that_is_known_is_not_new(tmp_path: Path) -> None:
    known = Vote(rater="anna", grade="wrong", timestamp="earlier")
    found = [GradedTrial(record(4, answer="e"), (known,), b"")]

    def new(grade: str) -> list[str | None]:
        votes = read(tmp_path / "v.jsonl", json.dumps({"question_id": "q4", "grade": grade}), found)
        return [one.vote.grade for one in new_votes(votes, found)]

    assert new("wrong") == []
    assert new("unsupported") == ["unsupported"]


def test_an_error_mode_is_taken_and_a_right_answer_has_none(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_text("question_id,grade,error_mode\nq4,w,omission\n")
    (found,) = votes_in_file(path, TWO_MODELS, rater="anna", timestamp=NOW)
    assert (found.vote.failure_label, found.vote.error_mode) == (None, "omission")
    path.write_text("question_id,grade,error_mode\nq4,c,omission\nq4,w,typo\n")
    with pytest.raises(RunLogError) as told:
        votes_in_file(path, TWO_MODELS, rater="anna", timestamp=NOW)
    assert "a fully_correct answer has no error_mode" in str(told.value)
    assert f"{path}:3: error_mode: " in str(told.value)


ROWS = st.lists(st.tuples(st.sampled_from(["q4", "q5", "q6"]), st.sampled_from("cpuw"), st.sampled_from(["a", "b"])))


@given(ROWS.filter(bool))
@settings(deadline=None)
def test_the_last_of_several_rows_counts_and_the_same_file_again_changes_nothing(rows: list[tuple[str, ...]]) -> None:
    asked = trials(*(record(n, answer="e") for n in (4, 5, 6)))
    log = [GradedTrial(one.record, (), b"{}") for one in asked]
    with TemporaryDirectory() as folder:
        lines = [json.dumps(dict(zip(("question_id", "grade", "rater"), row, strict=True))) for row in rows]
        told = read(Path(folder) / "v.jsonl", "\n".join(lines), log)
    for one in new_votes(told, log):
        log[one.number] = log[one.number].with_votes((*log[one.number].votes, one.vote))
    letters = {(name, rater): letter for name, letter, rater in rows}
    said = {
        (trial.record.question_id, rater): vote.grade[0].replace("f", "c")
        for trial in log
        for rater, vote in latest_by_rater(trial.votes).items()
    }
    assert said == letters
    assert new_votes(told, log) == []


def sheet(found: list[GradedTrial], *questions: str) -> str:
    names = trial_ids(trial.record for trial in found)
    return "trial,question_id,grade\n" + "".join(f"{name},{q},w\n" for name, q in zip(names, questions, strict=True))


def test_the_trial_says_which_answer_is_meant_however_a_spreadsheet_wrote_the_id(tmp_path: Path) -> None:
    found = trials(record(4, answer="e", question_id="001"), record(5, answer="f", question_id="=x"))
    told = read(tmp_path / "v.csv", sheet(found, "1", ""), found)
    assert [one.number for one in told] == [0, 1]


def test_columns_that_were_sorted_apart_are_told(tmp_path: Path) -> None:
    found = trials(record(4, answer="e"), record(5, answer="f"))
    with pytest.raises(RunLogError, match=r"v.csv:2: trial '\w+' is of 'q4', not of 'q5'; were the columns sorted"):
        read(tmp_path / "v.csv", sheet(found, "q5", "q4"), found)


@pytest.mark.parametrize("name", ["=1+1", "+a", "-1", "@cf", " =1", "'=1", "'a"])
def test_ids_that_were_made_harmless_are_found_again(tmp_path: Path, name: str) -> None:
    found = trials(record(4, answer="e", question_id=name), record(5, answer="f"))
    (one,) = read(tmp_path / "v.csv", f"question_id,grade\n{harmless(name)},w\n", found)
    assert one.number == 0
    assert [one.number for one in read(tmp_path / "v.csv", sheet(found, harmless(name), "q5"), found)] == [0, 1]
