"""A failure becomes an entry that guards against it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_llmeval.benchmark.loading import load_benchmark
from pytest_llmeval.runs.locking import alone
from pytest_llmeval.runs.record_parts import TurnRecord
from pytest_llmeval.runs.sidecar import BenchmarkInfo, RunInfo, write_sidecar
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
    assert told.err.endswith(
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


WHOLE = {
    "id": "q1",
    "question": "What is 1?",
    "category": "odd",
    "gold_answer": "one",
    "system_prompt": "Be brief.",
    "context_files": ["facts.txt", "docs/all.md"],
    "expected_files": ["src/one.py"],
    "response_schema": "one.schema.json",
    "criteria": ["odd", ["one", "1"]],
    "messages": [{"role": "system", "content": "Count."}, {"role": "user", "content": "What is 1?"}],
    "weight": 5.0,
    "split": "dev",
    "difficulty": "hard",
    "tags": ["numbers"],
    "source": "a ticket",
    "metadata": {"answer": 1},
}


def keep_benchmark(log: Path, *lines: dict[str, object]) -> Path:
    """Write a benchmark in a folder below that of the run, and the run's sidecar that names it."""
    path = log.parent / "mine" / "numbers.jsonl"
    path.parent.mkdir()
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    info = RunInfo(run_id="run-1", started="", benchmarks=(BenchmarkInfo(name="numbers", path="mine/numbers.jsonl"),))
    write_sidecar(log, info)
    return path


def test_all_that_the_entry_asks_and_expects_is_kept(log: Path, command: Command) -> None:
    folder = keep_benchmark(log, WHOLE).parent
    (folder / "facts.txt").write_text("1 is odd")
    (folder / "one.schema.json").write_text("{}")
    told = command("promote", log, "q1", "--to", log.parent / "b.jsonl", "--guards", "x")
    assert (told.status, told.err.count("\n")) == (0, 1)
    line = json.loads((log.parent / "b.jsonl").read_text())
    changed = {
        "id": "q1-regression",
        "tags": ["numbers", "regression"],
        "context_files": ["mine/facts.txt", "docs/all.md"],  # as named from where it is now
        "response_schema": "mine/one.schema.json",
    }
    assert {name: line[name] for name in WHOLE} == {**WHOLE, **changed}
    assert (line["must_pass"], line["guards"], line["observed"]) == (True, "x", "It is 1.")


def test_what_is_given_takes_the_place_of_what_the_entry_says(log: Path, command: Command) -> None:
    keep_benchmark(log, {**WHOLE, "messages": []})
    given = ("--gold", "uno", "--criterion", "odd", "--question", "Is 1 odd?")
    command("promote", log, "q1", "--to", log.parent / "b.jsonl", "--guards", "x", *given)
    (entry,) = load_benchmark(log.parent / "b.jsonl").entries
    assert (entry.gold_answer, entry.criteria, entry.question) == ("uno", ("odd",), "Is 1 odd?")
    assert (entry.system_prompt, entry.weight) == ("Be brief.", 5)


TURNS = [{"user": "What is 1?", "gold_answer": "one"}, {"user": "And then?", "criteria": ["two"], "metadata": {"a": 1}}]


def test_turns_are_kept_with_what_each_expects(log: Path, command: Command) -> None:
    keep_benchmark(log, {"id": "q1", "turns": TURNS})
    command("promote", log, "q1", "--to", log.parent / "b.jsonl", "--guards", "x")
    assert json.loads((log.parent / "b.jsonl").read_text())["turns"] == TURNS


@pytest.mark.parametrize("several", [{"turns": TURNS}, {"messages": WHOLE["messages"]}])
def test_no_question_is_asked_in_place_of_a_conversation(
    log: Path, command: Command, several: dict[str, object]
) -> None:
    keep_benchmark(log, {"id": "q1", **several})
    told = command("promote", log, "q1", "--to", log.parent / "b.jsonl", *SAY, "--question", "Is 1 odd?")
    assert (told.status, told.err.count("\n")) == (2, 1)
    assert f"entry 'q1' is a conversation ({next(iter(several))})" in told.err


