from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pytest_llmeval.cli import by_hand, grade, grading_terminal
from pytest_llmeval.runs.reading import iter_records
from pytest_llmeval.runs.sidecar import BenchmarkInfo, RunInfo, read_sidecar, write_sidecar
from tests.cli.conftest import Told
from tests.cli.logs import every_grade, trial, write_log
from tests.cli.test_grading_session import ScriptedTerminal

Command = Callable[..., Told]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_log(tmp_path / "a.jsonl", [trial(n) for n in (1, 2, 3)])


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., ScriptedTerminal]:
    """Let a script stand for the terminal."""

    def use(*script: str) -> ScriptedTerminal:
        terminal = ScriptedTerminal(*script)

        @contextmanager
        def lend() -> Iterator[ScriptedTerminal]:
            yield terminal

        monkeypatch.setattr(grading_terminal, "grading_terminal", lend)
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
        return terminal

    return use


def grades(path: Path) -> list[str | None]:
    return [record.grade for record in iter_records(path)]


def test_grades_come_from_a_file_without_a_terminal(run: Path, tmp_path: Path, command: Command) -> None:
    votes = tmp_path / "votes.csv"
    votes.write_text("question_id,grade,failure_label,notes\nq1,w,hallucination,made up\nq3,c,,\n")
    told = command("grade", run, "--answers", votes, "--rater", "anna")
    assert told == Told(0, "", f"pytest-llmeval: 2 new grades taken from {votes} into {tmp_path / 'a-graded.jsonl'}\n")
    first, _, third = iter_records(tmp_path / "a-graded.jsonl")
    assert (first.grade, first.failure_label, first.grading_notes) == ("wrong", "hallucination", "made up")
    assert (third.grade, third.grader) == ("fully_correct", "human:anna")


def test_error_modes_that_people_give_are_summed_up_and_compared(run: Path, tmp_path: Path, command: Command) -> None:
    votes = tmp_path / "votes.csv"
    votes.write_text("question_id,grade,error_mode\nq1,w,omission\nq2,w,conflation\nq3,c,\n")
    command("grade", run, "--answers", votes, "--rater", "anna")
    graded = tmp_path / "a-graded.jsonl"
    assert [record.error_mode for record in iter_records(graded)] == ["omission", "conflation", None]
    assert "    conflation          1 of 2 · 50 % [9–91]\n" in command("summarize", graded).out
    shown = command("compare", graded, graded, "--verbose").out
    assert "  in what way answers are wrong" in shown
    assert any(line.split() == ["omission", "1", "1", "+0", "1"] for line in shown.splitlines())


def test_the_same_file_again_changes_nothing(run: Path, tmp_path: Path, command: Command) -> None:
    votes = tmp_path / "votes.jsonl"
    votes.write_text('{"question_id": "q1", "grade": "wrong"}\n')
    command("grade", run, "--answers", votes, "--rater", "anna")
    before = (tmp_path / "a-graded.jsonl").read_bytes()
    told = command("grade", run, "--answers", votes, "--rater", "anna")
    assert told.err.startswith("pytest-llmeval: 0 new grades")
    assert (tmp_path / "a-graded.jsonl").read_bytes() == before


def test_rows_that_a_later_one_supersedes_are_told(run: Path, tmp_path: Path, command: Command) -> None:
    votes = tmp_path / "votes.csv"
    votes.write_text("question_id,grade\nq1,w\nq1,c\n")
    told = command("grade", run, "--answers", votes, "--rater", "anna")
    assert f"1 new grade taken from {votes} into " in told.err
    assert told.err.endswith("; 1 row was superseded by a later one\n")
    command("grade", run, "--answers", votes, "--rater", "anna")
    assert grades(tmp_path / "a-graded.jsonl") == ["fully_correct", None, None]


def test_a_fault_in_the_file_writes_nothing(run: Path, tmp_path: Path, command: Command) -> None:
    votes = tmp_path / "votes.jsonl"
    votes.write_text('{"question_id": "q1", "grade": "wrong"}\n{"question_id": "q2", "grade": "good"}\n')
    told = command("grade", run, "--answers", votes, "--rater", "anna")
    assert told.status == 2
    assert f"{votes}:2: grade: must be one of fully_correct" in told.err
    assert not (tmp_path / "a-graded.jsonl").exists()


def test_without_a_terminal_or_a_file_it_says_what_to_do(run: Path, command: Command) -> None:
    told = command("grade", run)
    assert (told.status, told.err) == (
        2,
        f"pytest-llmeval: {grade.NO_TERMINAL}\n",
    )


