"""Replaying and resuming: what an earlier run answered is not asked again."""

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.plugin.conftest import CAPITALS, GRADED, Project, command_of
from tests.plugin.test_running import ROOT, many
from tests.plugin.watching import finished_in

VARIES = ("run_id", "timestamp", "latency_s", "calls")


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def comparable(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    told = [{k: v for k, v in row.items() if k not in VARIES} for row in rows]
    return sorted(told, key=lambda row: str(row["nodeid"]))


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=["plain", "-n 2"])
def test_replay_grades_anew_without_asking_and_without_naming_a_model(capitals: Project, way: tuple[str, ...]) -> None:
    capitals.run("--llm-log=first.jsonl")
    asked = len(capitals.asked())
    capitals.evals(GRADED.replace("exact_match()", "contains('o')"))
    result = capitals.run("--llm-replay=first.jsonl", "--llm-log=again.jsonl", *way, model=None)
    result.assert_outcomes(passed=1, failed=2)
    assert len(capitals.asked()) == asked
    first = {row["question_id"]: row for row in read(capitals.path / "first.jsonl")}
    again = {row["question_id"]: row for row in read(capitals.path / "again.jsonl")}
    assert {key: row["answer"] for key, row in again.items()} == {key: row["answer"] for key, row in first.items()}
    assert {key: row["grade"] for key, row in again.items()} == {"fr": "wrong", "jp": "fully_correct", "de": "wrong"}
    assert all(row["cached"] and row["cost_usd"] == 0 for row in again.values())


def test_replayed_calls_of_the_test_body_come_from_the_log(project: Project) -> None:
    project.benchmark(many(2))
    project.evals("""
@pytest.mark.llm_eval("questions.jsonl")
def test_it(entry, llm):
    first = llm.complete(entry.question)
    assert llm.complete([*first.messages, {"role": "user", "content": "say: sure"}]).text == "sure"
""")
    project.run("--llm-log=first.jsonl").assert_outcomes(passed=2)
    project.run("--llm-replay=first.jsonl").assert_outcomes(passed=2)
    assert len(project.asked()) == 4


@pytest.mark.parametrize(("choice", "outcomes", "asked"), [("skip", {"skipped": 2}, 0), ("ask", {"failed": 2}, 2)])
def test_changed_and_new_entries_are_named_and_skipped_or_asked(
    capitals: Project, choice: str, outcomes: dict[str, int], asked: int
) -> None:
    capitals.run("--llm-log=first.jsonl")
    before = len(capitals.asked())
    rows = [
        CAPITALS[0],
        {**CAPITALS[1], "gold_answer": "Edo"},
        {"id": "it", "question": "say: Turin", "gold_answer": "Rome"},
    ]
    capitals.benchmark(rows)
    result = capitals.run("--llm-replay=first.jsonl", f"--llm-replay-changed={choice}", "-rs")
    result.assert_outcomes(passed=1, **outcomes)
    assert len(capitals.asked()) - before == asked
    if choice == "skip":
        result.stdout.fnmatch_lines_random(
            [
                "*entry 'jp' has changed since the replayed run first.jsonl; add --llm-replay-changed=ask to ask it",
                "*entry 'it' is not in the replayed run first.jsonl; *",
            ]
        )


def test_more_reasons_than_are_listed_are_counted(project: Project) -> None:
    project.benchmark(many(9))
    project.evals(GRADED)
    project.run("--llm-log=first.jsonl")
    project.benchmark([{**row, "gold_answer": "new"} for row in many(9)])
    result = project.run("--llm-replay=first.jsonl")
    result.assert_outcomes(skipped=9)
    result.stdout.fnmatch_lines(
        ["  not asked           1 of 9, entry 'q004'*", "  … 4 more for other reasons, see -rs"]
    )


def test_replay_does_not_give_one_models_answers_out_as_anothers(capitals: Project) -> None:
    capitals.run("--llm-log=first.jsonl")
    result = capitals.run("--llm-replay=first.jsonl", "-rs", model="stand-in:other")
    result.assert_outcomes(skipped=3)
    result.stdout.fnmatch_lines(["*entry 'fr' is not in the replayed run first.jsonl for stand-in:other; *"])


def test_run_of_one_model_is_not_gone_on_with_by_another(capitals: Project) -> None:
    capitals.run("--llm-log=first.jsonl")
    cut(capitals.path / "first.jsonl", 2)
    result = capitals.run("--llm-resume=first.jsonl", model="stand-in:other")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "the run that is resumed asked stand-in:m, not stand-in:other; start a new run" in "\n".join(
        result.outlines + result.errlines
    )


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, "old.jsonl: cannot be read (No such file or directory)"),
        ("", "old.jsonl: is empty; a run log has a record on each line"),
        ("not json\n", "old.jsonl:1: no record: not JSON (*); is this a run log?"),
        ('{"a": 1}\n', "old.jsonl:1: no record: run_id: is missing; *; is this a run log?"),
    ],
    ids=["missing", "empty", "no json", "foreign"],
)
def test_log_that_cannot_be_replayed_is_one_line(capitals: Project, content: str | None, fault: str) -> None:
    if content is not None:
        (capitals.path / "old.jsonl").write_text(content)
    result = capitals.run("--llm-replay=old.jsonl")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: *{fault}"])
    assert capitals.asked() == []