@pytest.mark.parametrize("lines", [[], [{"id": "q7", "question": "?"}], [{"id": "q1"}]])
def test_without_the_entry_the_note_names_what_is_missing(
    tmp_path: Path, command: Command, lines: list[dict[str, object]]
) -> None:
    turns = (TurnRecord(question="What is 1?"), TurnRecord(question="And then?"))
    log = write_log(tmp_path / "run.jsonl", [trial(1, "wrong", category=None, weight=5, turns=turns)])
    if lines:
        keep_benchmark(log, *lines)
    told = command("promote", log, "q1", "--to", tmp_path / "b.jsonl", *SAY)
    assert told.status == 0
    assert (
        "pytest-llmeval: entry 'q1' is in no benchmark that could be read, so q1-regression has only what the run log "
        "says; what is expected of each turn, system prompt, messages, context files, tools, expectations and fields "
        "of its own are missing (name its benchmark with --benchmark FILE)\n"
    ) in told.err
    (entry,) = load_benchmark(tmp_path / "b.jsonl").entries
    assert (entry.category, entry.weight, [turn.question for turn in entry.turns]) == (
        None,
        5,
        ["What is 1?", "And then?"],
    )


def test_the_benchmark_can_be_named(log: Path, command: Command) -> None:
    other = log.parent / "other.jsonl"
    other.write_text(json.dumps({**WHOLE, "question": "What is one?"}) + "\n")
    told = command("promote", log, "q1", "--to", log.parent / "b.jsonl", "--guards", "x", "--benchmark", other)
    assert load_benchmark(log.parent / "b.jsonl").entries[0].question == "What is one?"
    assert told.status == 0


def test_an_entry_that_has_changed_is_said_to_have(log: Path, command: Command) -> None:
    keep_benchmark(log, {"id": "q1", "question": "What is one?", "gold_answer": "one"})
    told = command("promote", log, "q1", "--to", log.parent / "b.jsonl", "--guards", "x")
    assert "entry 'q1' has changed since the run; it is added as the benchmark has it now" in told.err


def test_a_quarantine_is_not_kept(log: Path, command: Command) -> None:
    quarantined = {"status": "quarantined", "expires": "2027-01-01"}
    keep_benchmark(log, {"id": "q1", "question": "What is 1?", "gold_answer": "one", **quarantined})
    command("promote", log, "q1", "--to", log.parent / "b.jsonl", "--guards", "x")
    (entry,) = load_benchmark(log.parent / "b.jsonl").entries
    assert (entry.status, "expires" in entry.metadata) == ("active", False)


def test_a_variant_keeps_its_wording_and_what_its_entry_expects(tmp_path: Path, command: Command) -> None:
    variant = trial(
        1, "wrong", question_id="q1-typos", question="Waht is 1?", parent_id="q1", perturbation={"kind": "typos"}
    )
    log = write_log(tmp_path / "run.jsonl", [variant])
    keep_benchmark(log, {"id": "q1", "question": "What is 1?", "gold_answer": "one"})
    told = command("promote", log, "q1-typos", "--to", tmp_path / "b.jsonl", "--guards", "x")
    (entry,) = load_benchmark(tmp_path / "b.jsonl").entries
    assert (entry.id, entry.question, entry.gold_answer) == ("q1-typos-regression", "Waht is 1?", "one")
    assert "'q1-typos' is a variant of 'q1'; beside its wording all is that entry's" in told.err


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


def test_a_question_that_differs_by_a_sign_is_guarded_too(log: Path, command: Command) -> None:
    benchmark = log.parent / "b.jsonl"
    for name, question in (("plus", "What is 5 + 3?"), ("minus", "What is 5 - 3?"), ("again", "what is 5 - 3")):
        told = command("promote", log, "q1", "--to", benchmark, *SAY, "--id", name, "--question", question)
    assert len(benchmark.read_text().splitlines()) == 2
    assert "entry 'minus' guards this question already" in told.err


def test_two_that_add_at_once_do_not_undo_each_other(log: Path, command: Command) -> None:
    benchmark = log.parent / "b.jsonl"
    with alone(benchmark, ""):
        told = command("promote", log, "q1", "--to", benchmark, *SAY)
    assert (told.status, benchmark.exists()) == (2, False)
    assert told.err.endswith("b.jsonl: another promote is adding to it; run this one again\n")
    assert "added" not in told.err
    assert command("promote", log, "q1", "--to", benchmark, *SAY).status == 0


