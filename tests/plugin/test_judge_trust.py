"""What a run says of the judges that graded it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_llmeval.cli.main import main
from tests.plugin.conftest import Project
from tests.plugin.test_judge import JUDGE, JUDGED, questions


def said(project: Project, *args: str) -> str:
    return project.run(JUDGE, *args).stdout.str()


def test_uncalibrated_judge_is_signal_only(project: Project) -> None:
    questions(project, "this is right", "this is not")
    shown = said(project)
    assert "uncalibrated judge: signal only" in shown
    assert "pytest-llmeval calibrate llm-runs/" in shown
    (told,) = project.sidecar()["totals"]["judges"]
    assert (told["model"], told["trials"], told["state"]) == ("stand-in:judge", 2, "uncalibrated")


def test_record_keeps_what_each_judge_made_of_the_answer(project: Project) -> None:
    questions(project, "this is right", "unsure, right?")
    project.run(JUDGE)
    verdicts = {record["question_id"]: record["judge"]["verdicts"] for record in project.records()}
    judge_hash = project.records()[0]["judge"]["hash"]
    assert verdicts == {
        "q0": [{"hash": judge_hash, "level": "fully_correct", "abstained": False}],
        "q1": [{"hash": judge_hash, "level": None, "abstained": False}],
    }


def test_what_the_judge_fixture_graded_is_a_verdict_only_on_the_answer_itself(project: Project) -> None:
    questions(project, "this is right")
    project.evals("""
@pytest.mark.llm_eval("questions.jsonl")
def test_it(answer, judge):
    assert_grade(judge.grade("something else"), at_least="wrong")
    judge.grade(answer)
""")
    project.run(JUDGE)
    assert [one["level"] for one in project.records()[0]["judge"]["verdicts"]] == ["fully_correct"]


def calibrate(project: Project, monkeypatch: pytest.MonkeyPatch, *more: str) -> None:
    monkeypatch.chdir(project.path)
    (log,) = project.logs()
    rows = [(record["question_id"], record["grade"]) for record in project.records()]
    human = project.path / "human.jsonl"
    human.write_text("".join(json.dumps({"question_id": name, "grade": grade}) + "\n" for name, grade in rows))
    assert main(["calibrate", str(log), "--labels", str(human), "--min-n", "2", *more]) == 0
    log.rename(project.path / "first.jsonl")
    log.with_suffix(".run.json").unlink()


def test_calibrated_judge_says_how_far_it_agrees(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    questions(project, "this is right", "this is not")
    project.run(JUDGE)
    calibrate(project, monkeypatch)
    shown = said(project)
    assert "calibrated: agrees with people on 2 of 2" in shown
    assert "signal only" not in shown


def test_another_rubric_is_another_judge(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    questions(project, "this is right", "this is not")
    project.run(JUDGE)
    calibrate(project, monkeypatch)
    source = (project.path / "test_evals.py").read_text()
    (project.path / "test_evals.py").write_text(source.replace("rubric_judge()", 'rubric_judge(Rubric(guidance="x"))'))
    assert "uncalibrated judge: signal only" in said(project)


def test_user_may_allow_an_uncalibrated_judge(project: Project) -> None:
    questions(project, "this is right")
    assert "uncalibrated judge: gates by --llm-allow-uncalibrated-judge" in said(
        project, "--llm-allow-uncalibrated-judge"
    )


def test_quiet_run_says_it_in_one_line(project: Project) -> None:
    questions(project, "this is right")
    lines = [line for line in said(project, "-q").splitlines() if "judge" in line]
    assert len(lines) == 1
    assert lines[0].startswith("uncalibrated judge: signal only: stand-in:judge (")


def test_run_without_a_judge_says_nothing_of_one(capitals: Project) -> None:
    capitals.run().stdout.no_fnmatch_line("  judge *")
    assert "judges" not in capitals.sidecar()["totals"]


def test_calibration_that_cannot_be_read_is_told_and_ends_nothing(project: Project) -> None:
    questions(project, "this is right")
    project.run(JUDGE)
    judge_hash = project.records()[0]["judge"]["hash"]
    folder = Path(project.path / "llm-judges")
    folder.mkdir()
    (folder / f"{judge_hash}.json").write_text("{")
    result = project.run(JUDGE)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*judges*.json: is no calibration:*"])


def gate(project: Project, *args: str) -> tuple[int, str]:
    result = project.run(JUDGE, "--llm-fail-under=0", *args)
    return int(result.ret), " ".join(result.stdout.str().split())


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=["plain", "-n 2"])
def test_gate_cannot_decide_by_a_judge_that_nobody_has_calibrated(project: Project, way: tuple[str, ...]) -> None:
    questions(project, "this is right", "this is not")
    status, shown = gate(project, *way)
    assert status == 1
    assert "gate: cannot decide, judge stand-in:judge (" in shown
    assert "is uncalibrated: nobody has held it against people; pytest-llmeval calibrate llm-runs/" in shown
    assert "or add --llm-allow-uncalibrated-judge" in shown


def test_gate_decides_where_the_user_lets_it(project: Project) -> None:
    questions(project, "this is right", "this is not")
    status, shown = gate(project, "--llm-allow-uncalibrated-judge")
    assert (status, "gate: passed" in shown) == (0, True)


def test_gate_decides_by_a_calibrated_judge(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    questions(project, "this is right", "this is not")
    project.run(JUDGE)
    calibrate(project, monkeypatch)
    assert gate(project)[0] == 0


def test_gate_never_decides_by_a_judge_that_failed_its_controls(project: Project) -> None:
    project.benchmark({"id": f"q{n}", "question": "say: this is right", "gold_answer": f"gold{n}x"} for n in range(12))
    project.evals(JUDGED)
    status, shown = gate(project, "--llm-judge-controls=100%", "--llm-allow-uncalibrated-judge")
    assert status == 1
    assert "is void: it passed only 6 of 12 controls" in shown
    assert "or add" not in shown


def test_broken_calibration_decides_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    questions(project, "this is right", "this is not")
    project.run(JUDGE)
    calibrate(project, monkeypatch)
    (kept,) = (project.path / "llm-judges").iterdir()
    kept.write_text("nonsense")
    status, shown = gate(project, "--llm-baseline=first.jsonl")
    assert status == 1
    assert "gate: cannot decide, " in shown
    assert "is no calibration" in shown


WITH_RULE = """
@pytest.mark.llm_eval("questions.jsonl", graders=[graders.contains("this"), graders.rubric_judge()])
def test_it(grade):
    assert_grade(grade, at_least="partially_correct")
