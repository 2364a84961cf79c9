"""Controls hidden among what judges grade."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import Project
from tests.plugin.test_judge import JUDGE, JUDGED


def questions(project: Project, *golds: str) -> None:
    """Ask questions whose answers the stand-in judge, which looks for the word right, finds right."""
    project.benchmark(
        {"id": f"q{n}", "question": "say: this is right", "gold_answer": gold} for n, gold in enumerate(golds)
    )
    project.evals(JUDGED)


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=["plain", "-n 2"])
def test_judge_that_misjudges_known_answers_is_void(project: Project, way: tuple[str, ...]) -> None:
    questions(project, *(f"gold{n}x" for n in range(12)))  # right answers that the judge takes for wrong ones
    result = project.run(JUDGE, "--llm-judge-controls=100%", *way)
    result.assert_outcomes(passed=12)
    result.stdout.fnmatch_lines(["*controls * of 12 *", "*judge failed its controls: its grades are void"])
    (told,) = project.sidecar()["totals"]["judges"]
    assert (told["state"], told["controls"]["n"]) == ("void", 12)
    assert {tuple(call["role"] for call in one["calls"]) for one in project.records()} == {("model", "judge", "judge")}
    controls = [one for record in project.records() for one in record["judge"]["controls"]]
    assert {(one["is_right"], one["passed"]) for one in controls} == {(True, False), (False, True)}


def test_controls_are_judge_calls_of_their_trial_and_change_no_grade(project: Project) -> None:
    questions(project, "right a", "right b")
    project.run(JUDGE, "--llm-judge-controls=100")
    for record in project.records():
        assert [call["role"] for call in record["calls"]] == ["model", "judge", "judge"]
        assert record["judge"]["usage"]["input_tokens"] == 200
        assert record["usage"]["input_tokens"] == 10
        assert (record["grade"], len(record["judge"]["verdicts"])) == ("fully_correct", 1)


def test_without_the_flag_there_are_none(project: Project) -> None:
    questions(project, "right a", "right b")
    result = project.run(JUDGE)
    assert all(record["judge"]["controls"] == [] for record in project.records())
    result.stdout.no_fnmatch_line("*controls*")


def test_trial_without_a_judge_has_none(project: Project) -> None:
    questions(project, "right a", "right b")
    project.run("--llm-judge-controls=100").assert_outcomes(errors=2)


@pytest.mark.parametrize("value", ["-1", "101%", "some"])
def test_share_that_makes_no_sense_is_refused(project: Project, value: str) -> None:
    questions(project, "right")
    result = project.run(JUDGE, f"--llm-judge-controls={value}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--llm-judge-controls must be a share from 0 to 100 percent, got {value}"])
