"""Graders run where they belong, and a crash is told with a name."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from pytest_llmeval import graders
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import (
    BudgetExhausted,
    GraderError,
    InfrastructureError,
    NotReplayable,
    RateLimited,
    UnscoredError,
)
from pytest_llmeval.grading.grade import Grade, Level, Score
from pytest_llmeval.grading.running import grade_answer
from pytest_llmeval.models.answer import Answer

ENTRY = Entry(id="sum-3", question="2 + 2?", gold_answer=4)


def run(*given: Any, answer: Answer | None = None, in_thread: Callable[..., Any] = asyncio.to_thread) -> Grade:
    return asyncio.run(grade_answer(given, ENTRY, answer or Answer("4"), run_in_thread=in_thread))


def returning(verdict: Any) -> Any:
    return lambda entry, answer: verdict


@pytest.mark.parametrize(
    ("verdict", "level"),
    [
        (True, "fully_correct"),
        (False, "wrong"),
        (0.5, "partially_correct"),
        (Score("s", 1.0), "fully_correct"),
        (Grade("unsupported"), "unsupported"),
    ],
)
def test_any_verdict_of_any_function_becomes_a_grade(verdict: Any, level: Level) -> None:
    assert run(returning(verdict)).level == level


def test_of_several_graders_the_lowest_counts_and_every_score_is_kept() -> None:
    grade = run(graders.numeric(), returning(0.5), graders.contains("4"))
    assert grade.level == "partially_correct"
    assert [score.value for score in grade.scores] == [1.0, 0.5, 1.0]


def test_rule_graders_run_on_the_loop_and_plain_functions_in_a_thread() -> None:
    homes: list[str] = []

    def plain(entry: Entry, answer: Answer) -> bool:
        homes.append(threading.current_thread().name)
        return True

    async def refused(*_: Any) -> Any:
        raise AssertionError("a rule grader was sent to a thread")

    assert run(graders.numeric(), in_thread=refused).level == "fully_correct"
    assert run(plain).level == "fully_correct"
    assert homes != [threading.main_thread().name]


def test_async_graders_run_on_the_loop_side_by_side() -> None:
    met = asyncio.Event()

    async def first(entry: Entry, answer: Answer) -> bool:
        await asyncio.wait_for(met.wait(), 5)
        return True

    class Second:
        async def __call__(self, entry: Entry, answer: Answer) -> bool:
            met.set()
            return True

    assert run(first, Second()).level == "fully_correct"


def test_no_thread_is_taken_for_an_async_grader() -> None:
    async def refused(*_: Any) -> Any:
        raise AssertionError("an async grader was sent to a thread")

    async def judge(entry: Entry, answer: Answer) -> bool:
        return True

    assert run(judge, in_thread=refused).level == "fully_correct"


def test_a_plain_function_may_return_an_awaitable() -> None:
    async def later() -> float:
        return 0.25

    assert run(lambda entry, answer: later()).level == "partially_correct"


def test_the_parts_of_a_combination_run_each_where_it_belongs() -> None:
    async def judge(entry: Entry, answer: Answer) -> bool:
        return True

    grade = run(graders.all_of(graders.numeric(), judge, graders.any_of(returning(False), returning(True))))
    assert grade.level == "fully_correct"
    assert len(grade.scores) == 4


def crashing(entry: Entry, answer: Answer) -> bool:
    raise KeyError("no\nsuch\x1b[2J key")


async def crashing_later(entry: Entry, answer: Answer) -> bool:
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("grader", "message"),
    [
        (crashing, "grader crashing crashed on entry 'sum-3': KeyError: 'no\\nsuch\\x1b[2J key'"),
        (crashing_later, "grader crashing_later crashed on entry 'sum-3': ZeroDivisionError"),
        (graders.all_of(graders.numeric(), crashing_later), "grader crashing_later crashed on entry 'sum-3'"),
        (returning("maybe"), "returned 'maybe'; return a Grade"),
    ],
)
def test_a_crash_is_an_error_with_the_graders_name_and_not_a_wrong_grade(grader: Any, message: str) -> None:
    with pytest.raises(GraderError) as caught:
        run(graders.numeric(), grader)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("error", [UnscoredError("no verdict"), RateLimited("slow down"), GraderError("needs x")])
def test_infrastructure_errors_of_a_grader_pass_through_unchanged(error: InfrastructureError) -> None:
    def failing(entry: Entry, answer: Answer) -> bool:
        raise error

    with pytest.raises(InfrastructureError) as caught:
        run(failing)
    assert caught.value is error


def test_a_users_grader_that_finds_nothing_to_judge_is_unextractable() -> None:
    grade = run(lambda entry, answer: answer.json()["total"] == 4, answer=Answer("four"))
    assert (grade.state, grade.level) == ("unextractable", None)
    assert grade.notes.startswith("the answer is not JSON")


def test_where_one_grader_fails_the_others_are_not_left_running() -> None:
    ended: list[str] = []

    async def slow(entry: Entry, answer: Answer) -> bool:
        await asyncio.sleep(0.01)
        ended.append("slow")
        return True

    with pytest.raises(GraderError):
        run(crashing_later, slow)
    assert ended == ["slow"]


def test_a_wrong_answer_that_was_cut_off_is_truncated() -> None:
    assert run(graders.numeric(), answer=Answer("5", finish_reason="length")).state == "truncated"
    assert run(graders.numeric(), answer=Answer("4", finish_reason="length")).level == "fully_correct"


def test_without_graders_there_is_nothing_to_say() -> None:
    with pytest.raises(
        GraderError, match=r"entry 'sum-3' cannot be graded: there is no grader; add graders=\[\.\.\.\]"
    ):
        run()


@pytest.mark.parametrize("error", [BudgetExhausted("calls used up"), NotReplayable("not in the run")])
def test_a_grader_whose_own_call_was_not_made_has_not_crashed(error: Exception) -> None:
    def asking(entry: Entry, answer: Answer) -> bool:
        raise error

    with pytest.raises(type(error), match=f"^{error}$"):
        run(asking)
