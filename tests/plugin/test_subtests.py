"""Subtests are parts of a test, and no trials: what they say is heard, and the test alone is counted."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import Project
from tests.plugin.test_gate import BAD, WAYS, many
from tests.plugin.test_samples import flaky

pytestmark = pytest.mark.skipif(not hasattr(pytest, "Subtests"), reason="pytest has subtests from 9.0 on")

HEAD = '@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()])\n'


def checked_by(project: Project, *subtests: str, count: int = 4) -> None:
    """An eval whose test is made of subtests; q1 is answered wrong."""
    many(project, count, q1=BAD)
    body = "".join(f"    with subtests.test({number}):\n        {one}\n" for number, one in enumerate(subtests))
    project.evals(f"{HEAD}def test_it(entry, grade, subtests):\n{body}")


SKIPPED = "if entry.id == 'q1': pytest.skip('no table here')"


@WAYS
def test_a_skipped_subtest_takes_no_answer_out_of_the_gate(project: Project, way: tuple[str, ...]) -> None:
    checked_by(project, SKIPPED)
    result = project.run("--llm-fail-under=90", *way)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["  failed         fail under 90 % · 3 of 4 = 75.0 %*", "gate: failed"])
    assert {record["outcome"] for record in project.records()} == {"passed"}


@WAYS
def test_a_subtest_that_fails_under_a_gate_is_told_as_any_failed_assertion(
    project: Project, way: tuple[str, ...]
) -> None:
    checked_by(project, SKIPPED, "assert_grade(grade)", "pass")
    result = project.run("--llm-fail-under=50", *way)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "*LLM evals: 1 failed, for the gate to decide*",
            "test_evals.py::test_it?q1? - graded wrong, wanted at least fully_correct",
            "gate: passed",
            "*3 passed, 1 counted in*",
        ]
    )
    assert [one["question_id"] for one in project.records() if one["outcome"] == "failed"] == ["q1"]


def test_without_a_gate_a_subtest_fails_as_pytest_says(project: Project) -> None:
    checked_by(project, "assert_grade(grade)", "pass")
    result = project.run()
    assert result.ret == 1
    result.stdout.fnmatch_lines(["SUBFAILED*graded wrong*", "FAILED wrong *contains 1 failed subtest"])


def test_a_skip_after_a_failure_does_not_undo_it(project: Project) -> None:
    checked_by(project, "assert_grade(grade)", count=4)
    source = (project.path / "test_evals.py").read_text()
    (project.path / "test_evals.py").write_text(f"{source}    pytest.skip('the rest')\n")
    assert project.run("--llm-fail-under=90", "-k", "q1").ret == 1
    assert [one["outcome"] for one in project.records()] == ["failed"]


def test_an_assertion_that_fails_for_a_right_answer_fails_the_run_in_a_subtest_too(project: Project) -> None:
    many(project, 4)
    check = "    with subtests.test():\n        assert entry.id != 'q1'\n"
    project.evals(f"{HEAD}def test_it(request, entry, subtests):\n{check}    request.getfixturevalue('grade')\n")
    result = project.run("--llm-fail-under=50")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["FAILED*test_it?q1?*", "*1 failed, 3 passed*"])


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=["plain", "-n 2"])
@pytest.mark.parametrize(
    "check",
    ["    with subtests.test():\n        pass\n    assert{}", "    with subtests.test():\n        assert{}"],
    ids=["beside passing subtests", "in a subtest"],
)
def test_a_quota_counts_samples_and_not_their_subtests(project: Project, check: str, way: tuple[str, ...]) -> None:
    flaky(project, [1, 2], ', samples=3, require="2/3"')
    source = (project.path / "test_evals.py").read_text()
    source = source.replace("request):", "request, subtests):").replace("    assert", check.format(""))
    (project.path / "test_evals.py").write_text(source)
    result = project.run(*way)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["*1 below their quota of samples*", "test_evals.py::test_it?q0?: 1 of 3 passed, 2/3 required"]
    )
    assert [one["outcome"] for one in project.records()].count("failed") == 3


def test_a_question_not_asked_in_a_subtest_leaves_the_run_unfinished(project: Project) -> None:
    many(project, 4)
    project.evals(
        f"{HEAD}def test_it(entry, llm, subtests):\n    with subtests.test():\n        llm.complete('say: x')\n"
    )
    result = project.run("--llm-max-calls=3", "--llm-fail-under=50")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*1 of 4, *", "gate: cannot decide*"])
    assert not project.sidecar()["complete"]


@WAYS
def test_a_broken_provider_in_a_subtest_is_no_failure_of_the_model(project: Project, way: tuple[str, ...]) -> None:
    many(project, 4)
    check = "llm.complete('fail: 400' if entry.id == 'q1' else 'say: yes')"
    project.evals(f"{HEAD}def test_it(entry, llm, subtests):\n    with subtests.test():\n        {check}\n")
    assert project.run("--llm-log=a.jsonl", *way).ret == 1
    result = project.run("--llm-gates=max_unscored=50", *way)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*LLM evals: 1 failed, for the gate to decide*", "*3 passed, 1 unscored in*"])
    assert [one["question_id"] for one in project.records() if one["outcome"] == "error"] == ["q1"]


def test_a_subtest_in_a_fixture_fails_the_run_and_is_not_for_the_gate(project: Project) -> None:
    many(project, 4, q1=BAD)
    fixture = (
        "@pytest.fixture\ndef ready(subtests, entry):\n    with subtests.test():\n        assert entry.id != 'q1'\n\n"
    )
    project.evals(f"{fixture}{HEAD}def test_it(ready, grade): ...\n")
    result = project.run("--llm-fail-under=50")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["SUBFAILED*test_it?q1?*"])
