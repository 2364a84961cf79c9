"""A person's grade beside a judge's: the same shape, and what awaits one is no pass."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval import Dimension, Rubric, graders
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.grading.context import TrialContext
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.runs.hand_grading import Vote, votes_of
from pytest_llmeval.runs.reading import iter_records
from pytest_llmeval.runs.record import Record
from tests.cli.conftest import Told
from tests.cli.logs import trial, write_log
from tests.grading.judge.scripted import Script, ScriptedJudge, abstaining, scoring

Command = Callable[..., Told]
RUBRIC = Rubric([Dimension("accuracy"), Dimension("tone", (0, 20), floor=5)])
TEXT = "dimensions:\n  - {name: accuracy}\n  - {name: tone, scale: [0, 20], floor: 5}\n"


def judged(number: int, script: Script) -> Record:
    """A trial that a judge graded by the rubric, as a run writes it."""
    entry = Entry(id=f"q{number}", question="?")
    context = TrialContext(entry, judges=(ScriptedJudge([script]),))
    grade = asyncio.run(graders.rubric_judge(RUBRIC)(entry, Answer("It is.", context=context)))
    (told,), about = context.judged, grade.metadata["judge"]
    verdict = {"hash": told.judge_hash, "level": told.level, "abstained": told.abstained}
    fields: dict[str, Any] = {"grader": grade.grader, "grading_notes": grade.notes, "scores": grade.scores}
    outcome = "unscored" if grade.level is None else "passed"
    return trial(number, grade.level, outcome=outcome, judge={**about, "verdicts": [verdict]}, **fields)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_log(tmp_path / "a.jsonl", [judged(1, scoring(accuracy=3, tone=20)), judged(2, abstaining), trial(3)])


def rate(command: Command, run: Path, folder: Path, *rows: dict[str, Any]) -> list[Record]:
    sheet, rubric = folder / "sheet.jsonl", folder / "rubric.yaml"
    sheet.write_text("".join(json.dumps(row) + "\n" for row in rows))
    rubric.write_text(TEXT)
    told = command("grade", run, "--rater", "ann", "--answers", sheet, "--rubric", rubric, "--require-notes")
    assert told.status == 0, told.err
    return list(iter_records(folder / "a-graded.jsonl"))


def test_a_persons_grade_tells_what_a_judges_tells(run: Path, command: Command, tmp_path: Path) -> None:
    """Who graded, by which rubric, with which numbers, why and when; and the plain fields are the same ones."""
    row = {"question_id": "q3", "scores": {"accuracy": 3, "tone": 20}, "notes": "It leaves out the half."}
    by_judge, _, by_hand = rate(command, run, tmp_path, row)
    (vote,) = votes_of(by_hand)
    assert (vote.rater, vote.rubric_hash, vote.notes) == ("ann", RUBRIC.hash, "It leaves out the half.")
    assert dict(vote.scores) == {"accuracy": 3, "tone": 20}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", vote.timestamp)
    assert by_judge.judge is not None
    assert (by_judge.grader, by_hand.grader) == (f"rubric_judge@{by_judge.judge.hash}", "human:ann")
    assert by_judge.grade == by_hand.grade == "partially_correct"
    assert (by_judge.grading_notes, by_hand.grading_notes) == ("Because.", "It leaves out the half.")
    assert {score.name for score in by_judge.scores} - {"rubric_judge"} == set(vote.scores)
    assert set(Vote.model_fields) >= {"rater", "rubric_hash", "scores", "grade", "failure_label", "notes", "timestamp"}


def figures(command: Command, log: Path) -> dict[str, Any]:
    (model,) = json.loads(command("summarize", log, "--json").out)["runs"][0]["models"]
    found: dict[str, Any] = model
    return found


def test_what_awaits_a_persons_grade_is_no_pass_and_in_no_accuracy(run: Path, command: Command, tmp_path: Path) -> None:
    before = figures(command, run)
    assert (before["accuracy"]["n"], before["passed"]["n"], before["pending"]) == (1, 0, 1)
    assert before["outcomes"] == {"passed": 1, "unscored": 1}
    shown = command("summarize", run).out
    assert "not graded yet      1" in shown
    assert "passed, not graded" not in shown
    given = {"scores": {"accuracy": 5, "tone": 20}}
    rate(command, run, tmp_path, {"question_id": "q2", **given}, {"question_id": "q3", **given})
    after = figures(command, tmp_path / "a-graded.jsonl")
    assert (after["accuracy"]["count"], after["accuracy"]["n"], after["pending"]) == (2, 3, 0)


def test_a_sheet_offers_what_awaits_a_grade_and_nothing_else(run: Path, command: Command, tmp_path: Path) -> None:
    sheet = tmp_path / "to-grade.jsonl"
    told = command("grade", run, "--rater", "ann", "--only", "ungraded", "--export", sheet)
    assert "\npytest-llmeval: 2 answers to grade in " in told.err
    assert [json.loads(line)["question_id"] for line in sheet.read_text().splitlines()] == ["q2", "q3"]