"""


def beyond_in_hard(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Calibrate a judge that solves nothing of the hard entries, all of which it finds wrong."""
    hard = [{"category": "hard", "question": "say: this is not"} for _ in range(6)]
    easy = [{"category": "easy", "question": "say: this is right"} for _ in range(6)]
    project.benchmark({"id": f"q{n}", "gold_answer": "this", **row} for n, row in enumerate([*hard, *easy]))
    project.evals(WITH_RULE)
    project.run(JUDGE)
    records = project.records()
    for one in records:
        passed = one["category"] == "easy"
        rule = {"name": "contains", "value": float(passed), "passed": passed}
        one.update(model="judge", judge=None, scores=[rule], grade="fully_correct" if passed else "wrong")
    solver = project.path / "solver.jsonl"
    solver.write_text("".join(json.dumps(one) + "\n" for one in records))
    calibrate(project, monkeypatch, "--solver", str(solver))


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=["plain", "-n 2"])
def test_grades_of_a_slice_beyond_the_judge_are_in_no_rule(
    project: Project, monkeypatch: pytest.MonkeyPatch, way: tuple[str, ...]
) -> None:
    beyond_in_hard(project, monkeypatch)
    result = project.run(JUDGE, "--llm-fail-under=100", *way)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "*beyond judge in hard: signal only there",
            "  passed         fail under 100 % · 6 of 6 = 100.0 %*",
            "  signal only    hard · 6 trials are in no rule: beyond judge",
            "gate: passed",
        ]
    )
    (told,) = project.sidecar()["totals"]["judges"]
    assert (told["state"], told["beyond"]) == ("calibrated", ["hard"])


def test_rule_about_a_slice_beyond_the_judge_cannot_be_decided_unless_it_is_allowed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    beyond_in_hard(project, monkeypatch)
    status, shown = gate(project, "--llm-fail-under=hard=50")
    assert (status, "cannot decide fail under 50 % in hard · no trial has a verdict" in shown) == (1, True)
    (log,) = project.logs()
    log.unlink()
    status, shown = gate(project, "--llm-fail-under=hard=50", "--llm-allow-uncalibrated-judge")
    assert (status, "failed fail under 50 % in hard · 0 of 6" in shown) == (1, True)
    assert "beyond judge in hard: gates there by --llm-allow-uncalibrated-judge" in shown


