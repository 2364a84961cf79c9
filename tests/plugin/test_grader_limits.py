"""What a gate makes of graders that were checked before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_llmeval.cli.main import main
from tests.plugin.conftest import Project

TOO_LAX = {"grader": "contains('yes')", "answer": "yes and no", "expected": "reject"}
RIGHT = {"grader": "contains('yes')", "answer": "yes", "expected": "accept"}
LAX = """
@pytest.mark.llm_eval("questions.jsonl", graders=[graders.contains("yes")])
def test_it(grade):
    assert_grade(grade)
"""


@pytest.fixture
def lax(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(project.path)
    project.benchmark([{"id": "q0", "question": "say: yes"}, {"id": "q1", "question": "say: yes"}])
    project.evals(LAX)
    return project


def check(*cases: dict[str, str], limit: float = 0) -> int:
    Path("cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases))
    return main(["check-graders", "cases.jsonl", f"--max-false-accepts={limit}"])


def gate(project: Project, *args: str) -> tuple[int, str]:
    result = project.run("--llm-fail-under=50", *args)
    return int(result.ret), " ".join(result.stdout.str().split())


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=["plain", "-n 2"])
def test_grader_over_its_limit_decides_nothing_and_the_gate_says_why(lax: Project, way: tuple[str, ...]) -> None:
    assert check(TOO_LAX, RIGHT) == 1
    status, shown = gate(lax, *way)
    assert status == 1
    assert "cannot decide fail under 50 % · no trial has a verdict" in shown
    assert (
        "signal only uncategorized · 2 trials are in no rule: grader contains(texts='yes') is over its limit" in shown
    )
    assert (
        "gate: cannot decide, grader contains(texts='yes') is over its limit: it accepts 1 of 1 wrong answers, "
        "100 % [21–100], 0 % will do; mend it, or state another limit, with pytest-llmeval check-graders cases.jsonl "
        "mend what is missing, or switch the gate off with --llm-gates=none"
    ) in shown
    assert lax.sidecar()["gate"] == "cannot decide"


def test_grader_within_its_limit_decides(lax: Project) -> None:
    assert check(TOO_LAX, RIGHT, limit=1) == 0
    assert gate(lax)[0] == 0


def test_check_of_another_setting_says_nothing_of_the_grader(lax: Project) -> None:
    assert check({**TOO_LAX, "grader": "contains('no')"}) == 1
    status, shown = gate(lax)
    assert (status, "over its limit" in shown) == (0, False)


def test_run_without_a_gate_is_not_held_up_by_a_grader_over_its_limit(lax: Project) -> None:
    check(TOO_LAX)
    result = lax.run()
    result.assert_outcomes(passed=2)
    result.stdout.no_fnmatch_line("*over its limit*")


def test_other_reasons_not_to_decide_are_told_as_well(lax: Project) -> None:
    check(TOO_LAX)
    shown = gate(lax, "--llm-max-calls=1", "--llm-concurrency=1")[1]
    assert "gate: cannot decide, the run is not whole: 1 of 2 trials have a record" in shown
    assert "; grader contains(texts='yes') is over its limit: " in shown
    assert "finish it with --llm-resume" in shown


@pytest.mark.parametrize(("text", "fault"), [("{", "is no check of a grader"), (None, "cannot be read")])
def test_check_that_cannot_be_read_decides_nothing(lax: Project, text: str | None, fault: str) -> None:
    check(RIGHT)
    (kept,) = Path("llm-judges").iterdir()
    kept.unlink()
    kept.mkdir() if text is None else kept.write_text(text)
    status, shown = gate(lax)
    assert (status, "gate: cannot decide, " in shown, fault in shown) == (1, True, True), shown