def test_a_session_grades_and_goes_on_later(
    run: Path, tmp_path: Path, command: Command, typed: Callable[..., ScriptedTerminal]
) -> None:
    typed("c", "[]", "q")
    out = tmp_path / "a-graded.jsonl"
    assert command("grade", run, "--rater", "anna").err == f"pytest-llmeval: 1 graded, 2 left, in {out}\n"
    typed("w", "1", "[]", "c", "[]", "q")
    assert command("grade", run, "--rater", "anna").err == f"pytest-llmeval: 2 graded, 0 left, in {out}\n"
    assert grades(out) == ["fully_correct", "wrong", "fully_correct"]
    told = command("grade", run, "--rater", "anna")
    assert told.err == f"pytest-llmeval: nothing is left to grade for anna in {out}: 3 graded\n"


def test_a_grade_of_an_earlier_session_is_corrected(
    run: Path, tmp_path: Path, command: Command, typed: Callable[..., ScriptedTerminal]
) -> None:
    typed(*["c", "[]"] * 3, "q")
    command("grade", run, "--rater", "anna")
    typed("w", "1", "[]", "q")
    told = command("grade", run, "--rater", "anna", "--again", "q2")
    assert told.err == f"pytest-llmeval: 1 graded, 0 left, in {tmp_path / 'a-graded.jsonl'}\n"
    assert grades(tmp_path / "a-graded.jsonl") == ["fully_correct", "wrong", "fully_correct"]