def test_regression_in_a_slice_beyond_the_judge_is_none(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    beyond_in_hard(project, monkeypatch)
    better = [json.loads(line) for line in (project.path / "first.jsonl").read_text().splitlines()]
    for one in better:
        one["grade"] = "fully_correct"
    (project.path / "base.jsonl").write_text("".join(json.dumps(one) + "\n" for one in better))
    assert project.run(JUDGE, "--llm-baseline=base.jsonl").ret == 0
    assert project.run(JUDGE, "--llm-baseline=base.jsonl", "--llm-allow-uncalibrated-judge").ret == 1


def test_grades_without_any_label_of_their_slice_are_in_no_rule(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"id": f"q{n}", "question": f"say: this is {'not' if n else 'right'}"} for n in range(10)]
    project.benchmark({**row, "gold_answer": "x", "category": "rare" if row["id"] == "q9" else "often"} for row in rows)
    project.evals(JUDGED)
    project.run(JUDGE, "--deselect", "test_evals.py::test_it[q9]")
    calibrate(project, monkeypatch)
    shown = gate(project)[1]
    assert "no label of rare: signal only there" in shown
    assert "signal only rare · 1 trials are in no rule: no label" in shown
    assert "fail under 0 % · 1 of 9 = 11.1 %" in shown


BY_CLASS = """
from pytest_llmeval import probes

@pytest.mark.llm_eval("questions.jsonl", graders={grader})
def test_it(grade):
    assert grade.level is not None
"""


@pytest.mark.parametrize(
    "grader",
    [
        "graders.claim_coverage(passages=lambda answer: ['It is right.'])",
        "probes.refusal(probes.by_judge('refusal'))",
        "probes.abstention(probes.by_judge('abstention'), grader=graders.contains('right'))",
        "probes.grounded(probes.by_judge('grounded'), grader=graders.contains('right'))",
    ],
)
def test_whatever_a_judge_decides_gates_nothing_before_it_is_calibrated(project: Project, grader: str) -> None:
    row = {"id": "q", "question": "say: It is right.", "policy": "allowed", "answerable": True}
    project.benchmark([row])
    project.evals(BY_CLASS.format(grader=grader))
    status, shown = gate(project)
    assert (status, "is uncalibrated: nobody has held it against people" in shown) == (1, True), shown
    (verdict,) = project.records()[0]["judge"]["verdicts"]
    assert (verdict["hash"], verdict["level"]) == (project.records()[0]["judge"]["hash"], "fully_correct")
    (log,) = project.logs()
    log.unlink()
    assert gate(project, "--llm-allow-uncalibrated-judge")[0] == 0


def test_replays_tell_the_noise_of_a_judge_and_a_gate_goes_by_it(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.path)
    questions(project, *["this is right"] * 10, "this is not")
    cached = ("--llm-cache=auto", "-p", "cacheprovider")
    project.run(JUDGE, *cached, "--llm-log=first.jsonl")
    project.run(JUDGE, *cached, "--llm-replay=first.jsonl", "--llm-log=cached.jsonl", model=None)
    project.run(JUDGE, *cached, "--llm-cache=refresh", "--llm-replay=first.jsonl", "--llm-log=again.jsonl", model=None)
    records = [json.loads(line) for line in Path("again.jsonl").read_text().splitlines()]
    for one in records[:7]:  # a judge that says another thing when asked again
        one["judge"]["verdicts"][0]["level"] = "wrong"
    Path("again.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    rows = [{"question_id": f"q{n}", "grade": "wrong" if n == 10 else "fully_correct"} for n in range(11)]
    Path("human.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    asked = ["calibrate", "first.jsonl", "--labels", "human.jsonl", "--min-n", "2", "--again"]
    assert main([*asked, "cached.jsonl"]) == 2
    assert "cached.jsonl: its verdicts came from the cache" in capsys.readouterr().err
    assert main([*asked, "again.jsonl"]) == 0
    shown = gate(project, "--llm-baseline=first.jsonl")[1]
    assert "says another level when asked again: 7 of 11 · 64 % [35–85], sd " in shown
    assert "passed max regression 0 points · fully correct +0.0 points, p = 1, 47.1 are noise, " in shown
