"""Assertion helpers about tools and traces."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_llmeval.errors import ConfigurationError, NothingExpected, UnscoredError
from pytest_llmeval.grading.assertions import EvalAssertionError
from pytest_llmeval.grading.context import TrialContext
from pytest_llmeval.grading.traces.assertions import assert_tool_calls, assert_trajectory
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
