from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Told
from tests.cli.logs import every_grade, trial, write_log

Command = Callable[..., Told]


@pytest.fixture
def logs(tmp_path: Path) -> list[Path]:
    turned = [trial(n, grade) for n, grade in enumerate(["partially_correct", "wrong", "wrong", "fully_correct"], 1)]
    return [write_log(tmp_path / "anna.jsonl", every_grade(4)), write_log(tmp_path / "ben.jsonl", turned)]


def test_two_logs_are_compared(logs: list[Path], command: Command) -> None:
    told = command("agreement", *logs)
    assert told.status == 0
    assert told.out.startswith("agreement on the grade: anna, ben\n4 answers judged by two or more\n")
    assert "  the same                       3 of 4 · 75 % [30–95]" in told.out
    assert "    q2  anna: unsupported · ben: wrong" in told.out


def test_the_raters_of_one_log_are_compared(tmp_path: Path, logs: list[Path], command: Command) -> None:
    votes = tmp_path / "votes.csv"
    votes.write_text("question_id,grade,rater\nq1,w,anna\nq1,u,ben\nq2,c,anna\nq2,c,ben\n")
    command("grade", logs[0], "--answers", votes)
    told = command("agreement", tmp_path / "anna-graded.jsonl")
    assert told.out.startswith("agreement on the grade: anna, ben\n2 answers judged by two or more\n")
    with_machine = command("agreement", tmp_path / "anna-graded.jsonl", "--raters", "ben,machine")
    assert with_machine.out.startswith("agreement on the grade: ben, machine\n2 answers judged by two or more, 2 more")


def test_an_alpha_that_is_too_low_is_an_exit_status(logs: list[Path], command: Command) -> None:
    told = command("agreement", *logs, "--min-alpha", "0.99")
    assert told.status == 1
    assert told.err.startswith("pytest-llmeval: alpha is 0.9")
    assert "below 0.99: sharpen the rubric before grading more" in told.err
    assert command("agreement", *logs, "--min-alpha", "0.5").status == 0


def test_an_undefined_alpha_is_too_low(tmp_path: Path, command: Command) -> None:
    logs = [write_log(tmp_path / name, [trial(1, "wrong")]) for name in ("a.jsonl", "b.jsonl")]
    told = command("agreement", *logs, "--min-alpha", "0.1")
    why = "all was judged alike, which chance would do as well"
    assert (told.status, told.err) == (1, f"pytest-llmeval: alpha is undefined ({why}), and --min-alpha wants 0.1\n")


def test_json_has_all_figures(logs: list[Path], command: Command) -> None:
    told = json.loads(command("agreement", *logs, "--json", "--field", "failure_label").out)
    assert (told["field"], told["n"], told["raters"]) == ("failure_label", 4, ["anna", "ben"])


def test_raters_are_of_one_log(logs: list[Path], command: Command) -> None:
    told = command("agreement", *logs, "--raters", "a,b")
    assert (told.status, told.err.count("\n")) == (2, 1)
    assert "--raters names raters within one log" in told.err


def test_a_rater_is_not_compared_with_themselves(logs: list[Path], command: Command) -> None:
    told = command("agreement", logs[0], "--raters", "ann,ben,ann")
    assert (told.status, told.err) == (
        2,
        "pytest-llmeval: --raters names 'ann' twice; a rater always agrees with themselves\n",
    )


@pytest.mark.parametrize("torn", [0, 1])
def test_a_torn_last_line_is_passed_over_and_told(torn: int, logs: list[Path], command: Command) -> None:
    with logs[torn].open("ab") as file:
        file.write(b'{"run_id": "run-1", "quest')
    told = command("agreement", *logs)
    assert told.status == 0
    assert told.err.startswith(f"pytest-llmeval: {logs[torn]}:")
    assert "the last line was cut off and is passed over" in told.err


def test_a_torn_last_line_of_one_log_with_several_raters_is_told(logs: list[Path], command: Command) -> None:
    votes = logs[0].with_name("votes.jsonl")
    votes.write_text('{"question_id": "q1", "grade": "wrong", "rater": "ben"}\n')
    command("grade", logs[0], "--answers", votes, "--rater", "anna")
    graded = logs[0].with_name("anna-graded.jsonl")
    graded.write_bytes(graded.read_bytes() + b'{"run_id": "run-1", "quest')
    told = command("agreement", graded)
    assert (told.status, told.err.count("cut off and is passed over")) == (0, 1)


def test_a_single_answer_is_told_in_the_singular(tmp_path: Path, command: Command) -> None:
    logs = [write_log(tmp_path / name, [trial(1, "wrong")]) for name in ("a.jsonl", "b.jsonl")]
    assert "\n1 answer judged by two or more\n" in command("agreement", *logs).out


def test_judges_of_a_panel_are_compared(tmp_path: Path, command: Command) -> None:
    def votes(*said: str) -> list[dict[str, object]]:
        told = zip(("openai:a", "gemini:b"), said, strict=True)
        return [
            {"name": f"rubric_judge[{name}]", "value": 0.0, "kind": "judge", "detail": f"{level}: why"}
            for name, level in told
        ]

    pairs = [("wrong", "wrong"), ("unsupported", "wrong"), ("fully_correct", "fully_correct")]
    log = write_log(tmp_path / "panel.jsonl", [trial(n, pair[0], scores=votes(*pair)) for n, pair in enumerate(pairs)])
    told = command("agreement", log)
    assert told.status == 0, told.err
    assert told.out.startswith("agreement on the grade: openai:a, gemini:b\n3 answers judged by two or more\n")
    assert "  the same                       2 of 3 · 67 % [21–94]" in told.out
    assert "Krippendorff's alpha, ordinal" in told.out
