"""Turns are graded by what is expected of each, the conversation by the worst."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import GraderError, NothingExpected
from pytest_llmeval.grading.combining import all_of
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.text_graders import contains
from pytest_llmeval.grading.traces.tool_calls import tool_calls
from pytest_llmeval.grading.turns import NOT_REACHED, grade_entry, grades_by_turn
from pytest_llmeval.models.answer import Answer
from tests.grading.traces.traces import entry


async def at_once(function: Callable[..., Any], *args: object) -> Any:
    return function(*args)


def grade(told: Entry, *said: str, graders: Any = None) -> Grade:
    answer = Answer(said[-1] if said else "", turns=tuple(map(Answer, said)))
    return asyncio.run(grade_entry(graders or [contains()], told, answer, run_in_thread=at_once))


def talk(*golds: str | None, **more: Any) -> Entry:
    return entry(turns=[entry(id=str(n), gold_answer=gold) for n, gold in enumerate(golds, 1)], **more)


def test_an_entry_without_turns_is_graded_as_ever() -> None:
    assert grade(entry(gold_answer="a"), "a").level == "fully_correct"


def test_a_turn_that_was_not_reached_is_wrong_where_something_is_expected_of_it() -> None:
    told = grade(talk("a", None, "c"), "a")
    assert (told.level, told.notes) == ("wrong", f"turn 3 of 3: wrong: {NOT_REACHED}")
    assert [one and one.level for one in grades_by_turn(told, 3)] == ["fully_correct", None, "wrong"]


def test_a_composite_judges_the_turns_that_expect_something() -> None:
    assert grade(talk("a", None), "a", "x", graders=[all_of(contains())]).level == "fully_correct"
    with pytest.raises(NothingExpected, match=r"graders\.tool_calls\(\) needs"):
        grade(talk("a"), "a", graders=[all_of(contains(), tool_calls())])


def test_a_function_may_pass_over_a_turn() -> None:
    def files_only(told: Entry, _answer: Answer) -> bool:
        if not told.expected_files:
            raise NothingExpected("no files")
        return True

    assert len(grade(talk("a"), "a", graders=[contains(), files_only]).scores) == 2


def test_an_unscored_turn_leaves_the_conversation_unscored() -> None:
    def unsure(_entry: Entry, _answer: Answer) -> Grade:
        return Grade(None, state="unscored", notes="no idea")

    told = grade(talk("a"), "a", graders=[unsure])
    assert (told.state, told.scores[0].value, told.scores[0].passed) == ("unscored", None, None)
    assert told.notes == "turn 1 of 1: unscored: no idea"


def test_nothing_expected_and_no_turns_are_errors() -> None:
    with pytest.raises(NothingExpected, match="nothing is expected of the conversation 'x'"):
        grade(talk(None), "a")
    with pytest.raises(GraderError, match="has turns and its task returned an answer without"):
        grade(talk("a"))


def test_no_grade_has_no_turns() -> None:
    assert grades_by_turn(None, 2) == (None, None)
