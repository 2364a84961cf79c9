from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.analysis.people.preferring import AnswerPair, pair_up
from pytest_llmeval.cli import grading_terminal
from pytest_llmeval.cli.preferring_session import PreferringSession
from pytest_llmeval.runs.locking import alone
from pytest_llmeval.runs.preference_file import Preference, read_preferences
from pytest_llmeval.runs.reading import iter_records
from pytest_llmeval.runs.record import Record
from tests.cli.conftest import Told
from tests.cli.logs import trial, write_log
from tests.cli.test_grading_session import ScriptedTerminal

Command = Callable[..., Told]
Typed = Callable[..., ScriptedTerminal]


def answers(model: str, text: str, n: int = 3) -> list[Record]:
    return [trial(q, model=model, answer=f"{text} {q}") for q in range(1, n + 1)]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "a.jsonl", [*answers("small", "Short"), *answers("large", "Long")])


@pytest.fixture
def choices(tmp_path: Path) -> Path:
    return tmp_path / "a-side-by-side.jsonl"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Let a script stand for the terminal."""

    def use(*script: str) -> ScriptedTerminal:
        terminal = ScriptedTerminal(*script)

        @contextmanager
        def lend() -> Iterator[ScriptedTerminal]:
            yield terminal

        monkeypatch.setattr(grading_terminal, "grading_terminal", lend)
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
        monkeypatch.setenv("NO_COLOR", "1")
        return terminal

    return use


def grade(command: Command, log: Path, *more: object) -> Told:
    return command("grade", log, "--rater", "anna", "--side-by-side", "small", "large", *more)


def pairs_of(log: Path) -> tuple[AnswerPair, ...]:
    by_model: dict[str | None, list[Record]] = {"small": [], "large": []}
    for record in iter_records(log):
        by_model[record.model].append(record)
    return pair_up(by_model["small"], by_model["large"]).pairs


def test_two_answers_stand_side_by_side_and_no_model_is_named(log: Path, command: Command, typed: Typed) -> None:
    terminal = typed("q")
    grade(command, log)
    first = pairs_of(log)[0]
    left, right = (record.answer for record in first.shown)
    lines = [line.rstrip() for line in terminal.screens[0].splitlines()]
    assert any(line.split(" │ ")[0].strip() == left and line.split(" │ ")[-1] == right for line in lines)
    assert "small" not in terminal.screens[0]
    assert "large" not in terminal.screens[0]
    assert "anna · blind" in terminal.screens[0]
    assert " l left is better   r right is better   t tie   x both bad" in terminal.screens[0]
    assert all(len(line) <= 80 for line in lines)


def test_each_key_says_what_it_says_whichever_side_it_is_on(
    log: Path, command: Command, typed: Typed, choices: Path
) -> None:
    typed("l", "[]", "r", "[ too long ]", "x", "[]", "q")
    told = grade(command, log)
    assert told.status == 0
    assert told.err == f"pytest-llmeval: 3 chosen, 0 left, in {choices}\n"
    pairs, found = pairs_of(log), read_preferences(choices)
    assert found[0].preferred == pairs[0].left
    assert found[1].preferred == ("second" if pairs[1].left == "first" else "first")
    assert (found[1].notes, found[2].preferred, found[2].notes) == ("too long", "both_bad", None)
    assert (found[0].first, found[0].second) == ("run-1 openai:small", "run-1 openai:large")
    assert "openai:small or openai:large\n" in told.out
    assert "position    left was chosen 1 time, right 1 time" in told.out


def test_a_session_goes_on_later_and_another_rater_begins_anew(
    log: Path, command: Command, typed: Typed, choices: Path
) -> None:
    typed("t", "[]", "q")
    grade(command, log)
    terminal = typed("t", "[]", "s", "q")
    assert f"1 chosen, 1 left, in {choices}" in grade(command, log).err
    assert "1 of 3 graded" in terminal.screens[0]
    assert "Nothing is left: 1 chosen now, 1 skipped." in terminal.screens[-1]
    typed("t", "[]", "q")
    grade(command, log)
    assert f"nothing is left to choose for anna in {choices}" in grade(command, log).err
    terminal = typed("q")
    command("grade", log, "--rater", "ben", "--side-by-side", "small", "large")
    assert "0 of 3 graded" in terminal.screens[0]


def test_undo_takes_back_and_other_keys_are_told(log: Path, command: Command, typed: Typed, choices: Path) -> None:
    terminal = typed("z", "l", "[]", "z", "?", "l", "[^D]", "s", "z", "q")
    grade(command, log)
    said = [screen.splitlines()[-1].strip() for screen in terminal.screens]
    assert "nothing to undo in this session" in said
    assert "taken back" in said
    assert "'?' is no key here" in said
    assert "not chosen" in said
    assert read_preferences(choices) == []


def test_long_answers_can_be_scrolled(tmp_path: Path, command: Command, typed: Typed) -> None:
    log = write_log(
        tmp_path / "a.jsonl",
        [
            trial(1, answer="x\n" * 60, evidence_files=("src/a.py",)),
            trial(1, answer=" ", model="large"),
        ],
    )
    terminal = typed(" ", " ", " ", " ", "b", "q")
    grade(command, log)
    assert "more lines: space" in terminal.screens[0]
    assert "evidence: src/a.py" not in terminal.screens[0]
    assert "evidence: src/a.py" in "".join(terminal.screens)
    assert "(empty)" in terminal.screens[0]


def test_after_the_last_pair_keys_do_nothing(log: Path, command: Command, typed: Typed) -> None:
    terminal = typed("s", "s", "s", "l", "q")
    grade(command, log)
    assert "q ends the session" in terminal.screens[-1]


def test_an_interrupt_ends_the_session(
    log: Path, command: Command, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_self: PreferringSession) -> None:
        raise KeyboardInterrupt

    typed()
    monkeypatch.setattr(PreferringSession, "run", interrupted)
    assert grade(command, log).status == 0


def test_gold_answers_and_a_sample(tmp_path: Path, log: Path, command: Command, typed: Typed) -> None:
    benchmark = tmp_path / "facts.jsonl"
    entries = [{"id": f"q{n}", "question": f"What is {n}?", "gold_answer": "Right."} for n in (1, 2, 3)]
    benchmark.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    terminal = typed("q")
    grade(command, log, "--benchmark", benchmark, "--sample", 2)
    assert "gold      Right." in terminal.screens[0]
    assert "0 of 2 graded" in terminal.screens[0]


def test_two_runs_of_one_model_are_set_side_by_side(tmp_path: Path, command: Command, typed: Typed) -> None:
    base = write_log(tmp_path / "base.jsonl", answers("small", "Old"))
    new = write_log(tmp_path / "new.jsonl", [trial(1, run_id="run-2", answer="New")])
    typed("t", "[]", "q")
    told = command("grade", "--rater", "anna", "--side-by-side", base, new)
    assert told.out.startswith("base openai:small or new openai:small\n")
    assert (tmp_path / "base-vs-new-side-by-side.jsonl").exists()


def test_choices_come_from_a_file_and_only_new_ones_count(
    tmp_path: Path, log: Path, command: Command, choices: Path
) -> None:
    given = tmp_path / "given.csv"
    given.write_text("question_id,preferred,notes\nq1,first,short\nq2,Both bad,\nq3,second,\n")
    told = grade(command, log, "--answers", given)
    assert told.err == f"pytest-llmeval: 3 new choices taken from {given} into {choices}\n"
    assert "preferred   1 the first, 1 the second, 0 ties, 1 both bad\n" in told.out
    assert "win rate    50 %" in told.out
    before = choices.read_bytes()
    assert grade(command, log, "--answers", given).err.startswith("pytest-llmeval: 0 new choices")
    assert choices.read_bytes() == before
    given.write_text("question_id,preferred\nq1,tie\n")
    assert grade(command, log, "--answers", given).err.startswith("pytest-llmeval: 1 new choice ")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("q1,better", "preferred must be one of first, second, tie, both_bad, got 'better'"),
        ("q9,tie", "'q9' has 0 pairs of different answers; say which with question_id and sample"),
    ],
)
def test_a_fault_in_the_file_writes_nothing(
    tmp_path: Path, log: Path, command: Command, choices: Path, line: str, fault: str
) -> None:
    given = tmp_path / "given.csv"
    given.write_text(f"question_id,preferred\nq1,tie\n{line}\n")
    told = grade(command, log, "--answers", given)
    assert (told.status, told.err) == (2, f"pytest-llmeval: {given}:3: {fault}\n")
    assert not choices.exists()


def test_the_result_is_told_without_asking(tmp_path: Path, log: Path, command: Command) -> None:
    told = grade(command, log, "--result")
    assert told.out == (
        "openai:small or openai:large\n"
        "  preferred   0 the first, 0 the second, 0 ties, 0 both bad\n"
        "  chosen      0 of 3 pairs, 3 left\n"
        "  win rate    nothing was chosen yet\n"
    )
    given = tmp_path / "given.jsonl"
    given.write_text("".join(json.dumps({"question_id": f"q{n}", "preferred": "first"}) + "\n" for n in (1, 2, 3)))
    grade(command, log, "--answers", given)
    found = json.loads(grade(command, log, "--result", "--json").out)
    assert (found["counts"]["first"], found["win_rate_of_first"], found["p"]) == (3, 1.0, 0.25)


def test_of_several_rows_for_one_pair_the_last_counts_however_often_they_are_taken(
    tmp_path: Path, log: Path, command: Command, choices: Path
) -> None:
    given = tmp_path / "given.csv"
    given.write_text("question_id,preferred\nq1,first\nq2,tie\nq1,second\n")
    told = grade(command, log, "--answers", given)
    assert f"2 new choices taken from {given} into {choices}; 1 row was superseded by a later one" in told.err
    before = choices.read_bytes()
    assert "0 new choices" in grade(command, log, "--answers", given).err
    assert choices.read_bytes() == before
    assert [one.preferred for one in read_preferences(choices)] == ["tie", "second"]


@pytest.mark.parametrize(("preferred", "verdict"), [("first", "preferred"), ("second", "the other is preferred")])
def test_a_clear_preference_is_called_one(tmp_path: Path, command: Command, preferred: str, verdict: str) -> None:
    same = trial(99, answer="Same"), trial(99, model="large", answer="Same")
    log = write_log(tmp_path / "a.jsonl", [*answers("small", "S", 12), *answers("large", "L", 12), *same])
    given = tmp_path / "given.jsonl"
    rows: list[dict[str, Any]] = [{"question_id": f"q{n}", "preferred": preferred, "sample": 1} for n in range(1, 13)]
    given.write_text("".join(json.dumps(row) + "\n" for row in rows))
    told = grade(command, log, "--answers", given)
    assert f": {verdict}\n" in told.out.replace("\n              ", " ")
    assert "same        1 pair of equal answers, which count as ties" in told.out


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (
            ["--side-by-side", "small", "huge"],
            "neither a model of the run nor a log; the models there are openai:small",
        ),
        (["--side-by-side", "small", "openai:small"], "needs two different models, or two runs"),
        (["--side-by-side", "small", "large"], "grade needs a terminal; without one give the choices with --answers"),
        (["--side-by-side", "small", "large", "--only", "judged"], "--only chooses answers to grade one by one"),
        (["--side-by-side", "small", "large", "--output", "c.jsonl.gz"], "c.jsonl.gz: is written as plain text"),
        (["--side-by-side", "small", "large", "--again", "q1"], "--again asks for grades again"),
        (["--result"], "--result and --json go with --side-by-side"),
    ],
)
def test_wrong_arguments_are_told(log: Path, command: Command, arguments: list[str], fault: str) -> None:
    told = command("grade", log, "--rater", "anna", *arguments)
    assert (told.status, told.err.count("\n")) == (2, 1)
    assert fault in told.err


def test_logs_that_do_not_fit_are_told(tmp_path: Path, log: Path, command: Command) -> None:
    other = write_log(tmp_path / "b.jsonl", [trial(9)])
    start = ("grade", "--rater", "anna", "--side-by-side")
    assert f"{log}: holds several models (openai:small, openai:large); say grade" in command(*start, log, other).err
    assert "answers no question that" in command(*start, other, write_log(tmp_path / "c.jsonl", [trial(8)])).err
    assert "neither a model of the run nor a log; name a log" in command(*start, "small", "large").err
    assert "grade needs a run log" in command("grade", "--rater", "anna").err


def test_a_second_session_is_told(log: Path, command: Command, typed: Typed, choices: Path) -> None:
    typed("q")
    with alone(choices, "busy"):
        assert "is being written in another session" in grade(command, log).err


def test_choices_of_other_raters_stay(log: Path, command: Command, typed: Typed, choices: Path) -> None:
    for rater in ("anna", "ben"):
        typed("t", "[]", "q")
        command("grade", log, "--rater", rater, "--side-by-side", "small", "large")
    found: list[Preference] = read_preferences(choices)
    assert [one.rater for one in found] == ["anna", "ben"]


def test_an_entry_that_two_evals_ask_is_asked_twice(
    tmp_path: Path, command: Command, typed: Typed, choices: Path
) -> None:
    log = write_log(
        tmp_path / "a.jsonl",
        [
            trial(1, model=model, answer=f"{test} {model}", nodeid=f"t.py::{test}[q1-{model}]")
            for model in ("small", "large")
            for test in ("test_a", "test_b")
        ],
    )
    given = tmp_path / "given.csv"
    given.write_text("question_id,preferred\nq1,first\n")
    which = "say which with question_id, sample and eval (t.py::test_a, t.py::test_b)"
    assert f"'q1' has 2 pairs of different answers; {which}" in grade(command, log, "--answers", given).err
    given.write_text("question_id,eval,preferred\nq1,test_b,first\n")
    assert "chosen      1 of 2 pairs, 1 left" in grade(command, log, "--answers", given).out
    typed("t", "[]", "q")
    assert "1 chosen, 0 left" in grade(command, log).err
    assert [(one.eval, one.preferred) for one in read_preferences(choices)] == [
        ("t.py::test_b", "first"),
        ("t.py::test_a", "tie"),
    ]


def test_what_was_chosen_counts_when_the_two_are_named_the_other_way_round(
    tmp_path: Path, command: Command, typed: Typed
) -> None:
    logs = [
        write_log(tmp_path / f"{name}.jsonl", [trial(1, answer=name, run_id=name), trial(2, answer=name, run_id=name)])
        for name in ("x", "y")
    ]
    start = ("grade", "--rater", "anna", "--side-by-side")
    typed("l", "[]", "l", "[]", "q")
    command(*start, *logs)
    assert "nothing is left to choose for anna" in command(*start, *reversed(logs)).err
    assert [path.name for path in tmp_path.glob("*side-by-side*")] == ["x-vs-y-side-by-side.jsonl"]
    told = [command(*start, *both, "--result", "--json").out for both in (logs, logs[::-1])]
    one, other = (json.loads(found) for found in told)
    assert (one["pairs_chosen"], other["pairs_chosen"]) == (2, 2)
    assert one["counts"]["first"] == other["counts"]["second"]
    assert (one["left"], one["right"]) == (other["left"], other["right"]) == (2, 0)


def test_choices_taken_again_the_other_way_round_are_not_new(
    tmp_path: Path, log: Path, command: Command, choices: Path
) -> None:
    given, mirrored = tmp_path / "given.csv", tmp_path / "mirrored.csv"
    given.write_text("question_id,preferred\nq1,first\nq2,tie\n")
    mirrored.write_text("question_id,preferred\nq1,second\nq2,tie\n")
    grade(command, log, "--answers", given)
    before = choices.read_bytes()
    told = command("grade", log, "--rater", "anna", "--side-by-side", "large", "small", "--answers", mirrored)
    assert told.err.startswith("pytest-llmeval: 0 new choices")
    assert choices.read_bytes() == before


def test_answers_to_another_question_of_the_same_id_are_passed_over_and_told(tmp_path: Path, command: Command) -> None:
    x = write_log(tmp_path / "x.jsonl", [trial(1, question="2+2?"), trial(2, answer="A")])
    y = write_log(tmp_path / "y.jsonl", [trial(1, question="Capital of France?"), trial(2, answer="B")])
    told = command("grade", "--side-by-side", x, y, "--result")
    assert "chosen      0 of 1 pair, 1 left\n" in told.out
    assert "changed     1 pair of which the entry is not the same, passed over\n" in told.out
    assert json.loads(command("grade", "--side-by-side", x, y, "--result", "--json").out)["pairs_changed"] == 1
    write_log(x, [trial(1, question="2+2?")])
    told = command("grade", "--side-by-side", x, y, "--result")
    assert told.status == 2
    assert "was asked something else than" in told.err
