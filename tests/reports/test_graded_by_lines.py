"""Who graded, and who differs, in a summary."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pytest_llmeval.analysis.run_figures import RunFigures
from pytest_llmeval.grading.grade import Level, Score
from pytest_llmeval.reports.graded_by_lines import graded_by_lines, graded_by_values
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.runs.hand_grading import VOTES, Vote, graded_line
from pytest_llmeval.runs.line import record_as_json
from pytest_llmeval.runs.record import Record
from tests.cli.logs import trial


def told(records: Sequence[Record]) -> list[str]:
    run = RunFigures("run-1", logs=[Path("a.jsonl")])
    for record in records:
        run.add(record)
    (summary,) = run.summaries
    return [line.text for line in graded_by_lines(run.details(summary).graded_by, "a.jsonl", Screen())]


def by_hand(record: Record, *grades: Level, **fields: Any) -> Record:
    votes = [Vote(rater=f"r{n}", grade=grade, timestamp="t", **fields) for n, grade in enumerate(grades)]
    return Record.model_validate(graded_line(record_as_json(record), votes))


def by_rule(number: int, grade: str | None = "wrong") -> Record:
    return trial(number, grade, grader="contains", scores=[Score("contains", 0.0, grader="contains")])


def by_judge(number: int) -> Record:
    return trial(number, "wrong", grader="rubric", scores=[Score("rubric", 0.0, kind="judge", grader="rubric")])


def test_a_log_graded_by_hand_says_how_much_of_it_people_graded() -> None:
    people = [by_hand(by_rule(1), "wrong"), by_hand(by_rule(2, None), "fully_correct")]
    assert told([*people, by_judge(3), by_judge(4), by_rule(5), trial(6, "wrong", grader=None), trial(7)]) == [
        "  graded by           people 2 of 6 · judges 2 · rules 1 · not told 1"
    ]


def test_answers_on_which_those_who_graded_differ_come_with_the_command_that_settles_them() -> None:
    differ = [by_hand(by_rule(1), "fully_correct"), by_hand(by_rule(2, None), "wrong", "unsupported")]
    assert told(differ) == [
        "  graded by           people 2 of 2",
        "  raters differ       2 answers, not settled:",
        "    pytest-llmeval grade a.jsonl --only disagreed",
    ]
    settled = by_hand(by_rule(1), "fully_correct", "wrong", adjudication=True)
    assert told([settled]) == ["  graded by           people 1 of 1"]


def test_a_log_that_no_person_graded_says_nothing() -> None:
    assert told([by_rule(1), by_judge(2)]) == []


def test_votes_of_another_program_are_none() -> None:
    assert told([Record.model_validate(record_as_json(by_rule(1)) | {VOTES: "mine"})]) == []


def test_machines_get_every_count() -> None:
    run = RunFigures("run-1")
    run.add(by_hand(by_rule(1), "fully_correct"))
    (summary,) = run.summaries
    assert graded_by_values(run.details(summary).graded_by) == {
        "people": 1,
        "judges": 0,
        "rules": 0,
        "not_told": 0,
        "raters_differ": 1,
    }
