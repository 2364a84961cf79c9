"""Running code out of answers: only where it is allowed, and known before anything is asked."""

from __future__ import annotations

import json

import pytest

from pytest_llmeval.errors import GraderError
from pytest_llmeval.grading.code import sandbox
from tests.grading.code.rig import isolation
from tests.plugin.conftest import Project

RIGHT = "def add(a, b): return a + b"
WRONG = "def add(a, b): return a - b"
TESTS = {"visible_tests": ["assert add(0, 0) == 0"], "hidden_tests": ["assert add(1, 2) == 3", "assert add(2, 2) == 4"]}
GRADED = """
@pytest.mark.llm_eval("questions.jsonl", graders=[graders.code_tests()])
def test_code(entry, answer, grade):
    assert_grade(grade)
"""


@pytest.fixture
def allowed() -> tuple[str, ...]:
    return ("--llm-allow-code-execution", f"--llm-code-isolation={isolation()}")


@pytest.fixture
def code(project: Project) -> Project:
    project.benchmark(
        [{"id": "r", "question": f"say: {RIGHT}", **TESTS}, {"id": "w", "question": f"say: {WRONG}", **TESTS}]
    )
    project.evals(GRADED)
    return project


def test_code_is_run_where_it_is_allowed(code: Project, allowed: tuple[str, ...]) -> None:
    result = code.run(*allowed)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["E   graded wrong (reasoning_error), wanted at least fully_correct", "*passes what it could see*"]
    )
    right, wrong = code.records()
    assert [right["grade"], wrong["grade"], wrong["failure_label"]] == ["fully_correct", "wrong", "reasoning_error"]
    scores = {score["name"]: score["value"] for score in wrong["scores"]}
    assert scores["visible_tests"] == 1.0
    assert scores["hidden_tests"] == 0.0
    assert scores["generalization"] == 0.0
    assert scores["code_tests"] == pytest.approx(1 / 3)


@pytest.mark.parametrize("graders", ["graders.code_tests()", "graders.any_of(graders.length(), graders.code_tests())"])
def test_without_leave_nothing_is_asked_and_each_trial_says_the_way_out(code: Project, graders: str) -> None:
    code.evals(GRADED.replace("graders.code_tests()", graders))
    result = code.run()
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["E   code is not run; add --llm-allow-code-execution for graders.code_tests()"])
    assert code.asked() == []
    assert [(one["grade"], one["outcome"]) for one in code.records()] == [(None, "unscored")] * 2
    assert all("--llm-allow-code-execution" in one["error"] for one in code.records())


def test_other_evals_of_the_run_are_not_held_up(code: Project) -> None:
    code.evals(
        '@pytest.mark.llm_eval("questions.jsonl")\ndef test_other(answer):\n    assert "add" in answer.text\n',
        "test_b.py",
    )
    code.run().assert_outcomes(errors=2, passed=2)
    assert len(code.asked()) == 2


def test_a_machine_that_cannot_isolate_code_is_told_before_anything_is_asked(
    code: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise sandbox.NotIsolated("code cannot be isolated on this machine (unshare: Operation not permitted)")

    monkeypatch.setattr(sandbox.Sandbox, "check", refuse)
    result = code.run("--llm-allow-code-execution")
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(
        ["*(unshare: Operation not permitted); allow user namespaces, or *--llm-code-isolation=process"]
    )
    assert code.asked() == []


def test_the_weak_sandbox_runs_code_and_is_warned_about(code: Project) -> None:
    result = code.run("--llm-allow-code-execution", "--llm-code-isolation=process")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*code out of answers runs without walls*"])


def test_a_dry_run_counts_no_calls_for_what_is_not_allowed(code: Project) -> None:
    result = code.run("--llm-dry-run")
    result.stdout.fnmatch_lines(["*code is not run; add --llm-allow-code-execution*"])


def test_an_isolation_there_is_none_of_is_one_line(code: Project) -> None:
    result = code.run("--llm-code-isolation=none")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["ERROR: --llm-code-isolation must be one of namespaces, process, got none"])


HOSTILE = (
    "import os; os._exit(0)",
    "print('passed')",
    "import os; os.kill(os.getppid(), 9)",
    "exec('while True: pass')",
    "hog = bytearray(10_000_000_000)",
    "print('x' * 1_000_000_000)",
    "import socket; socket.create_connection(('127.0.0.1', 9), 1)",
    "import os; [os.fork() for _ in range(6)]",
    "open('/etc/mine', 'w').write('x')",
)


def test_hostile_code_is_graded_and_the_run_goes_on(project: Project, allowed: tuple[str, ...]) -> None:
    rows = [{"id": str(n), "question": f"say: {text}", **TESTS} for n, text in enumerate((*HOSTILE, RIGHT))]
    project.benchmark(rows)
    project.evals(GRADED.replace("code_tests()", "code_tests(timeout_s=1)"))
    project.run(*allowed).assert_outcomes(passed=1, failed=len(HOSTILE))
    assert [one["grade"] for one in project.records()] == ["wrong"] * len(HOSTILE) + ["fully_correct"]


def test_tests_that_cannot_be_run_are_an_error_with_the_entry_and_not_a_failure(
    project: Project, allowed: tuple[str, ...]
) -> None:
    project.benchmark(
        [{"id": "none", "question": f"say: {RIGHT}"}, {"id": "bad", "question": f"say: {RIGHT}", "test": "assert ("}]
    )
    project.evals(GRADED)
    result = project.run(*allowed)
    result.assert_outcomes(errors=2)
    said = [one["error"] for one in project.records()]
    assert "needs tests, entry 'none' has none; add hidden_tests" in said[0]
    assert "entry 'bad': the hidden tests are no Python: SyntaxError" in said[1]


def test_a_replay_grades_code_without_asking(code: Project, allowed: tuple[str, ...]) -> None:
    code.run(*allowed)
    (log,) = code.logs()
    code.run(*allowed, f"--llm-replay={log}", "--llm-log=again.jsonl").assert_outcomes(passed=1, failed=1)
    assert len(code.asked()) == 2
    again = [json.loads(line) for line in (code.path / "again.jsonl").read_text().splitlines()]
    assert [one["grade"] for one in again] == ["fully_correct", "wrong"]


def test_a_broken_sandbox_is_no_failure_of_the_model(
    code: Project, monkeypatch: pytest.MonkeyPatch, allowed: tuple[str, ...]
) -> None:
    def broken(*_: object) -> None:
        raise GraderError("the sandbox broke: out of luck")

    monkeypatch.setattr(sandbox.Sandbox, "check", lambda _: None)
    monkeypatch.setattr(sandbox.Sandbox, "run", broken)
    code.run(*allowed).assert_outcomes(errors=2)
    assert next(one["error"] for one in code.records()).endswith("entry 'r': the sandbox broke: out of luck")
