"""Pytest's own flags, with all plugins there: what they leave out is not asked."""

from __future__ import annotations

import pytest

from tests.matrix.conftest import IN_ORDER, Ran, Suite

pytestmark = pytest.mark.matrix

EUROPE = [f"test_graded[{name}]" for name in ("de", "fr", "it")]
WRONG = "test_graded[jp]"


def graded(suite: Suite, *args: str) -> Ran:
    """Run the graded evals in the benchmark's order, the third of six failing, one call at a time."""
    return suite.run(*IN_ORDER, "--llm-concurrency=1", "test_graded.py", *args)


@pytest.mark.parametrize(
    "chosen",
    [
        ("-k", "[fr] or [de] or [it]"),
        ("-m", "europe"),
        ("-m", "llm_entry(category='europe')"),
        ("-m", "europe", "-n2"),
    ],
    ids=" ".join,
)
def test_what_is_not_selected_is_not_asked(suite: Suite, chosen: tuple[str, ...]) -> None:
    ran = graded(suite, *chosen)

    assert ran.counted == {"passed": 3}
    assert ran.recorded == EUROPE
    assert sorted(ran.asked) == ["say: Berlin", "say: Paris", "say: Rome"]


def test_last_failed_asks_only_what_failed_and_failed_first_asks_it_first_and_the_rest_once(suite: Suite) -> None:
    graded(suite)
    last = graded(suite, "--lf")
    first = graded(suite, "--ff")

    assert (last.recorded, last.asked) == ([WRONG], ["say: Kyoto"])
    assert first.names[0] == WRONG
    assert first.asked[0] == "say: Kyoto"
    assert len(first.asked) == len(set(first.asked)) == 6


def test_stepwise_stops_at_a_failure_and_begins_there_the_next_time(suite: Suite) -> None:
    first = graded(suite, "--sw")
    second = graded(suite, "--sw")

    assert (first.counted, second.counted) == ({"passed": 2, "failed": 1}, {"failed": 1})
    assert first.recorded == ["test_graded[de]", "test_graded[fr]", WRONG]
    assert "say: Paris" not in second.asked


def test_stop_at_a_failure_leaves_the_rest_unasked(suite: Suite) -> None:
    ran = graded(suite, "--maxfail=1")  # which -x is short for

    assert ran.counted == {"passed": 2, "failed": 1}
    assert len(ran.records) == 3
    assert len(ran.asked) <= 4  # the window is as wide as the concurrency


def test_stop_at_a_failure_in_two_processes_leaves_a_log_of_what_was_reported(suite: Suite) -> None:
    ran = graded(suite, "-n2", "-x")

    assert ran.counted["failed"] == 1
    assert set(ran.recorded) == set(ran.names)


def test_debugger_is_not_entered_without_a_failure(suite: Suite) -> None:
    ran = graded(suite, "--pdb", "-m", "europe")

    assert (ran.status, ran.counted) == (0, {"passed": 3})
    assert len(ran.asked) == 3


def test_debugger_that_is_left_keeps_what_was_reported(suite: Suite) -> None:
    ran = graded(suite, "--pdb")

    assert ran.status == pytest.ExitCode.INTERRUPTED
    assert "(Pdb)" in ran.output
    assert [record["outcome"] for record in ran.records][:2] == ["passed", "passed"]


@pytest.mark.parametrize("flag", ["--collect-only", "--setup-plan"])
def test_planning_asks_and_writes_nothing(suite: Suite, flag: str) -> None:
    ran = suite.run(flag, "test_graded.py", "test_asynchronous.py")

    assert ran.status == 0, ran.output
    assert "test_graded.py" in ran.output
    assert (ran.asked, ran.records, list(suite.path.glob("llm-runs/*"))) == ([], [], [])


def test_durations_show_where_the_waiting_was(suite: Suite) -> None:
    ran = suite.run(*IN_ORDER, "test_graded.py", "--durations=1", "-vv", "-k", "[fr]", STAND_IN_DELAY="0.15")

    (line,) = [line for line in ran.output.splitlines() if " setup " in line and "test_graded[fr]" in line]
    assert float(line.split("s ")[0]) >= 0.1