def test_a_place_that_cannot_be_written_is_named_with_the_option_that_changes_it(log: Path, command: Command) -> None:
    benchmark = log.parent / "b.jsonl"
    (log.parent / ".b.jsonl.lock").mkdir()
    told = command("promote", log, "q1", "--to", benchmark, *SAY)
    assert told.status == 2
    assert told.err.endswith(f"{benchmark}: cannot be made (Is a directory); name another place with --to\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["q9", *SAY], "the run has no entry 'q9'"),
        (["q1", *SAY, "--model", "openai:big"], "the run has no entry 'q1' of openai:big"),
        (["q2", *SAY, "--model", "openai:small"], "entry 'q2' did not fail in this run"),
        (["q4", *SAY], "entry 'q4' did not fail in this run"),
        (["q1", "--guards", "x"], "say what a right answer holds: --gold TEXT, or --criterion TEXT once or more"),
        (["q1", *SAY, "--id", " "], "id"),
        (["q1", *SAY, "--guards", ""], "--guards must say what must not happen again, got ''"),
        (["q1", *SAY, "--guards", " \n"], "--guards must say what must not happen again, got ' \\n'"),
    ],
)
def test_what_cannot_be_promoted_is_one_line(log: Path, command: Command, words: list[str], said: str) -> None:
    told = command("promote", log, *words, "--to", log.parent / "b.jsonl")
    assert (told.status, told.out) == (2, "")
    assert said in told.err
    assert not (log.parent / "b.jsonl").exists()


def test_a_crash_of_the_task_is_a_failure(tmp_path: Path, command: Command) -> None:
    crash = trial(1, outcome="error", crashed=True, answer=None, error="KeyError: 'one'")
    log = write_log(tmp_path / "run.jsonl", [trial(2), crash])
    told = command("promote", log, "q1", "--to", tmp_path / "b.jsonl", *SAY)
    assert told.status == 0
    assert json.loads((tmp_path / "b.jsonl").read_text())["observed"] == "KeyError: 'one'"


def test_what_is_guarded_is_one_line(log: Path, command: Command) -> None:
    told = command("promote", log, "q1", "--to", log.parent / "b.jsonl", *SAY, "--guards", "odd\n  as even")
    assert told.err.endswith("b.jsonl; it guards: odd as even\n")
    assert json.loads((log.parent / "b.jsonl").read_text())["guards"] == "odd as even"


def test_the_failing_model_is_found(log: Path, command: Command) -> None:
    command("promote", log, "q2", "--to", log.parent / "b.jsonl", *SAY)
    assert '"model": "openai:big"' in (log.parent / "b.jsonl").read_text()


@pytest.mark.parametrize("name", ["b.yaml", "b.csv", "b"])
def test_only_json_lines_can_be_added_to(log: Path, command: Command, name: str) -> None:
    told = command("promote", log, "q1", "--to", log.parent / name, *SAY)
    assert (told.status, "an entry can be added to a .jsonl file only; name one" in told.err) == (2, True)


def test_a_folder_that_is_missing_is_told(log: Path, command: Command) -> None:
    told = command("promote", log, "q1", "--to", log.parent / "no" / "b.jsonl", *SAY)
    assert (told.status, told.err.count("\n")) == (2, 1)
    assert told.err.endswith(f"b.jsonl: there is no folder {log.parent / 'no'}; make it first\n")


def test_a_benchmark_with_faults_is_left_as_it_is(log: Path, command: Command) -> None:
    benchmark = log.parent / "b.jsonl"
    benchmark.write_text("nonsense\n")
    assert command("promote", log, "q1", "--to", benchmark, *SAY).status == 2
    assert benchmark.read_text() == "nonsense\n"


def test_a_run_log_is_no_benchmark_to_add_to(log: Path, command: Command) -> None:
    before = log.read_bytes()
    told = command("promote", log, "q1", "--to", log, *SAY)
    assert (told.status, told.out) == (2, "")
    assert told.err == f"pytest-llmeval: {log}: is a run log, which stays as it is; name a benchmark with --to\n"
    assert log.read_bytes() == before


def test_what_is_no_text_is_not_made_an_entry(log: Path, command: Command) -> None:
    told = command("promote", log, "q1", "--to", log.parent / "b.jsonl", "--guards", "x", "--gold", "odd \udcff")
    assert (told.status, told.out, told.err.count("\n")) == (2, "", 1)
    assert "the new entry: '\\udcff' is not UTF-8; say it in a terminal whose locale is" in told.err
    assert not (log.parent / "b.jsonl").exists()
