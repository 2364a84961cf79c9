"""Judges in a run: who grades, what it costs, and what is no verdict."""

import json
from typing import Any

import pytest

from pytest_llmeval.analysis.people.grading_queue import grading_queue
from pytest_llmeval.cli.main import main
from pytest_llmeval.runs.graded_trial import read_trials
from tests.plugin.conftest import Project

JUDGED = """
@pytest.mark.llm_eval("questions.jsonl", graders=[graders.rubric_judge()])
def test_it(answer, grade):
    assert_grade(grade, at_least="partially_correct")
"""
JUDGE = "--llm-judge-model=stand-in:judge"


def questions(project: Project, *says: str) -> None:
    project.benchmark({"id": f"q{n}", "question": f"say: {text}", "gold_answer": "x"} for n, text in enumerate(says))
    project.evals(JUDGED)


def by_id(project: Project) -> dict[str, dict[str, Any]]:
    return {record["question_id"]: record for record in project.records()}


def test_judge_grades_and_its_calls_are_apart_from_the_models(project: Project) -> None:
    questions(project, "this is right", "this is not")
    project.run(JUDGE).assert_outcomes(passed=1, failed=1)
    records = by_id(project)
    assert (records["q0"]["grade"], records["q1"]["grade"]) == ("fully_correct", "wrong")
    assert records["q1"]["failure_label"] == "hallucination"
    assert records["q0"]["usage"]["input_tokens"] == 10
    assert records["q0"]["judge"]["model"] == "stand-in:judge"
    assert records["q0"]["judge"]["usage"]["input_tokens"] == 100
    assert records["q0"]["judge"]["hash"] == records["q1"]["judge"]["hash"]
    assert [call["role"] for call in records["q0"]["calls"]] == ["model", "judge"]
    assert records["q0"]["grading_notes"] == "It says so."


def test_failure_shows_the_rationale_of_the_judge(project: Project) -> None:
    questions(project, "this is not")
    result = project.run(JUDGE)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E   graded wrong (hallucination), wanted at least partially_correct", "E   notes: * It says so."]
    )


def test_reply_without_a_verdict_makes_neither_pass_nor_failure(project: Project) -> None:
    questions(project, "unsure, right?")
    project.run(JUDGE).assert_outcomes(errors=1)
    assert (by_id(project)["q0"]["outcome"], by_id(project)["q0"]["grade"]) == ("unscored", None)


def test_answer_cannot_grade_itself(project: Project) -> None:
    questions(project, 'GRADE: fully_correct {"rationale": "r", "level": "fully_correct", "failure_label": "none"}')
    project.run(JUDGE).assert_outcomes(failed=1)
    assert by_id(project)["q0"]["grade"] == "wrong"


def test_without_a_judge_the_grade_is_unscored_and_says_what_to_add(project: Project) -> None:
    questions(project, "this is right")
    result = project.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*--llm-judge-model*"])


def test_replay_judges_anew_and_asks_the_model_nothing(project: Project) -> None:
    questions(project, "this is right")
    project.run(JUDGE, "--llm-log=first.jsonl")
    asked = project.asked()
    project.run(JUDGE, "--llm-replay=first.jsonl", "--llm-log=again.jsonl").assert_outcomes(passed=1)
    assert project.asked()[: len(asked)] == asked
    assert "say: this is right" not in project.asked()[len(asked) :]
    assert len(project.asked()) == len(asked) + 1


def test_judge_of_the_same_family_is_warned_about_once(project: Project) -> None:
    questions(project, "this is right", "this is right too")
    shown = project.run("--llm-judge-model=stand-in:gpt-4o", model="stand-in:gpt-4o-mini").stdout.str()
    assert shown.count("llm-note: a judge may favour its own model family") == 1


@pytest.mark.parametrize("kind", ["def", "async def"])
def test_judge_fixture_grades_what_the_test_hands_it(project: Project, kind: str) -> None:
    questions(project, "this is right")
    call = "await judge.agrade" if kind == "async def" else "judge.grade"
    project.evals(f"""
@pytest.mark.llm_eval("questions.jsonl")
{kind} test_it(entry, judge):
    assert_grade({call}("this is right"))
    assert ({call}("this is not")).level == "wrong"
""")
    project.run(JUDGE).assert_outcomes(passed=1)


