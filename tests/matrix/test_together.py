"""All plugins at once: everybody does their part, and no eval is asked or told twice."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.matrix.conftest import IN_ORDER, Suite
from tests.matrix.environment import PLUGINS
from tests.matrix.suite import ASKED, EVALS, PASSED, QUESTIONS

pytestmark = pytest.mark.matrix

WAYS = {
    "asyncio strict": ("--asyncio-mode=strict", "--randomly-seed=1"),
    "asyncio auto": ("--asyncio-mode=auto", "--randomly-seed=2"),
    "anyio auto": ("-o", "anyio_mode=auto"),
    "worksteal": ("-n2", "--dist=worksteal", "--asyncio-mode=auto"),
}
SHOWN = ("--force-sugar", "--html=report.html", "--self-contained-html", "--cov=.", "--cov-report=term-missing")


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_every_eval_is_asked_run_and_recorded_once_with_all_plugins(suite: Suite, way: tuple[str, ...]) -> None:
    ran = suite.run(*SHOWN, "--durations=2", "--junitxml=junit.xml", *way)

    assert ran.counted == {"passed": PASSED, "failed": 1, "rerun": 2}, ran.output
    assert ran.status == 1
    assert len(ran.asked) == ASKED
    assert len(ran.recorded) == len(set(ran.recorded)) == EVALS
    assert Counter(record["outcome"] for record in ran.records) == {"passed": EVALS - 1, "failed": 1}
    assert "2 rerun" in ran.output
    assert "2 snapshots passed" in ran.output
    assert "test_asynchronous.py" in ran.output
    assert "slowest 2 durations" in ran.output
    page = (suite.path / "report.html").read_text(encoding="utf-8")
    assert page.count("test_graded.py::test_graded[jp]") >= 1
    assert 'name="llm_grade" value="wrong"' in (suite.path / "junit.xml").read_text(encoding="utf-8")


def test_coverage_sees_bodies_that_ran_ahead_in_another_thread(suite: Suite) -> None:
    ran = suite.run("--cov=.", "--cov-report=term", "test_asynchronous.py")

    table = ran.output.partition("tests coverage")[2]
    (line,) = [line for line in table.splitlines() if line.startswith("test_asynchronous.py ")]
    assert line.split()[-1] == "100%"


def test_each_plugin_is_there(suite: Suite) -> None:
    shown = suite.run("--collect-only", "--trace-config", "test_graded.py").output
    named = shown.replace("_", "-")
    assert [plugin for plugin in PLUGINS if plugin not in named] == []


def test_order_is_shuffled_and_ids_are_not(suite: Suite) -> None:
    one = suite.run("--randomly-seed=1", "test_graded.py")
    two = suite.run("--randomly-seed=2", "test_graded.py")

    assert one.names != two.names
    assert sorted(one.names) == sorted(two.names) == sorted(f"test_graded[{row['id']}]" for row in QUESTIONS)
    assert len(two.asked) == len(QUESTIONS)


def test_rerun_asks_again_although_the_answer_is_in_the_cache(suite: Suite) -> None:
    suite.run("--llm-cache=auto", "test_graded.py")
    ran = suite.run("--llm-cache=auto", "--reruns=2", "test_graded.py", "-k", "[jp] or [fr]")

    assert ran.asked == ["say: Kyoto", "say: Kyoto"]
    assert ran.recorded == ["test_graded[fr]", "test_graded[jp]"]
    assert ran.counted == {"passed": 1, "rerun": 2, "failed": 1}


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=["plain", "-n 2"])
def test_superseded_attempts_are_in_no_rate(suite: Suite, way: tuple[str, ...]) -> None:
    ran = suite.run(*IN_ORDER, *way, "test_together.py", "-k", "lucky")

    assert ran.status == 0
    assert "stand-in:m · 1 of 1 passed" in ran.output


def test_repeated_evals_are_asked_each_time(suite: Suite) -> None:
    ran = suite.run("--count=3", "test_graded.py", "-k", "[fr-")

    assert ran.asked == ["say: Paris"] * 3
    assert ran.recorded == [f"test_graded[fr-{n}-3]" for n in (1, 2, 3)]


def test_answer_that_takes_too_long_for_a_test_is_an_error_and_the_run_goes_on(suite: Suite) -> None:
    ran = suite.run("--timeout=0.2", "test_graded.py", "-k", "[fr] or [de]", STAND_IN_DELAY="5")

    assert ran.counted == {"error": 2}
    assert [record["outcome"] for record in ran.records] == ["error", "error"]
    assert all("Timeout (>0.2s)" in record["error"] for record in ran.records)


def test_choosing_by_benchmark_asks_only_what_is_run(suite: Suite) -> None:
    only = suite.run("--benchmark-only", *IN_ORDER)
    assert (only.recorded, only.asked) == (["test_speed[fr]"], ["say: Paris"])

    skipped = suite.run("--benchmark-skip", *IN_ORDER)
    assert len(skipped.asked) == ASKED - 1
