"""Accepting a failed gate: what a reason lets pass, and what is said where it lets nothing pass."""

from __future__ import annotations

from pytest_llmeval.cli.main import main
from tests.plugin.conftest import Project
from tests.plugin.test_gate import BAD, WAYS, many, run_anew

UNASSERTED = (
    '@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()])\ndef test_it(grade):\n    pass\n'
)


@WAYS
def test_what_must_pass_is_not_accepted_where_no_assertion_says_so(project: Project, way: tuple[str, ...]) -> None:
    many(project, q3={**BAD, "must_pass": True})
    project.evals(UNASSERTED)
    result = project.run("--llm-fail-under=50", "--llm-accept=so what", *way)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "  failed         must pass: q3 · not right: q3",
            "gate: failed",
            "--llm-accept has no effect: what must pass cannot be accepted",
            "  make what must pass right, or take its mark off; neither*",
        ]
    )
    assert project.sidecar()["accepted"] is None


def test_a_part_that_fails_is_told_neither_to_accept_nor_to_bless(project: Project) -> None:
    many(project, q1=BAD)
    result = project.run("--llm-fail-under=99", "--llm-accept=I know better", "-k", "q1")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["gate: failed", "--llm-accept has no effect: what cannot be decided cannot be accepted"]
    )
    assert "pytest-llmeval bless" not in result.stdout.str()
    assert "=REASON" not in result.stdout.str()


def test_quiet_says_of_which_model_and_why_a_reason_accepts_nothing(project: Project) -> None:
    many(project, q1=BAD)
    first = project.run("--llm-log=a.jsonl", "--llm-model=stand-in:a", model=None)
    assert first.ret == 1
    assert main(["bless", str(project.path / "a.jsonl"), "--into", str(project.path / "llm-baselines")]) == 0
    both = ("--llm-model=stand-in:a", "--llm-model=stand-in:b", "--llm-baseline=main")
    shown = run_anew(project, *both, "-q", "--llm-accept=x").stdout.str()
    assert "\nstand-in:b\n  cannot decide  max regression 0 points" in shown
    assert "stand-in:a\n" not in shown
    assert "--llm-accept has no effect: what cannot be decided cannot be accepted" in shown