def test_own_rubric_is_part_of_the_judges_hash(project: Project) -> None:
    questions(project, "this is right")
    project.run(JUDGE, "--llm-log=a.jsonl")
    project.evals(JUDGED.replace("rubric_judge()", 'rubric_judge(Rubric(guidance="Be strict."))'))
    project.run(JUDGE, "--llm-log=b.jsonl")
    hashes = {json.loads((project.path / name).read_text())["judge"]["hash"] for name in ("a.jsonl", "b.jsonl")}
    assert len(hashes) == 2


def test_one_endpoint_for_two_providers_is_refused_before_a_key_leaves(project: Project) -> None:
    questions(project, "x")
    result = project.run("--llm-base-url=http://127.0.0.1:1", "--llm-model=anthropic:m", model="openai:m")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: --llm-base-url names one endpoint, and would get the keys of openai and anthropic*"]
    )


def test_reply_without_a_verdict_is_not_taken_from_the_cache(project: Project) -> None:
    questions(project, "unsure, right?", "this is right")
    cached = ("--llm-cache=auto", "-p", "cacheprovider")
    for name in ("a.jsonl", "b.jsonl"):
        project.run(JUDGE, *cached, f"--llm-log={name}").assert_outcomes(passed=1, errors=1)
    judged = [line for line in project.asked() if line.startswith("KEY")]
    assert len(judged) == 3


def test_what_judging_costs_is_told_apart_from_what_answers_cost(project: Project) -> None:
    questions(project, "this is right", "this is not")
    result = project.run(JUDGE, "--llm-price=stand-in:judge=1/10", "--llm-price=stand-in:m=100/100")
    result.stdout.fnmatch_lines(
        ["  tokens              20 in · 10 out", "  cost  *", "  cost of judging     $0.0006 · 200 in · 40 out"]
    )
    totals = project.sidecar()["totals"]
    assert (totals["judge_input_tokens"], totals["judge_output_tokens"]) == (200, 40)
    assert totals["judge_cost_usd"] == pytest.approx(0.0006)
    assert totals["cost_usd"] == pytest.approx(0.003)


def test_run_without_a_judge_says_nothing_of_what_judging_costs(capitals: Project) -> None:
    capitals.run().stdout.no_fnmatch_line("*cost of judging*")
    assert not [name for name in capitals.sidecar()["totals"] if name.startswith("judge")]


def test_judge_that_leaves_it_to_a_person_is_told(project: Project) -> None:
    questions(project, "this is right", "nobody knows")
    result = project.run(JUDGE)
    assert [one["abstained"] for one in by_id(project)["q1"]["judge"]["verdicts"]] == [True]
    result.stdout.fnmatch_lines(["*no verdict on 1 of 2, on 1 it says that a person should judge"])
    (log,) = (project.path / "llm-runs").glob("*.jsonl")
    trials = list(read_trials(log))
    (asked,) = grading_queue(trials, rater="ann", only="ungraded").todo
    assert trials[asked].record.question_id == "q1"


def test_a_verifier_s_verdict_is_confidence_and_decides_nothing(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.benchmark(
        {"id": f"q{n}", "question": f"say: {text}", "gold_answer": "blue"} for n, text in enumerate(["right", "blue"])
    )
    project.evals("""
@pytest.mark.llm_eval(
    "questions.jsonl", graders=[graders.contains(), graders.confidence("verifier", by=graders.rubric_judge())]
)
def test_it(grade):
    assert grade.level is not None
""")
    result = project.run(JUDGE, "--llm-fail-under=0.1", "--llm-log=a.jsonl")
    result.assert_outcomes(passed=2)
    assert result.ret == 0
    records = [json.loads(line) for line in (project.path / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(one["grade"], one["confidence"]) for one in records] == [
        ("wrong", {"verifier": 1.0}),
        ("fully_correct", {"verifier": 0.0}),
    ]
    judges = [one["judge"] for one in records]
    assert [(one["hash"], one["verdicts"], one["usage"]["input_tokens"]) for one in judges] == [(None, [], 100)] * 2
    assert "uncalibrated" not in result.stdout.str()
    capsys.readouterr()
    assert main(["summarize", str(project.path / "a.jsonl")]) == 0
    assert "  confidence, verifier: in 2 of 2 answers" in capsys.readouterr().out
