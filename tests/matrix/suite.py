"""The evals that the matrix runs: every way in which an eval and another plugin can meet."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

QUESTIONS = [
    {"id": "fr", "question": "say: Paris", "gold_answer": "Paris", "category": "europe"},
    {"id": "de", "question": "say: Berlin", "gold_answer": "Berlin", "category": "europe"},
    {"id": "jp", "question": "say: Kyoto", "gold_answer": "Tokyo", "category": "asia"},
    {"id": "cn", "question": "say: Beijing", "gold_answer": "Beijing", "category": "asia"},
    {"id": "it", "question": "say: Rome", "gold_answer": "Rome", "category": "europe"},
    {"id": "in", "question": "say: Delhi", "gold_answer": "Delhi", "category": "asia"},
]
"""One of them is answered wrong."""

INI = """
[pytest]
addopts = --strict-markers --strict-config
filterwarnings = error
asyncio_default_fixture_loop_scope = function
"""

GRADED = """
import pytest
from pytest_llmeval import assert_grade, graders

@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()])
def test_graded(answer, grade):
    assert_grade(grade, at_least="fully_correct")
"""

ASYNCHRONOUS = """
import asyncio
import anyio
import pytest

pytestmark = pytest.mark.anyio  # as suites have it that run all their async tests under anyio

@pytest.fixture(scope="module", params=["asyncio", ("asyncio", {"debug": True})], ids=["fast", "slow"])
def anyio_backend(request):
    return request.param

@pytest.mark.llm_eval("questions.jsonl", limit=3)
async def test_body(entry, llm):
    answer = await llm.acomplete(entry.question)
    await asyncio.sleep(0)
    assert answer.text == entry.question.removeprefix("say: ")

@pytest.mark.asyncio
@pytest.mark.llm_eval("questions.jsonl", limit=1)
async def test_marked_for_asyncio(entry, llm):
    assert (await llm.acomplete(entry.question)).text == "Paris"

class TestMethods:
    @pytest.mark.llm_eval("questions.jsonl", limit=1)
    async def test_method(self, entry, llm):
        assert (await llm.acomplete(entry.question)).text == "Paris"

async def test_of_anyio():
    await anyio.sleep(0)
"""

TOGETHER = """
import pytest

@pytest.mark.timeout(30)
@pytest.mark.llm_eval("questions.jsonl", limit=2)
def test_snapshot(entry, llm, snapshot):
    assert llm.complete(entry.question).text == snapshot

@pytest.mark.benchmark(min_rounds=2, max_time=0.01)
@pytest.mark.llm_eval("questions.jsonl", limit=1)
def test_speed(answer, benchmark):
    assert benchmark(lambda: answer.text) == "Paris"

TRIES = []

@pytest.mark.flaky(reruns=2)
@pytest.mark.llm_eval("questions.jsonl", limit=1)
def test_third_time_lucky(answer):
    TRIES.append(answer)
    assert len(TRIES) == 3

@pytest.mark.repeat(2)
@pytest.mark.llm_eval("questions.jsonl", limit=1)
def test_repeated(answer):
    assert answer.text == "Paris"

@pytest.mark.asyncio
async def test_of_asyncio():
    pass

def test_plain():
    assert True
"""

SNAPSHOTS = """# serializer version: 1
# name: test_snapshot[de]
  'Berlin'
# ---
# name: test_snapshot[fr]
  'Paris'
# ---
"""

FILES: Mapping[str, str] = MappingProxyType(
    {
        "pytest.ini": INI,
        "test_asynchronous.py": ASYNCHRONOUS,
        "test_graded.py": GRADED,
        "test_together.py": TOGETHER,
        "__snapshots__/test_together.ambr": SNAPSHOTS,
    }
)

EVALS = 6 + 3 + 1 + 1 + 2 + 1 + 1 + 2
"""Trials of the whole suite; one of them is asked three times."""
ASKED = EVALS + 2
PASSED = EVALS - 1 + 4
"""With those that are no evals: one under anyio on two backends, one under pytest-asyncio, and a plain one."""
