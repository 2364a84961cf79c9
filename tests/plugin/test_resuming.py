"""A run is gone on with only while its trials are those of the run: no figure is of trials that are no more."""

from __future__ import annotations

import json

import pytest

from tests.plugin.conftest import GRADED, Project
from tests.plugin.test_again import cut, read
from tests.plugin.test_gate import BAD, WAYS, many


def stopped_run(project: Project, *flags: str) -> None:
    """Five of six trials are finished."""
    many(project, 6, q1=BAD)
    project.run("--llm-log=a.jsonl", *flags)
    cut(project.path / "a.jsonl", 5, "")


def said(result: pytest.RunResult) -> str:
    return "\n".join(result.outlines + result.errlines)


@WAYS
def test_a_run_with_records_of_entries_that_are_no_more_is_not_gone_on_with(
    project: Project, way: tuple[str, ...]
) -> None:
    stopped_run(project)
    rows = [json.loads(line) for line in (project.path / "questions.jsonl").read_text().splitlines()]
    project.benchmark([row for row in rows if row["id"] != "q1"])
    result = project.run("--llm-resume=a.jsonl", "--llm-fail-under=90", *way)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert (
        "ERROR: the run that is resumed has records of trials that are no more, and would count them: "
        "test_evals.py::test_it[q1]; start a new run, --llm-replay=a.jsonl --llm-replay-changed=ask takes the other "
        "answers from it"
    ) in said(result)
    assert (len(project.asked()), len(read(project.path / "a.jsonl"))) == (6, 5)


def test_the_way_out_takes_the_other_answers(project: Project) -> None:
    stopped_run(project)
    rows = [json.loads(line) for line in (project.path / "questions.jsonl").read_text().splitlines()]
    project.benchmark([row for row in rows if row["id"] != "q1"])
    result = project.run("--llm-replay=a.jsonl", "--llm-replay-changed=ask", "--llm-fail-under=90")
    result.assert_outcomes(passed=5)
    assert len(project.asked()) == 7  # the one that the stopped run had not finished


CHANGES = {
    "an eval that is gone": lambda project: project.evals(GRADED),
    "a file that is gone": lambda project: (project.path / "test_evals.py").rename(project.path / "test_other.py"),
}


@pytest.mark.parametrize("how", CHANGES)
def test_records_of_evals_that_are_no_more_are_told_with_how_many(project: Project, how: str) -> None:
    many(project, 8)
    project.run("--llm-log=a.jsonl")
    cut(project.path / "a.jsonl", 7, "")
    CHANGES[how](project)
    result = project.run("--llm-resume=a.jsonl")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "test_evals.py::test_it[q4], and 2 more; start a new run" in said(result)


@WAYS
@pytest.mark.parametrize("flags", [("-k", "q0 or q5"), ("test_evals.py::test_it[q0]", "test_evals.py::test_it[q5]")])
def test_trials_that_are_left_out_now_are_no_less_there_and_their_records_are_told_of(
    project: Project, flags: tuple[str, ...], way: tuple[str, ...]
) -> None:
    stopped_run(project)
    result = project.run("--llm-resume=a.jsonl", *flags, *way)
    result.assert_outcomes(passed=2, deselected=4 if "-k" in flags and not way else 0)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["llm-note: 4 records of this run are of trials that are left out now; they count all the same"]
    )
    assert len(read(project.path / "a.jsonl")) == 6


def test_records_of_trials_that_are_left_out_make_no_run_whole(project: Project) -> None:
    stopped_run(project)
    project.run("--llm-resume=a.jsonl", "-x", "-k", "q1 or q5").assert_outcomes(failed=1, deselected=4)
    assert not json.loads((project.path / "a.run.json").read_text())["complete"]
