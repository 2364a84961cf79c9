"""Assertion helpers about tools and traces."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, NothingExpected, UnscoredError
from pytest_llmeval.grading.assertions import EvalAssertionError
from pytest_llmeval.grading.context import TrialContext
from pytest_llmeval.grading.json_schema import json_schema
from pytest_llmeval.grading.judge.rubric_judge import rubric_judge
from pytest_llmeval.grading.text_graders import contains, regex
from pytest_llmeval.grading.traces.assertions import assert_no_format_drift, assert_tool_calls, assert_trajectory
from pytest_llmeval.models.answer import Answer
from tests.grading.traces.traces import answer, by_steps, entry, step, tool

LOOKED = answer(tool("look"), tool("look"))


def test_tools_are_compared_and_the_failure_says_how_they_differ() -> None:
    assert_tool_calls(LOOKED, ["look", "look"])
    assert_tool_calls(LOOKED, "look", order="superset", args="names")
    with pytest.raises(EvalAssertionError, match=r"not expected: look\(\)"):
        assert_tool_calls(LOOKED, "look")
    with pytest.raises(NothingExpected):
        assert_tool_calls(LOOKED)


def test_expectations_come_from_the_entry_and_the_check_is_kept_with_the_trial() -> None:
    context = TrialContext(entry(expected_tools=["look", "look"]))
    assert_tool_calls(replace(LOOKED, context=context))
    assert [check.name for check in context.checks] == ["assert_grade"]


def test_limits_of_a_trajectory() -> None:
    assert_trajectory(LOOKED, max_steps=3, max_tool_calls=2, max_tokens=33, max_cost=2, max_seconds=5, max_repeats=2)
    with pytest.raises(EvalAssertionError, match="steps: 3, 2 allowed"):
        assert_trajectory(LOOKED, max_steps=2)
    with pytest.raises(EvalAssertionError, match=r"look\(\) 2 times, 1 allowed"):
        assert_trajectory(LOOKED, max_repeats=1)
    with pytest.raises(UnscoredError, match="cost: unknown, 1 allowed"):
        assert_trajectory(by_steps(step(cost=None)), max_cost=1)
    with pytest.raises(ConfigurationError, match="needs a limit"):
        assert_trajectory(LOOKED)


JSON = {"type": ["object", "array"]}


def talk(*texts: str, expects: str = "") -> Answer:
    turns = tuple(Entry(id=str(n), question="?", gold_answer=expects or None) for n, _ in enumerate(texts))
    whole = entry(turns=turns)
    context = TrialContext(whole)
    return Answer(texts[-1], turns=tuple(Answer(text, context=context) for text in texts), context=context)


def test_a_conversation_that_keeps_its_format_passes_and_one_that_drifts_names_the_turn() -> None:
    assert_no_format_drift(talk("{}", "[1]", '{"a": 1}'), json_schema(JSON), turns=3)
    with pytest.raises(EvalAssertionError, match=r"turn 3 of 4 is the first that does not: .*; 3 of 4 turns keep"):
        assert_no_format_drift(talk("{}", "[1]", "Sure!", "{}"), json_schema(JSON))


def test_every_turn_is_held_against_its_own_entry() -> None:
    assert_no_format_drift(talk("a b", "b a", expects="a"), contains())
    with pytest.raises(EvalAssertionError, match="turn 2 of 2"):
        assert_no_format_drift(talk("a b", "b", expects="a"), contains())


def test_the_failure_tells_how_much_kept_and_how_long_it_held() -> None:
    with pytest.raises(EvalAssertionError, match=r"format_kept 0\.75, format_held 0\.50"):
        assert_no_format_drift(talk("x", "x", "y", "x"), lambda _, turn: turn.text == "x")


def test_the_failure_tells_the_slope_with_its_interval() -> None:
    with pytest.raises(EvalAssertionError, match=r"2 of 4 turns keep .*, slope -0\.400 \[-1\.008, \+0\.208\] a turn"):
        assert_no_format_drift(talk("x", "x", "y", "y"), lambda _, turn: turn.text == "x")


def test_one_turn_has_no_slope() -> None:
    with pytest.raises(EvalAssertionError) as told:
        assert_no_format_drift(talk("y"), lambda _, turn: turn.text == "x", turns=1)
    assert "slope " not in str(told.value)


def test_a_conversation_that_a_test_made_itself_is_checked_too() -> None:
    assert_no_format_drift(Answer("x", turns=(Answer("x"), Answer("x"))), contains("x"))


def test_the_trial_keeps_which_turns_kept_to_every_format() -> None:
    answer = talk("ab", "a", "b")
    context = answer.context
    assert isinstance(context, TrialContext)
    context.answer = answer
    for letter in "ab":
        with pytest.raises(EvalAssertionError):
            assert_no_format_drift(answer, regex(letter))
    assert context.turns_kept == [True, False, False]
    assert_no_format_drift(replace(talk("x", "x"), context=context), lambda *_: True)  # not the trial's own answer
    assert context.turns_kept == [True, False, False]


@pytest.mark.parametrize(
    ("texts", "check", "fault"),
    [
        (("x", "x"), lambda *_: True, "the answer has 2 turns, at least 3 are wanted"),
        (("x", "x", "x"), rubric_judge(), "rubric_judge has to be awaited; give a grader by rule"),
    ],
)
def test_too_few_turns_and_checks_that_wait_are_refused(texts: tuple[str, ...], check: Any, fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault):
        assert_no_format_drift(talk(*texts), check, turns=3)