def test_an_interrupt_ends_the_session_and_keeps_the_grades(
    run: Path, tmp_path: Path, command: Command, typed: Callable[..., ScriptedTerminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = typed("c", "[]")

    def interrupted() -> str:
        raise KeyboardInterrupt

    keys = iter([terminal.key, interrupted])
    monkeypatch.setattr(terminal, "key", lambda: next(keys)())
    assert command("grade", run, "--rater", "anna").status == 0
    assert grades(tmp_path / "a-graded.jsonl") == ["fully_correct", None, None]


def test_gold_answers_come_from_the_benchmark(
    run: Path, tmp_path: Path, command: Command, typed: Callable[..., ScriptedTerminal]
) -> None:
    benchmark = tmp_path / "facts.jsonl"
    benchmark.write_text('{"id": "q1", "question": "What is 1?", "gold_answer": "One."}\n')
    terminal = typed("q")
    command("grade", run, "--rater", "anna", "--benchmark", benchmark)
    assert "gold      One." in terminal.screens[0]
    terminal = typed("q")
    command("grade", run, "--rater", "anna")
    assert by_hand.NO_GOLD in terminal.screens[0]


def test_the_sidecar_says_where_the_benchmark_is(
    tmp_path: Path, command: Command, typed: Callable[..., ScriptedTerminal]
) -> None:
    (tmp_path / "evals").mkdir()
    (tmp_path / "llm-runs").mkdir()
    (tmp_path / "evals/facts.jsonl").write_text('{"id": "q1", "question": "What is 1?", "gold_answer": "One."}\n')
    (tmp_path / "evals/bad.jsonl").write_text("nonsense\n")
    run = write_log(tmp_path / "llm-runs/a.jsonl", [trial(1)])
    paths = ("evals/facts.jsonl", "evals/bad.jsonl", "evals/gone.jsonl", None)
    benchmarks = tuple(BenchmarkInfo(name="facts", path=path) for path in paths)
    write_sidecar(run, RunInfo(run_id="run-1", started="t", benchmarks=benchmarks))
    terminal = typed("c", "[]", "q")
    told = command("grade", run, "--rater", "anna")
    assert "gold      One." in terminal.screens[0]
    assert "no gold answers from it: " in told.err
    assert "bad.jsonl:1" in told.err
    info = read_sidecar(tmp_path / "llm-runs/a-graded.jsonl")
    assert info.totals["grades"] == {"fully_correct": 1}


def test_a_benchmark_that_was_named_must_be_readable(
    run: Path, tmp_path: Path, command: Command, typed: Callable[..., ScriptedTerminal]
) -> None:
    typed("q")
    told = command("grade", run, "--rater", "anna", "--benchmark", tmp_path / "no.jsonl")
    assert told.status == 2
    assert "no.jsonl: no such file" in told.err


def test_a_sample_is_even_over_the_grades(
    tmp_path: Path, command: Command, typed: Callable[..., ScriptedTerminal]
) -> None:
    run = write_log(tmp_path / "a.jsonl", every_grade(40))
    terminal = typed("q")
    command("grade", run, "--rater", "anna", "--sample", 8, "--blind", "--seed", 3)
    assert "0 of 8 graded" in terminal.screens[0]
    assert "anna · blind" in terminal.screens[0]


def test_disagreements_are_settled(
    run: Path, tmp_path: Path, command: Command, typed: Callable[..., ScriptedTerminal]
) -> None:
    votes = tmp_path / "votes.csv"
    votes.write_text("question_id,grade,rater\nq1,w,anna\nq1,u,ben\nq2,c,anna\nq2,c,ben\n")
    command("grade", run, "--answers", votes)
    terminal = typed("p", "0", "[]", "q")
    command("grade", run, "--rater", "cleo", "--only", "disagreed")
    assert "0 of 1 graded" in terminal.screens[0]
    assert "anna: wrong" in terminal.screens[0]
    assert grades(tmp_path / "a-graded.jsonl") == ["partially_correct", "fully_correct", None]


def test_grades_can_go_elsewhere(run: Path, tmp_path: Path, command: Command) -> None:
    votes = tmp_path / "votes.csv"
    votes.write_text("question_id,grade\nq1,w\n")
    command("grade", run, "--answers", votes, "--output", tmp_path / "ben.jsonl", "--rater", "ben")
    assert grades(tmp_path / "ben.jsonl") == ["wrong", None, None]
    assert not (tmp_path / "a-graded.jsonl").exists()


def test_the_rater_is_the_user_unless_named(
    run: Path, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    votes = tmp_path / "votes.csv"
    votes.write_text("question_id,grade\nq1,w\n")
    monkeypatch.setattr(getpass, "getuser", lambda: "dora")
    command("grade", run, "--answers", votes)
    assert next(iter_records(tmp_path / "a-graded.jsonl")).grader == "human:dora"


def test_a_user_without_a_name_must_say_who_grades(
    run: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert "say who grades with --rater NAME" in command("grade", run, "--answers", run).err


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--rater", "machine"], "--rater must be the name of a person, got 'machine'"),
        (["--rater", " "], "--rater must be the name of a person, got ''"),
        (
            ["--again", "q9", "--export", "s.csv", "--rater", "a"],
            "--again q9: {run} has no such entry; name the id on its card",
        ),
        (
            ["--sample", "0", "--rater", "a"],
            "argument --sample: must be a whole number of at least 1, got '0'; see pytest-llmeval grade --help",
        ),
    ],
)
def test_wrong_arguments_are_told(run: Path, command: Command, arguments: list[str], fault: str) -> None:
    told = command("grade", run, *arguments)
    assert (told.status, told.err) == (2, f"pytest-llmeval: {fault.format(run=run)}\n")


def _known(folder: Path, *grades: str) -> Path:
    """Say what the first answers are worth."""
    path = folder / "known.csv"
    path.write_text("question_id,grade\n" + "".join(f"q{n},{grade}\n" for n, grade in enumerate(grades, 1)))
    return path


def test_answers_of_known_worth_are_asked_beside_the_sample_and_told_at_the_end(
    tmp_path: Path, command: Command, typed: Callable[..., ScriptedTerminal]
) -> None:
    run = write_log(tmp_path / "a.jsonl", [trial(n) for n in range(1, 31)])
    terminal = typed(*["c", "[]"] * 10, "q")
    told = command("grade", run, "--rater", "anna", "--sample", 4, "--known", _known(tmp_path, *"ccccw"))
    assert "0 of 9 graded" in terminal.screens[0] or "0 of 8 graded" in terminal.screens[0]
    assert not any("known" in screen for screen in terminal.screens)
    assert "of answers of known worth anna graded 4 of 5 · 80 % [38–96] as known; otherwise: q5" in told.err
    assert "again" not in told.err


def test_a_rater_who_misses_known_grades_is_doubted(run: Path, tmp_path: Path, command: Command) -> None:
    run = write_log(tmp_path / "b.jsonl", [trial(n) for n in range(1, 8)])
    votes = tmp_path / "votes.csv"
    votes.write_text("question_id,grade\n" + "".join(f"q{n},c\n" for n in range(1, 8)))
    told = command("grade", run, "--rater", "ben", "--answers", votes, "--known", _known(tmp_path, *"wwwwwwc"))
    assert "ben graded 1 of 7 · 14 % [3–51] as known; otherwise: q1, q2, q3, q4, q5 and more; look at" in told.err


def test_known_grades_of_answers_that_are_not_there_are_told_before_anything_is_asked(
    run: Path, tmp_path: Path, command: Command
) -> None:
    told = command("grade", run, "--answers", tmp_path / "none.csv", "--known", _known(tmp_path, *"cccw"))
    assert told.status == 2
    assert "known.csv:5: " in told.err


def test_nothing_is_told_of_a_rater_who_has_graded_none_of_them(
    run: Path, tmp_path: Path, command: Command, typed: Callable[..., ScriptedTerminal]
) -> None:
    typed("q")
    told = command("grade", run, "--rater", "anna", "--known", _known(tmp_path, "w"))
    assert "anna has graded no answer of known worth yet" in told.err


def test_a_torn_last_line_is_passed_over_and_told(run: Path, tmp_path: Path, command: Command) -> None:
    with run.open("ab") as file:
        file.write(b'{"run_id": "run-1", "quest')
    before = run.read_bytes()
    told = command("grade", run, "--rater", "anna", "--answers", _known(tmp_path, *"cw"))
    assert told.status == 0
    assert "a.jsonl:4: the last line was cut off and is passed over" in told.err
    assert run.read_bytes() == before
