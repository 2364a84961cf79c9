from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.analysis.people.ratings import MACHINE, panel_votes, ratings_in
from pytest_llmeval.errors import ConfigurationError, RunLogError
from pytest_llmeval.grading.grade import FailureLabel, Level, Score
from pytest_llmeval.grading.judge.asking import Vote as JudgeVote
from pytest_llmeval.grading.judge.panel import decide
from pytest_llmeval.grading.judge.rubric import Dimension, Rubric
from pytest_llmeval.grading.judge.verdict import Verdict
from pytest_llmeval.runs.hand_grading import Vote, graded_line
from pytest_llmeval.runs.line import record_as_json
from pytest_llmeval.runs.record import Record
from tests.cli.logs import trial, write_log, write_plain


def vote(rater: str, grade: str, label: str | None = None, **fields: Any) -> Vote:
    told = {"rater": rater, "grade": grade, "failure_label": label, "timestamp": "t", **fields}
    return Vote.model_validate(told)


def graded(path: Path, *trials: tuple[Record, list[Vote]]) -> Path:
    return write_plain(path, [graded_line(record_as_json(record), votes) for record, votes in trials])


def test_the_raters_of_one_log_are_compared(tmp_path: Path) -> None:
    path = graded(
        tmp_path / "a.jsonl",
        (trial(1, "wrong"), [vote("anna", "wrong"), vote("ben", "unsupported")]),
        (trial(2), [vote("anna", "fully_correct")]),
        (trial(3, "wrong"), []),
    )
    found = ratings_in(path, "grade")
    assert found.raters == ("anna", "ben")
    assert [dict(one.said) for one in found.answers] == [
        {"anna": "wrong", "ben": "unsupported"},
        {"anna": "fully_correct"},
        {},
    ]


def test_one_person_is_compared_with_the_machine(tmp_path: Path) -> None:
    path = graded(tmp_path / "a.jsonl", (trial(1, "wrong"), [vote("anna", "unsupported")]))
    found = ratings_in(path, "grade")
    assert found.raters == (MACHINE, "anna")
    assert dict(found.answers[0].said) == {MACHINE: "wrong", "anna": "unsupported"}


def test_settling_votes_are_no_independent_ratings(tmp_path: Path) -> None:
    votes = [vote("anna", "wrong"), vote("ben", "unsupported"), vote("anna", "unsupported", adjudication=True)]
    found = ratings_in(graded(tmp_path / "a.jsonl", (trial(1), votes)), "grade")
    assert dict(found.answers[0].said) == {"anna": "wrong", "ben": "unsupported"}


def test_raters_can_be_chosen(tmp_path: Path) -> None:
    votes = [vote("anna", "wrong"), vote("ben", "wrong"), vote("cleo", "wrong")]
    path = graded(tmp_path / "a.jsonl", (trial(1, "wrong"), votes))
    assert ratings_in(path, "grade", ["cleo", MACHINE]).raters == ("cleo", MACHINE)
    with pytest.raises(
        ConfigurationError, match=r"--raters: nobody named 'dan' graded in .*; there are 'machine', 'an"
    ):
        ratings_in(path, "grade", ["dan", "anna"])


def test_labels_are_compared_where_there_is_a_grade(tmp_path: Path) -> None:
    votes = [vote("anna", "wrong", "hallucination"), vote("ben", "fully_correct")]
    path = graded(tmp_path / "a.jsonl", (trial(1), votes))
    assert dict(ratings_in(path, "failure_label").answers[0].said) == {"anna": "hallucination", "ben": "none"}


def test_error_modes_are_compared_as_labels_are(tmp_path: Path) -> None:
    votes = [vote("anna", "wrong", error_mode="omission"), vote("ben", "wrong", "hallucination")]
    votes.append(vote("cleo", "fully_correct"))
    path = graded(tmp_path / "a.jsonl", (trial(1, "wrong", error_mode="fabrication"), votes))
    found = ratings_in(path, "error_mode", ["anna", "ben", "cleo", MACHINE])
    assert dict(found.answers[0].said) == {
        "anna": "omission", "ben": "none", "cleo": "none", MACHINE: "fabrication",
    }  # fmt: skip
    assert not found.ordered
    assert found.order[-2:] == ("inconsistent", "none")


