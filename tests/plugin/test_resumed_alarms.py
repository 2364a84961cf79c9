"""What ended a run ends it again where it is resumed, unless what was wrong is asked anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_llmeval.cli.main import main
from tests.plugin.conftest import Project
from tests.plugin.test_again import cut, read
from tests.plugin.test_gate import BAD, WAYS, gate_of, many

WRONG = (
    "async def task(entry, llm):\n    return await llm.acomplete('say: no')\n\n"
    '@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()], task=task)\n'
    "def test_it(grade):\n    assert_grade(grade)\n"
)


@WAYS
def test_a_drop_that_ended_a_run_ends_it_again_and_does_not_pass(
    project: Project, monkeypatch: pytest.MonkeyPatch, way: tuple[str, ...]
) -> None:
    monkeypatch.chdir(project.path)
    many(project, 24)
    project.run("--llm-log=first.jsonl")
    assert main(["bless", "first.jsonl"]) == 0
    project.evals(WRONG)
    rules = ("--llm-baseline=first.jsonl", "--llm-gates=stop_at_drop=20")
    others = ("--llm-gates=max_regression=100", "--llm-gates=max_missing=100")
    project.run(*rules, *others, "--llm-log=llm-runs/a.jsonl", "--llm-concurrency=2")
    asked, records = len(project.asked()), len(read(Path("llm-runs/a.jsonl")))
    result = project.run(*rules, *others, "--llm-resume=llm-runs/a.jsonl", *way)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*stop_at_drop: a drop of more than 20 points*"])
    assert (len(project.asked()), len(read(Path("llm-runs/a.jsonl")))) == (asked, records)
    decision, verdicts = gate_of(project)
    assert (decision, verdicts["stop at a drop of 20 points"]) == ("failed", "failed")


@WAYS
def test_what_must_pass_and_failed_before_asks_nothing_more_when_resumed(
    project: Project, way: tuple[str, ...]
) -> None:
    many(project, 40, q5={**BAD, "must_pass": True})
    stop = ("--llm-canary-stop", "--llm-fail-under=50")
    project.run(*stop, "--llm-concurrency=2", "--llm-log=a.jsonl")
    asked = len(project.asked())
    assert asked < 10
    result = project.run(*stop, "--llm-resume=a.jsonl", *way)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*q5 must pass (must_pass), and did not*"])
    assert len(project.asked()) == asked
    assert project.run("--llm-fail-under=50", "--llm-resume=a.jsonl", *way).ret == 1
    assert len(read(project.path / "a.jsonl")) == 40


def test_records_that_are_as_they_should_be_end_nothing(project: Project) -> None:
    many(project, 6, q5={"must_pass": True}, q2=BAD)
    project.run("--llm-log=a.jsonl")
    cut(project.path / "a.jsonl", 3, "")
    project.run("--llm-canary-stop", "--llm-resume=a.jsonl").assert_outcomes(passed=5, failed=1)