def cut(log: Path, lines: int, torn: str = '{"run_id": "half') -> None:
    """Leave of a log what a kill would have left."""
    log.write_text("".join(log.read_text().splitlines(keepends=True)[:lines]) + torn)
    sidecar = log.with_suffix(".run.json")
    sidecar.write_text(json.dumps({**json.loads(sidecar.read_text()), "complete": False, "finished": None}))


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=["plain", "-n 2"])
def test_resumed_run_asks_only_what_is_missing_and_ends_like_an_uninterrupted_one(
    project: Project, way: tuple[str, ...]
) -> None:
    rows = many(12)
    rows[2]["gold_answer"] = "something else"
    project.benchmark(rows)
    project.evals(GRADED)
    whole = project.run()
    whole.assert_outcomes(passed=11, failed=1)
    (log,) = project.logs()
    uninterrupted = read(log)
    cut(log, 5)
    result = project.run("--llm-resume", *way, model=None)
    result.assert_outcomes(passed=11, failed=1)
    assert len(project.asked()) == 12 + 7
    assert comparable(read(log)) == comparable(uninterrupted)
    assert {row["run_id"] for row in read(log)} == {uninterrupted[0]["run_id"]}
    assert project.sidecar()["complete"] is True
    result.stdout.fnmatch_lines(["stand-in:m · 11 of 12 fully correct*"])


def test_resumed_failure_says_that_it_is_from_before(project: Project) -> None:
    rows = many(3)
    rows[0]["gold_answer"] = "something else"
    project.benchmark(rows)
    project.evals(GRADED)
    project.run()
    cut(project.logs()[0], 2, "")
    project.run("--llm-resume").stdout.fnmatch_lines(["failed before this run was resumed", "question: say: 0"])


def test_errors_stay_unless_asked_for_again(project: Project) -> None:
    project.benchmark([{"id": "bad", "question": "fail: 400", "gold_answer": "x"}, *many(2)])
    project.evals(GRADED)
    project.run()
    cut(project.logs()[0], 2, "")
    project.run("--llm-resume").assert_outcomes(passed=2, errors=1)
    assert project.asked().count("fail: 400") == 1
    cut(project.logs()[0], 3, "")
    project.run("--llm-resume", "--llm-rerun-errors").assert_outcomes(passed=2, errors=1)
    assert project.asked().count("fail: 400") == 2
    assert len(project.records()) == 3


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=["plain", "-n 2"])
def test_entry_that_changed_since_ends_the_resuming_before_anything_is_asked(
    project: Project, way: tuple[str, ...]
) -> None:
    project.benchmark(many(3))
    project.evals(GRADED)
    project.run()
    cut(project.logs()[0], 2, "")
    project.benchmark([{**row, "gold_answer": "new"} for row in many(3)])
    result = project.run("--llm-resume", *way)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    told = "\n".join(result.outlines + result.errlines)
    assert "ERROR: entry 'q000' has changed since the run that is resumed; start a new run" in told
    assert len(project.asked()) == 3


def test_errors_of_a_complete_run_are_asked_again_without_naming_it(project: Project) -> None:
    project.benchmark([{"id": "q0", "question": "fail: 500"}, {"id": "q1", "question": "say: ok"}])
    project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(answer): ...\n')
    project.run("--llm-retries=0").assert_outcomes(passed=1, errors=1)
    refused = project.run("--llm-resume", "--llm-retries=0")
    assert "no run that was cut off; name one" in refused.stdout.str() + refused.stderr.str()
    project.run("--llm-resume", "--llm-rerun-errors", "--llm-retries=0").assert_outcomes(passed=1, errors=1)
    assert [one.count("fail") for one in project.asked()] == [1, 0, 1]
    assert len(project.logs()) == 1


def test_nothing_to_resume_is_one_line(project: Project) -> None:
    project.benchmark(many(1))
    project.evals(GRADED)
    result = project.run("--llm-resume")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "no run that was cut off" in result.stdout.str() + result.stderr.str()


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=["plain", "-n 2"])
def test_what_was_reported_before_a_kill_is_in_the_log_and_is_not_asked_again(
    project: Project, monkeypatch: pytest.MonkeyPatch, way: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    project.benchmark(many(60))
    project.evals(GRADED)
    command = command_of("-p", "tests.plugin.watching", *way)
    with subprocess.Popen(
        [*command, "--llm-model=stand-in:m", "--llm-concurrency=4"],
        cwd=project.path,
        env={**os.environ, "STAND_IN_DELAY": "0.2"},  # left alone it would take 3 s, so it is killed in the middle
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        while len(finished_in(project.path)) < 10 and process.poll() is None:
            time.sleep(0.005)
        time.sleep(random.Random(1).random() / 20)
        os.killpg(process.pid, signal.SIGKILL)
    reported = finished_in(project.path)
    assert 10 <= len(reported) < 60
    (log,) = project.logs()
    have = {row["question_id"] for row in read_whole_lines(log)}
    assert set(reported) <= {row["nodeid"] for row in read_whole_lines(log)}
    asked_before = len(project.asked())
    done = subprocess.run([*command, "--llm-resume"], cwd=project.path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert {row["question_id"] for row in read(log)} == {row["id"] for row in many(60)}
    assert len(read(log)) == 60
    assert len(project.asked()) - asked_before == 60 - len(have)


def read_whole_lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines(keepends=True) if line.endswith("\n")]
