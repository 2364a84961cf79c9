"""A program that knows nothing but the sixteen fields writes logs we read, and reads logs we write."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pytest_llmeval.grading.grade import LEVELS
from pytest_llmeval.runs.record import DESIGNED_FIELDS
from tests.cli.conftest import Told
from tests.cli.logs import LABELS, every_grade, plain_lines, read_plain, trial, write_log, write_plain

Command = Callable[..., Told]


def plain_summary(path: Path) -> dict[str, Any]:
    """Count a log as the plain program does: every line, its grade, its label, its category."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    graded = [line for line in lines if line["grade"]]
    right = Counter(line["category"] for line in graded if line["grade"] == "fully_correct")
    return {
        "graded": len(graded),
        "grades": Counter(line["grade"] for line in graded),
        "labels": Counter(line["failure_label"] for line in graded if line["grade"] != "fully_correct"),
        "accuracy": {name: right[name] / n for name, n in Counter(line["category"] for line in graded).items()},
    }


def our_summary(command: Command, path: Path) -> dict[str, Any]:
    (model,) = json.loads(command("summarize", path, "--json").out)["runs"][0]["models"]
    return {
        "graded": model["judged"],
        "grades": Counter({name: count for name, count in model["grades"].items() if count}),
        "labels": Counter(model["failure_labels"]),
        "accuracy": {name: part["accuracy"]["rate"] for name, part in model["categories"].items()},
    }


def test_a_log_of_the_sixteen_fields_is_summarised_with_equal_numbers(tmp_path: Path, command: Command) -> None:
    log = write_plain(tmp_path / "plain.jsonl", plain_lines(every_grade(23)))
    assert {tuple(line) for line in read_plain(log)} == {DESIGNED_FIELDS}
    assert our_summary(command, log) == plain_summary(log)
    assert our_summary(command, log)["graded"] == 23


def test_a_log_of_the_sixteen_fields_is_graded_and_read_back(tmp_path: Path, command: Command) -> None:
    log = write_plain(tmp_path / "plain.jsonl", plain_lines([trial(n) for n in range(1, 9)]))
    answers = [
        {"question_id": f"q{n}", "grade": LEVELS[n % 4], "failure_label": LABELS.get(LEVELS[n % 4])}
        for n in range(1, 8)
    ]
    votes = write_plain(tmp_path / "votes.jsonl", answers)
    assert command("grade", log, "--answers", votes, "--rater", "anna").status == 0
    graded = tmp_path / "plain-graded.jsonl"
    assert plain_summary(graded)["grades"] == Counter(one["grade"] for one in answers)
    assert our_summary(command, graded) == plain_summary(graded)


def test_a_log_of_ours_that_was_graded_by_hand_is_read_by_a_plain_program(tmp_path: Path, command: Command) -> None:
    log = write_log(tmp_path / "ours.jsonl", every_grade(12, outcome="passed", tags=("a",), cost_usd=0.5))
    answers = [{"question_id": f"q{n}", "grade": LEVELS[(n + 1) % 4], "failure_label": None} for n in range(1, 13)]
    votes = write_plain(tmp_path / "votes.jsonl", answers)
    command("grade", log, "--answers", votes, "--rater", "anna")
    graded = tmp_path / "ours-graded.jsonl"
    assert all(set(DESIGNED_FIELDS) <= set(line) for line in read_plain(graded))
    told = plain_summary(graded)
    assert told["grades"] == Counter(one["grade"] for one in answers)
    assert {**our_summary(command, graded), "labels": {}} == {**told, "labels": {}}
    assert our_summary(command, graded)["labels"] == Counter({"no label": 9})
    assert command("validate", graded).status == 0