def test_an_error_mode_of_another_program_is_none_of_ours(tmp_path: Path) -> None:
    made = record_as_json(trial(1, "wrong")) | {"error_mode": ["typo"]}
    path = write_plain(tmp_path / "a.jsonl", [graded_line(made, [vote("anna", "wrong", error_mode="omission")])])
    (answer,) = ratings_in(path, "error_mode").answers
    assert dict(answer.said) == {MACHINE: "none", "anna": "omission"}


def test_judges_of_a_panel_name_no_error_mode() -> None:
    given = Score("rubric_judge[a:b]", 0.0, None, "wrong (hallucination): It is made up.", "judge")
    assert panel_votes(trial(1, scores=[given]), "failure_label") == {"a:b": "hallucination"}
    assert panel_votes(trial(1, scores=[given]), "error_mode") == {}


@pytest.mark.parametrize("grade", [None, "wrong"])
def test_a_log_with_fewer_than_two_raters_is_told(tmp_path: Path, grade: str | None) -> None:
    path = write_log(tmp_path / "a.jsonl", [trial(1, grade)])
    with pytest.raises(RunLogError, match=r"a.jsonl: fewer than two raters; let another grade it"):
        ratings_in(path, "grade")


def test_votes_that_are_none_are_told(tmp_path: Path) -> None:
    path = write_plain(tmp_path / "a.jsonl", [{**record_as_json(trial(1)), "grades_by_hand": [{}]}])
    with pytest.raises(RunLogError, match=r"a.jsonl: 'q1': grades_by_hand: 0.rater: is missing"):
        ratings_in(path, "grade")


def panel_record(number: int, **said: tuple[Level, FailureLabel | None] | None) -> Record:
    """A record as a panel leaves it; None is a judge without a verdict."""
    votes = [
        JudgeVote(f"openai:{name}", Verdict("It is (so): yes.", *one) if one else None, "" if one else "no reply")
        for name, one in said.items()
    ]
    grade = decide(votes, Rubric(), "rubric_judge@ab")
    return trial(number, grade.level, scores=grade.scores, grader=grade.grader)


PANEL = [
    panel_record(1, a=("wrong", "hallucination"), b=("wrong", None)),
    panel_record(2, a=("fully_correct", None), b=("partially_correct", "missing_evidence")),
    panel_record(3, a=("fully_correct", None), b=None),
]


def test_judges_of_a_panel_are_raters_where_no_person_is(tmp_path: Path) -> None:
    path = write_log(tmp_path / "a.jsonl", PANEL)
    found = ratings_in(path, "grade")
    assert found.raters == ("openai:a", "openai:b")
    assert [dict(one.said) for one in found.answers] == [
        {"openai:a": "wrong", "openai:b": "wrong"},
        {"openai:a": "fully_correct", "openai:b": "partially_correct"},
        {"openai:a": "fully_correct"},
    ]
    labels = [dict(one.said) for one in ratings_in(path, "failure_label").answers]
    assert labels[:2] == [
        {"openai:a": "hallucination", "openai:b": "none"},
        {"openai:a": "none", "openai:b": "missing_evidence"},
    ]


def test_people_come_before_judges_unless_judges_are_named(tmp_path: Path) -> None:
    first, *others = PANEL
    path = graded(tmp_path / "a.jsonl", (first, [vote("anna", "wrong")]), *((one, []) for one in others))
    assert ratings_in(path, "grade").raters == (MACHINE, "anna")
    assert ratings_in(path, "grade", ["anna", "openai:b"]).raters == ("anna", "openai:b")


def test_votes_on_a_rubric_with_dimensions_are_numbers_and_no_levels() -> None:
    rubric = Rubric([Dimension("accuracy")])
    votes = [JudgeVote(f"openai:{name}", Verdict("Good.", "fully_correct", None, {"accuracy": 5})) for name in "ab"]
    graded = trial(1, scores=decide(votes, rubric, "x").scores)
    assert panel_votes(graded, "grade") == {}
    assert panel_votes(graded, "accuracy") == {"openai:a": "5", "openai:b": "5"}
    assert panel_votes(graded, "tone") == {"openai:a": None, "openai:b": None}
