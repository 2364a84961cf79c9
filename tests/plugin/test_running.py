"""Asking ahead, from inside pytest: what is asked, when, and what stops it."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.plugin.conftest import GRADED, Project, command_of, heed_ctrl_c

ROOT = Path(__file__).parents[2]


def many(count: int) -> list[dict[str, str]]:
    return [
        {"id": f"q{number:03}", "question": f"say: {number}", "gold_answer": str(number)} for number in range(count)
    ]


def test_answers_are_asked_side_by_side_over_functions_and_files(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_DELAY", "0.1")
    project.benchmark(many(20))
    project.evals(GRADED, "test_a.py")
    project.evals(GRADED, "test_b.py")
    project.run("--llm-concurrency=20").assert_outcomes(passed=40)
    assert project.most_in_flight() == 20


def test_each_question_is_asked_once(project: Project) -> None:
    project.benchmark(many(30))
    project.evals(GRADED)
    project.run().assert_outcomes(passed=30)
    assert sorted(project.asked()) == sorted(row["question"] for row in many(30))


def test_first_failure_under_x_leaves_most_unasked(project: Project) -> None:
    rows = many(60)
    rows[0]["gold_answer"] = "something else"
    project.benchmark(rows)
    project.evals(GRADED)
    project.run("-x", "--llm-concurrency=2").assert_outcomes(failed=1)
    assert len(project.asked()) <= 6
    assert len(project.records()) == 1
    assert project.sidecar()["complete"] is False


def test_wrong_key_ends_the_session_in_one_line_after_one_call(project: Project) -> None:
    project.benchmark([{"id": f"q{n}", "question": "fail: 401"} for n in range(30)])
    project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(answer): ...\n')
    result = project.run()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*! Interrupted: stand-in:m: 401 wrong key !*"])
    result.stdout.no_fnmatch_line("*Traceback*")
    assert project.asked() == ["fail: 401"]
    result.assert_outcomes(errors=1)


def test_missing_key_ends_the_session_before_any_call(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    project.benchmark(many(3))
    project.evals(GRADED)
    result = project.run(model="openai:gpt-4o-mini")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*! Interrupted: no OPENAI_API_KEY in the environment; set it, or *"])


def test_transport_errors_are_tried_again_as_often_as_the_user_says(project: Project) -> None:
    project.benchmark([{"id": "q", "question": "fail: 500"}])
    project.evals(GRADED)
    result = project.run("--llm-retries=1")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E   stand-in:m: 500 out of order"])
    assert len(project.asked()) == 2


def test_selection_is_all_that_is_asked(project: Project) -> None:
    project.benchmark(many(30))
    project.evals(GRADED)
    project.run("-k", "q001 or q002").assert_outcomes(passed=2)
    assert sorted(project.asked()) == ["say: 1", "say: 2"]


@pytest.mark.parametrize("flag", ["--collect-only", "--setup-plan", "--help", "--fixtures", "--markers"])
def test_looking_asks_nothing_and_writes_nothing(project: Project, flag: str) -> None:
    project.benchmark(many(3))
    project.evals(GRADED)
    assert project.run(flag).ret == pytest.ExitCode.OK
    assert project.asked() == []
    assert project.logs() == []


def test_skipif_that_does_not_hold_is_asked_in_its_turn_and_one_that_holds_never(project: Project) -> None:
    project.benchmark(many(2))
    project.evals("""
@pytest.mark.skipif(True, reason="never")
@pytest.mark.llm_eval("questions.jsonl")
def test_never(answer): ...

@pytest.mark.skipif(False, reason="always")
@pytest.mark.llm_eval("questions.jsonl", limit=1)
def test_always(answer): ...
""")
    project.run().assert_outcomes(passed=1, skipped=2)
    assert project.asked() == ["say: 0"]


def test_sync_and_async_graders_and_tasks_work_together(project: Project) -> None:
    project.benchmark(many(4))
    project.evals("""
import time

def task(entry, llm):
    time.sleep(0.01)
    return llm.complete(entry.question)

def slow(entry, answer):
    time.sleep(0.01)
    return answer.text == entry.gold_answer

async def quick(entry, answer):
    return 1.0

@pytest.mark.llm_eval("questions.jsonl", task=task, graders=[slow, quick, graders.exact_match()])
def test_it(grade):
    assert_grade(grade, at_least="fully_correct")
    assert len(grade.scores) == 3
""")
    project.run().assert_outcomes(passed=4)


def test_error_of_the_users_task_shows_the_users_line(project: Project) -> None:
    project.benchmark(many(1))
    project.evals("""
def product(entry, llm):
    return {}["missing"]

@pytest.mark.llm_eval("questions.jsonl", task=product)
def test_it(answer): ...
""")
    result = project.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(['>       return {}["missing"]', "E       KeyError: 'missing'"])


def test_fixtures_tell_model_provider_and_commit(project: Project) -> None:
    project.benchmark(many(1))
    project.evals("""
@pytest.mark.llm_eval("questions.jsonl")
def test_it(entry, llm_model, llm_provider, repo_sha):
    assert (entry.id, llm_model, llm_provider, repo_sha) == ("q000", "m", "stand-in", None)
""")
    project.run().assert_outcomes(passed=1)


INTERRUPTED_LATE = """
@pytest.fixture(autouse=True)
def tidy(request):
    yield
    if "q002" in request.node.name:
        raise KeyboardInterrupt

@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()])
def test_it(grade):
    assert_grade(grade)
"""


def test_trial_that_was_told_is_in_the_log_when_ctrl_c_comes_before_its_teardown(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.benchmark(many(6))
    project.evals(INTERRUPTED_LATE)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    result = project.run("-v", own_process=True)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*test_it[[]q002] PASSED fully_correct*"])
    assert [record["question_id"] for record in project.records()] == ["q000", "q001", "q002"]
    assert project.sidecar()["complete"] is False


INTERRUPTED_EARLY = """
@pytest.mark.llm_eval("questions.jsonl")
def test_it(entry, answer):
    if entry.id == "q002":
        raise KeyboardInterrupt
"""


def test_trial_that_ctrl_c_stopped_is_not_in_the_log(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.benchmark(many(6))
    project.evals(INTERRUPTED_EARLY)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    project.run(own_process=True)
    assert [record["question_id"] for record in project.records()] == ["q000", "q001"]


def test_ctrl_c_stops_at_once_and_what_was_reported_is_in_the_log(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_DELAY", "0.05")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    project.benchmark(many(400))
    project.evals(GRADED)
    with subprocess.Popen(
        command_of("--llm-model=stand-in:m", "-v", "--llm-concurrency=4"),
        cwd=project.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=heed_ctrl_c,
    ) as process:
        assert process.stdout is not None
        passed = 0
        for line in process.stdout:
            passed += "PASSED fully_correct" in line
            if passed == 8:
                process.send_signal(signal.SIGINT)
                break
        passed += sum("PASSED fully_correct" in line for line in process.stdout)
        assert process.wait(20) == pytest.ExitCode.INTERRUPTED
    assert passed <= len(project.records()) <= passed + 1  # the last one may be written and not shown any more
    assert len(project.asked()) < 400
    assert project.sidecar()["complete"] is False
