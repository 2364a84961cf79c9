"""A failure becomes an entry that guards against it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_llmeval.benchmark.loading import load_benchmark
from tests.cli.conftest import Told
from tests.cli.logs import trial, write_log

Command = Callable[..., Told]
SAY = ("--guards", "odd numbers are told as even", "--gold", "It is one.")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(
        tmp_path / "run.jsonl",
        [
            trial(1, "wrong", tags=["numbers"], difficulty="hard"),
            trial(2, "fully_correct"),
            trial(2, "wrong", model="big"),
            trial(3, outcome="failed"),
            trial(4, outcome="error"),
        ],
    )


def test_the_entry_names_what_it_guards_and_where_it_failed(log: Path, command: Command) -> None:
    told = command("promote", log, "q1", "--to", log.parent / "b.jsonl", *SAY, "--harm", "a wrong bill")
    assert told.status == 0
    assert told.err == (
        f"pytest-llmeval: q1-regression added to {log.parent / 'b.jsonl'}; it guards: odd numbers are told as even\n"
    )
    (entry,) = load_benchmark(log.parent / "b.jsonl").entries
    assert (entry.id, entry.question, entry.gold_answer) == ("q1-regression", "What is 1?", "It is one.")
    assert (entry.tags, entry.difficulty, entry.category) == (("numbers", "regression"), "hard", "odd")
    assert entry.metadata["regression_of"] == {
        "run_id": "run-1",
        "question_id": "q1",
        "model": "openai:small",
        "repo_sha": "abcdef0123456789",
    }
    assert (entry.metadata["observed"], entry.metadata["harm"]) == ("It is 1.", "a wrong bill")
    assert entry.metadata["must_pass"] is True
    assert entry.metadata["guards"] == "odd numbers are told as even"


def test_it_is_added_to_what_is_there(log: Path, command: Command) -> None:
    benchmark = log.parent / "b.jsonl"
    benchmark.write_text('{"id": "mine", "question": "Why?"}')  # without a line feed at its end
    command("promote", log, "q3", "--to", benchmark, "--guards", "x", "--criterion", "odd", "--criterion", "three")
    mine, added = load_benchmark(benchmark).entries
    assert (mine.id, added.id, added.criteria) == ("mine", "q3-regression", ("odd", "three"))


def test_id_and_question_can_be_given(log: Path, command: Command) -> None:
    benchmark = log.parent / "b.jsonl"
    command("promote", log, "q1", "--to", benchmark, *SAY, "--id", "odd-1", "--question", "Is 1 odd?")
    (line,) = benchmark.read_text().splitlines()
    assert (json.loads(line)["id"], json.loads(line)["question"]) == ("odd-1", "Is 1 odd?")


def test_a_guard_is_not_added_twice(log: Path, command: Command) -> None:
    benchmark = log.parent / "b.jsonl"
    command("promote", log, "q1", "--to", benchmark, *SAY)
    before = benchmark.read_text()
    again = command("promote", log, "q1", "--to", benchmark, *SAY)
    other = command("promote", log, "q1", "--to", benchmark, *SAY, "--id", "other")
    assert (again.status, other.status, benchmark.read_text()) == (2, 2, before)
    assert "has an entry 'q1-regression' already; give another with --id" in again.err
    assert "entry 'q1-regression' guards this question already" in other.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["q9", *SAY], "the run has no entry 'q9'"),
        (["q1", *SAY, "--model", "openai:big"], "the run has no entry 'q1' of openai:big"),
        (["q2", *SAY, "--model", "openai:small"], "entry 'q2' did not fail in this run"),
        (["q4", *SAY], "entry 'q4' did not fail in this run"),
        (["q1", "--guards", "x"], "say what a right answer holds: --gold TEXT, or --criterion TEXT once or more"),
        (["q1", *SAY, "--id", " "], "id"),
    ],
)
def test_what_cannot_be_promoted_is_one_line(log: Path, command: Command, words: list[str], said: str) -> None:
    told = command("promote", log, *words, "--to", log.parent / "b.jsonl")
    assert (told.status, told.out) == (2, "")
    assert said in told.err
    assert not (log.parent / "b.jsonl").exists()


def test_the_failing_model_is_found(log: Path, command: Command) -> None:
    command("promote", log, "q2", "--to", log.parent / "b.jsonl", *SAY)
    assert '"model": "openai:big"' in (log.parent / "b.jsonl").read_text()


@pytest.mark.parametrize("name", ["b.yaml", "b.csv", "b"])
def test_only_json_lines_can_be_added_to(log: Path, command: Command, name: str) -> None:
    told = command("promote", log, "q1", "--to", log.parent / name, *SAY)
    assert (told.status, "an entry can be added to a .jsonl file only; name one" in told.err) == (2, True)


def test_a_benchmark_with_faults_is_left_as_it_is(log: Path, command: Command) -> None:
    benchmark = log.parent / "b.jsonl"
    benchmark.write_text("nonsense\n")
    assert command("promote", log, "q1", "--to", benchmark, *SAY).status == 2
    assert benchmark.read_text() == "nonsense\n"
