"""A trial's own budget in a run: who goes over it is stopped and has failed, and nothing of the run breaks."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import Project

TALKS_ON = """
async def talks_on(entry, llm):
    answer = await llm.acomplete(entry.question)
    while entry.id == "long":
        answer = await llm.acomplete([*answer.messages, {"role": "user", "content": "go on"}])
    return answer

@pytest.mark.llm_eval("questions.jsonl", task=talks_on, graders=[graders.contains()], budget={"calls": 3})
def test_talk(answer, grade):
    assert_grade(grade)
"""
ROWS = [
    {"id": "long", "question": "say: Paris", "gold_answer": "Paris"},
    {"id": "short", "question": "say: Rome", "gold_answer": "Rome"},
]
TOLD = "stopped over the trial's budget of 3 calls: one more wanted"


@pytest.fixture
def talk(project: Project) -> Project:
    project.benchmark(ROWS)
    project.evals(TALKS_ON)
    return project


@pytest.mark.parametrize("flags", [(), ("-n0",), ("-n2",), ("--tb=long",)])
def test_trial_over_its_budget_fails_as_over_budget_and_keeps_its_calls(talk: Project, flags: tuple[str, ...]) -> None:
    result = talk.run(*flags)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([f"E   {TOLD}"])
    long, short = sorted(talk.records(), key=lambda record: str(record["question_id"]))
    assert (long["outcome"], long["error"], long["grader"], long["answer"]) == ("over_budget", TOLD, "budget", "go on")
    assert (len(long["calls"]), short["outcome"]) == (3, "passed")


def test_trial_over_its_budget_counts_as_judged_and_not_correct(talk: Project) -> None:
    result = talk.run()
    result.stdout.fnmatch_lines(["test_evals.py BC*", "*1 of 2 fully correct*", "  over budget *1 *50 %*"])


def test_trials_over_their_budget_are_no_errors_in_a_row(talk: Project) -> None:
    talk.benchmark([{**ROWS[0], "id": "long"}, *({**ROWS[1], "id": f"short-{n}"} for n in range(3))])
    talk.run("--llm-max-consecutive-errors=1").assert_outcomes(passed=3, failed=1)


def test_replay_tells_again_that_a_trial_went_over_its_budget(talk: Project) -> None:
    talk.run()
    (log,) = talk.logs()
    result = talk.run(f"--llm-replay={log}", "--llm-log=again.jsonl")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([f"E   {TOLD}"])
    assert '"outcome":"over_budget"' in (talk.path / "again.jsonl").read_text(encoding="utf-8")


def test_test_that_asks_itself_is_stopped_at_its_budget(project: Project) -> None:
    project.benchmark(ROWS[:1])
    project.evals("""
@pytest.mark.llm_eval("questions.jsonl", budget={"tokens": 1})
def test_twice(entry, llm):
    llm.complete(entry.question)
    llm.complete(entry.question)
""")
    result = project.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E   stopped over the trial's budget of 1 tokens: * taken"])
    (record,) = project.records()
    assert (record["outcome"], record["grader"], record["answer"]) == ("over_budget", None, "Paris")


def test_task_may_answer_with_what_it_has(project: Project) -> None:
    project.benchmark(ROWS[:1])
    project.evals("""
from pytest_llmeval.errors import OverBudget

async def gives_up(entry, llm):
    answer = await llm.acomplete(entry.question)
    try:
        return await llm.acomplete("more")
    except OverBudget:
        return answer

@pytest.mark.llm_eval("questions.jsonl", task=gives_up, budget={"calls": 1})
def test_it(answer):
    assert answer.text == "Paris"
""")
    project.run().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("budget", "told"),
    [
        ("5", "llm_eval's budget must be a dict, got 5"),
        ('{"calls": 0}', "llm_eval's budget's calls must be a whole number of at least 1, got 0"),
        ('{"steps": 1}', "llm_eval's budget takes limits by name, calls, *; got {'steps': 1}"),
    ],
)
def test_budget_that_is_none_is_told_at_collection(project: Project, budget: str, told: str) -> None:
    project.benchmark(ROWS)
    project.evals(f"""
@pytest.mark.llm_eval("questions.jsonl", budget={budget})
def test_it(answer): ...
""")
    project.run().stdout.fnmatch_lines([f"*{told}"])
