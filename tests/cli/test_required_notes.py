"""Grades that must say why: in a session, from a file, and on a sheet to fill in."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.analysis.people.grading_queue import grading_queue
from pytest_llmeval.cli import grading_terminal
from pytest_llmeval.cli.grading_session import NEEDED, GradingSession
from pytest_llmeval.grading.judge.rubric import Dimension, Rubric
from pytest_llmeval.runs.graded_log import GradedLog, graded_path
from tests.cli.conftest import Told
from tests.cli.logs import trial, write_log
from tests.cli.test_grading_session import ScriptedTerminal

Command = Callable[..., Told]
RUBRIC = Rubric([Dimension("accuracy")])


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_log(tmp_path / "a.jsonl", [trial(n) for n in (1, 2, 3)])


def graded(run: Path, *script: str, **how: Any) -> tuple[GradedLog, ScriptedTerminal]:
    log, terminal = GradedLog(run, graded_path(run)), ScriptedTerminal(*script)
    queue = grading_queue(log.trials, rater="anna")
    GradingSession(log, queue, terminal, rater="anna", entries={}, needs_notes=True, **how).run()
    return log, terminal


def notes(log: GradedLog) -> list[tuple[str, str | None]]:
    return [(vote.grade, vote.notes) for one in log.trials for vote in one.votes]


def test_a_grade_below_fully_correct_is_asked_for_its_note_until_there_is_one(run: Path) -> None:
    log, terminal = graded(run, "w", "1", "[]", "[  ]", "[made up]", "q")
    assert notes(log) == [("wrong", "made up")]
    assert "note: " in terminal.screens[2]
    assert "Enter for none" not in terminal.screens[2]
    assert NEEDED not in terminal.screens[2]  # nobody is told off before the first try
    assert NEEDED in terminal.screens[3]
    assert NEEDED in terminal.screens[4]


def test_the_way_out_of_a_wanted_note_is_told_on_narrow_screens_too(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScriptedTerminal, "width", 60)
    _, terminal = graded(run, "w", "0", "[]", "[made up]", "q")
    assert NEEDED in " ".join(terminal.screens[3].split())


def test_a_fully_correct_grade_needs_no_note(run: Path) -> None:
    log, terminal = graded(run, "c", "[]", "q")
    assert notes(log) == [("fully_correct", None)]
    assert "note (Enter for none): " in terminal.screens[1]


def test_who_has_no_note_can_leave_the_answer_ungraded_undo_and_quit(run: Path) -> None:
    log, terminal = graded(run, "c", "[]", "p", "0", "[]", "[^D]", "z", "q")
    assert notes(log) == []
    assert "not graded" in terminal.screens[6]
    assert "taken back" in terminal.screens[7]


def test_a_grade_that_follows_from_numbers_needs_its_note_too(run: Path) -> None:
    log, _ = graded(run, "r", "[5]", "[]", "r", "[1]", "1", "[]", "[all of it is false]", "q", rubric=RUBRIC)
    assert notes(log) == [("fully_correct", None), ("wrong", "all of it is false")]


def test_the_flag_makes_a_session_ask_again(run: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = ScriptedTerminal("w", "1", "[]", "[made up]", "q")
    monkeypatch.setattr(grading_terminal, "grading_terminal", lambda: nullcontext(terminal))
    for stream in (sys.stdin, sys.stdout):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    assert command("grade", run, "--rater", "anna", "--require-notes").status == 0
    assert NEEDED in terminal.screens[3]


def test_rows_without_notes_are_refused_with_their_lines_all_together(
    run: Path, command: Command, tmp_path: Path
) -> None:
    votes = tmp_path / "votes.csv"
    votes.write_text("question_id,grade,notes\nq1,w,\nq2,p,made up\nq3,u,  \nq9,c,\n")
    told = command("grade", run, "--rater", "anna", "--answers", votes, "--require-notes")
    assert told.status == 2
    assert told.err.splitlines() == [
        f"pytest-llmeval: {votes}:2: 'q1' is wrong without notes that say why, as --require-notes wants",
        f"{votes}:4: 'q3' is unsupported without notes that say why, as --require-notes wants",
        f"{votes}:5: the log has no answer to 'q9' that fits; see its question_id, model, sample",
    ]
    assert not (tmp_path / "a-graded.jsonl").exists()
    assert command("grade", run, "--rater", "anna", "--answers", votes).status == 2  # of q9 alone


def test_rows_that_say_why_or_find_nothing_wrong_are_taken(run: Path, command: Command, tmp_path: Path) -> None:
    votes = tmp_path / "votes.csv"
    votes.write_text("question_id,grade,notes\nq1,c,\nq2,w,made up\n")
    told = command("grade", run, "--rater", "anna", "--answers", votes, "--require-notes")
    assert told.err.startswith("pytest-llmeval: 2 new grades taken")


def test_a_sheet_asks_for_the_notes_and_names_the_flag_for_the_way_back(
    run: Path, command: Command, tmp_path: Path
) -> None:
    sheet = tmp_path / "sheet.html"
    told = command("grade", run, "--rater", "anna", "--export", sheet, "--require-notes")
    assert told.err.endswith("--answers grades.jsonl --rater NAME --require-notes\n")
    assert _data(sheet)["needs_notes"] is True
    plain = tmp_path / "plain.html"
    assert "--require-notes" not in command("grade", run, "--rater", "anna", "--export", plain).err
    assert _data(plain)["needs_notes"] is False


def _data(page: Path) -> dict[str, Any]:
    found = re.search(r'<script id="told" type="application/json">(.*?)</script>', page.read_text(), re.DOTALL)
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def test_choices_between_two_answers_are_no_grades(run: Path, command: Command) -> None:
    told = command("grade", run, "--rater", "anna", "--side-by-side", "a", "b", "--require-notes")
    assert told == Told(2, "", "pytest-llmeval: --require-notes is about grades; leave it out with --side-by-side\n")
