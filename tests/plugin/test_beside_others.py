"""Beside plugins that run items in their own way; the real ones are met in the matrix."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import Project
from tests.plugin.test_gate import WAYS
from tests.plugin.test_running import many

RERUNS = """
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):
    # As pytest-rerunfailures does it, with two reruns.
    for attempt in range(3):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        again = attempt < 2 and any(report.failed for report in reports)
        for report in reports:
            if again and report.failed:
                report.outcome = "rerun"
            item.ihook.pytest_runtest_logreport(report=report)
        if not again:
            return True
        item._initrequest()

def pytest_report_teststatus(report):
    return ("rerun", "R", "RERUN") if report.outcome == "rerun" else None
"""

FLAKY = """
TRIES = {}

@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()])
def test_it(entry, answer):
    TRIES[entry.id] = TRIES.get(entry.id, 0) + 1
    assert TRIES[entry.id] == 3 or entry.id == "q000"
"""


RIGHT_IN_THE_END = """
TRIES = {{}}

def task(entry, llm):
    TRIES[entry.id] = TRIES.get(entry.id, 0) + 1
    wanted = "other" if TRIES[entry.id] >= {passes_at} else "wrong"
    return wanted if entry.id == "q001" else llm.complete(entry.question)

@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()], task=task)
def test_it(grade):
    assert_grade(grade)
"""


@WAYS
def test_attempts_that_are_run_again_are_asked_and_shown_and_leave_one_record(
    project: Project, way: tuple[str, ...]
) -> None:
    project.benchmark(many(3))
    project.evals(FLAKY)
    (project.path / "conftest.py").write_text(RERUNS, encoding="utf-8")
    result = project.run("-rA", *way)
    assert result.parseoutcomes() == {"passed": 3, "rerun": 4}
    assert sorted(project.asked()) == ["say: 0", *["say: 1"] * 3, *["say: 2"] * 3]
    told = sorted((record["question_id"], record["outcome"]) for record in project.records())
    assert told == [("q000", "passed"), ("q001", "passed"), ("q002", "passed")]
    result.stdout.fnmatch_lines(["stand-in:m · 3 of 3 fully correct*"])
    assert project.sidecar()["complete"] is True


@WAYS
@pytest.mark.parametrize(("passes_at", "asked"), [(3, "all"), (4, "few")], ids=["passes in the end", "never passes"])
def test_canary_stop_heeds_the_last_attempt_alone(
    project: Project, passes_at: int, asked: str, way: tuple[str, ...]
) -> None:
    rows = [{**row, "gold_answer": "other" if row["id"] == "q001" else row["gold_answer"]} for row in many(30)]
    project.benchmark([{**row, "must_pass": row["id"] == "q001"} for row in rows])
    project.evals(RIGHT_IN_THE_END.format(passes_at=passes_at))
    (project.path / "conftest.py").write_text(RERUNS, encoding="utf-8")
    result = project.run("--llm-canary-stop", "--llm-concurrency=2", *way)
    if asked == "all":
        assert (result.ret, result.parseoutcomes()) == (0, {"passed": 30, "rerun": 2})
    else:
        assert result.ret == 1
        result.stdout.fnmatch_lines(["*q001 must pass (must_pass), and did not*"])
        assert len(project.records()) < 30


def test_async_evals_are_not_multiplied_by_the_backends_of_anyio(project: Project) -> None:
    project.benchmark(many(2))
    project.evals("""
pytestmark = pytest.mark.anyio

@pytest.fixture(scope="module", params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param

@pytest.mark.llm_eval("questions.jsonl")
async def test_it(entry, llm):
    assert (await llm.acomplete(entry.question)).text == entry.gold_answer
""")
    project.run("-p", "anyio").assert_outcomes(passed=2)
    assert [record["nodeid"] for record in project.records()] == [f"test_evals.py::test_it[q00{n}]" for n in (0, 1)]


def test_first_item_is_asked_first(project: Project) -> None:
    project.benchmark(many(4))
    project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(answer): ...\n')
    project.run("--llm-concurrency=1")
    assert project.asked() == [row["question"] for row in many(4)]
