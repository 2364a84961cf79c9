"""Loops and limits of a trace."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.traces.budgets import budget
from pytest_llmeval.grading.traces.loops import most_repeated, no_loops
from pytest_llmeval.models.answer import ToolCall, ToolResult, Usage
from tests.grading.traces.traces import answer, by_steps, entry, step, tool


def test_the_same_call_in_any_order_of_arguments_is_a_repeat() -> None:
    same = [ToolCall("a", {"x": 1, "y": 2}), ToolCall("b"), ToolCall("a", {"y": 2, "x": 1}), ToolCall("a", {"x": 1})]
    assert str(most_repeated(same)) == 'a({"x": 1, "y": 2}) 2 times'
    assert most_repeated([]).times == 0


def test_a_cycle_is_told_as_such() -> None:
    assert str(most_repeated([ToolCall(name) for name in "abcabcabc"])) == "a(), b(), c() 3 times"
    assert str(most_repeated([ToolCall(name) for name in "abba"])) == "a() 2 times"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from("abc"), max_size=12))
def test_nothing_is_repeated_more_often_than_its_most_frequent_call(names: list[str]) -> None:
    assert most_repeated([ToolCall(name) for name in names]).times == max(map(names.count, names), default=0)


def test_more_repeats_than_allowed_are_wrong() -> None:
    look = tool("look")
    assert no_loops()(entry(), answer(look, look)).level == "fully_correct"
    grade = no_loops()(entry(), answer(look, look, look, look))
    assert (grade.level, grade.scores[0].value, grade.notes) == ("wrong", 0.5, "look() 4 times, 2 allowed")
    assert no_loops(max_repeats=4)(entry(), answer(look, look, look, look)).level == "fully_correct"


@pytest.mark.parametrize("repeats", [0, True, 1.5, "2"])
def test_less_than_one_call_cannot_be_allowed(repeats: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"must be a whole number >= 1"):
        no_loops(max_repeats=repeats)


TRACE = by_steps(step(ToolCall("a", result=ToolResult("x", latency_s=2.5))), step())


@pytest.mark.parametrize(
    ("limits", "level", "notes"),
    [
        (
            {"max_steps": 2, "max_tool_calls": 1, "max_tokens": 22, "max_cost": 1.0, "max_seconds": 4.5},
            "fully_correct",
            "",
        ),
        ({"max_steps": 1}, "wrong", "steps: 2, 1 allowed"),
        ({"max_tool_calls": 0}, "wrong", "tool calls: 1, 0 allowed"),
        ({"max_tokens": 21, "max_cost": 0.5}, "wrong", "tokens: 22, 21 allowed; cost: 1, 0.5 allowed"),
        ({"max_seconds": 4}, "wrong", "seconds: 4.5, 4 allowed"),
    ],
)
def test_over_any_limit_is_wrong(limits: dict[str, Any], level: str, notes: str) -> None:
    grade = budget(**limits)(entry(), TRACE)
    assert (grade.level, grade.notes) == (level, notes)
    assert [score.name for score in grade.scores] == [f"budget_{name.removeprefix('max_')}" for name in limits]


def test_a_measure_nobody_knows_is_no_verdict() -> None:
    unknown = by_steps(step(cost=None, usage=Usage()))
    grade = budget(max_cost=1, max_steps=1)(entry(), unknown)
    assert (grade.level, grade.state, grade.notes) == (None, "unscored", "cost: unknown, 1 allowed")
    assert budget(max_cost=1, max_steps=0)(entry(), unknown).level == "wrong"


@pytest.mark.parametrize("limits", [{}, {"max_steps": -1}, {"max_cost": "1"}, {"max_steps": True}])
def test_limits_are_numbers_and_one_at_least(limits: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=r"graders\.budget\("):
        budget(**limits)
