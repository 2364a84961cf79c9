"""A trace is optimal, wasteful or broken."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.traces.trajectory import trajectory
from pytest_llmeval.models.answer import Answer, ToolCall
from tests.grading.traces.traces import answer, by_steps, entry, step, tool


def label(grade: Grade) -> str:
    return grade.scores[0].detail.partition(";")[0]


@pytest.mark.parametrize(
    ("expected", "made", "wanted", "notes"),
    [
        (["a", "b"], [tool("a"), tool("b")], "optimal", ""),
        (["a"], [tool("a", "error"), tool("a")], "optimal", ""),
        (None, [], "optimal", ""),
        (None, [tool("a"), tool("b")], "optimal", ""),
        (["a"], [tool("a"), tool("b")], "wasteful", "wasteful; not needed: b()"),
        (["a"], [tool("a", "invalid_arguments"), tool("a")], "wasteful", "wasteful; not valid at first: a()"),
        (None, [tool("a"), tool("a")], "wasteful", "wasteful; repeated: a()"),
        (None, [tool("z", "unknown_tool"), tool("a")], "wasteful", "wasteful; not valid at first: z()"),
        (["a", "b"], [tool("a")], "broken", "broken; missing b()"),
        (None, [tool("a")] * 4, "broken", "broken; a() 4 times"),
        (None, [tool("a", "invalid_arguments")], "broken", "broken; a() was no valid call"),
        (None, [tool("z", "unknown_tool")], "broken", "broken; z() was no valid call"),
        (None, [ToolCall("a", raw_arguments="{x")], "broken", 'broken; a("{x") was no valid call'),
    ],
)
def test_labels(expected: Any, made: list[ToolCall], wanted: str, notes: str) -> None:
    grade = trajectory(expected)(entry(), answer(*made))
    levels = {"optimal": "fully_correct", "wasteful": "partially_correct", "broken": "wrong"}
    assert (label(grade), grade.level, grade.notes) == (wanted, levels[wanted], notes)


def test_a_model_that_came_to_no_answer_is_broken() -> None:
    grade = trajectory()(entry(), by_steps(step(tool("a")), step(tool("b"))))
    assert grade.notes == "broken; no answer after 2 steps"


def test_expectations_are_those_of_the_entry_and_its_turns() -> None:
    turns = [entry(id="1", expected_tools=["a"]), entry(id="2", expected_tools=["none"])]
    both = entry(expected_tools=["b"], turns=turns)
    assert label(trajectory()(both, answer(tool("a"), tool("b")))) == "optimal"
    assert label(trajectory()(both, answer(tool("a")))) == "broken"
    assert label(trajectory()(entry(expected_tools=["none"]), answer(tool("a")))) == "wasteful"
    assert label(trajectory()(entry(), Answer("done"))) == "optimal"


def test_settings_that_mean_nothing_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="must be a whole number >= 1"):
        trajectory(max_repeats=0)
    with pytest.raises(ConfigurationError, match="an expected tool is a name"):
        trajectory([5])
