"""``async def`` evals."""

import pytest

from tests.plugin.conftest import GRADED, Project
from tests.plugin.test_running import many

BODY = """
@pytest.mark.llm_eval("questions.jsonl")
async def test_it(entry, llm):
    answer = await llm.acomplete(entry.question)
    assert answer.text == entry.gold_answer
"""


def test_async_evals_run_ahead_of_their_turn(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAND_IN_DELAY", "0.1")
    project.benchmark(many(20))
    project.evals(BODY)
    project.run("--llm-concurrency=20").assert_outcomes(passed=20)
    assert project.most_in_flight() >= 10
    assert len(project.asked()) == 20


def test_each_body_runs_once_under_plugins_that_run_async_tests_too(project: Project) -> None:
    project.benchmark(many(3))
    project.evals(
        BODY.replace("    answer =", "    RUNS.append(entry.id)\n    answer =", 1)
        + """
RUNS = []

def test_count():
    assert sorted(RUNS) == ["q000", "q001", "q002"]
"""
    )
    project.run("-p", "anyio").assert_outcomes(passed=4)


def test_failure_in_an_async_body_shows_the_users_line(project: Project) -> None:
    project.benchmark([{"id": "q", "question": "say: x", "gold_answer": "y"}])
    project.evals(BODY)
    result = project.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([">       assert answer.text == entry.gold_answer", "E       *assert 'x' == 'y'"])
    assert project.records()[0]["outcome"] == "failed"


def test_helper_failure_in_an_async_body_is_short(project: Project) -> None:
    project.benchmark([{"id": "q", "question": "say: x"}])
    project.evals(BODY.replace("assert answer.text == entry.gold_answer", 'assert_contains(answer, "zebra")'))
    result = project.run()
    result.stdout.fnmatch_lines(['>       assert_contains(answer, "zebra")', "E   the answer does not hold 'zebra'"])
    result.stdout.no_fnmatch_line("*loop_thread*")
    result.stdout.no_fnmatch_line("*concurrent*")


def test_body_with_a_function_scoped_fixture_runs_in_its_turn(project: Project) -> None:
    project.benchmark(many(3))
    project.evals("""
ALIVE = []

@pytest.fixture
def resource():
    ALIVE.append(1)
    yield "open"
    ALIVE.pop()

@pytest.mark.llm_eval("questions.jsonl")
async def test_it(entry, llm, resource):
    assert ALIVE == [1] and resource == "open"
    assert (await llm.acomplete(entry.question)).text == entry.gold_answer
""")
    project.run().assert_outcomes(passed=3)


def test_wider_fixture_is_given_to_the_body(project: Project) -> None:
    project.benchmark(many(5))
    project.evals("""
@pytest.fixture(scope="module")
def prefix():
    return "say: "

class TestIt:
    @pytest.mark.llm_eval("questions.jsonl")
    async def test_it(self, entry, llm, llm_model, prefix):
        assert llm_model == "m" and entry.question.startswith(prefix)
        assert (await llm.acomplete(entry.question)).text == entry.gold_answer
""")
    project.run().assert_outcomes(passed=5)


def test_async_body_may_use_the_answer_asked_ahead(project: Project) -> None:
    project.benchmark(many(3))
    project.evals(GRADED.replace("def test", "async def test"))
    project.run().assert_outcomes(passed=3)
    assert len(project.asked()) == 3


def test_skip_and_provider_error_in_an_async_body_are_what_they_are(project: Project) -> None:
    project.benchmark([{"id": "s", "question": "skip"}, {"id": "e", "question": "fail: 400"}])
    project.evals("""
@pytest.mark.llm_eval("questions.jsonl")
async def test_it(entry, llm):
    if entry.question == "skip":
        pytest.skip("not today")
    await llm.acomplete(entry.question)
""")
    project.run().assert_outcomes(skipped=1, errors=1)


def test_async_test_without_the_marker_is_left_to_others(project: Project) -> None:
    project.evals("async def test_plain(): ...\n")
    result = project.run("-W", "ignore")
    assert result.parseoutcomes() in ({"failed": 1}, {"skipped": 1})  # as the version of pytest has it
