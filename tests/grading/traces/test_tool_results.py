"""What is made of results: nothing invented, no failure hidden."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.traces.tool_results import tool_failures, tool_grounded
from tests.grading.traces.traces import answer, by_steps, entry, step, tool

PRICE = tool("price", "ok", '{"price": 1234.567, "stock": [3, 40]}')


@pytest.mark.parametrize(
    "text",
    [
        "It costs 1,234.57.",
        "It costs 1234.6, 3 are left.",
        "About 1235, of 40.",
        "No number at all.",
        "1. It costs 1234.567\n2. 40 are left",
    ],
)
def test_numbers_of_the_results_rounded_or_not_are_grounded(text: str) -> None:
    assert tool_grounded()(entry(), answer(PRICE, text=text)).level == "fully_correct"


def test_numbers_no_tool_gave_are_invented() -> None:
    grade = tool_grounded()(entry(), answer(PRICE, text="It costs 99, or 1234.567."))
    assert (grade.level, grade.failure_label, grade.notes) == ("unsupported", "hallucination", "no tool said 99")
    assert grade.scores[0].value == 0.5
    assert grade.scores[0].kind == "heuristic"


def test_without_any_result_the_evidence_is_missing() -> None:
    for tools in ((), (tool("price", "error", "503"),)):
        grade = tool_grounded()(entry(), answer(*tools, text="It costs 99."))
        assert grade.failure_label == "missing_evidence"


def test_what_the_user_and_the_system_prompt_said_may_be_repeated() -> None:
    said = ({"role": "user", "content": "for 17 people"}, {"role": "user", "content": [{"text": "on day 5"}]})
    told = by_steps(step(text="For 17 on day 5, at 9 sharp, 2 hours.", messages=said, system="At 9."))
    assert tool_grounded()(entry(question="2 hours?"), told).level == "fully_correct"


def test_a_planted_value_has_to_be_used() -> None:
    odd = tool("find", "ok", "the zebra-blue folder")
    assert tool_grounded("zebra-blue")(entry(), answer(odd, text="In zebra-blue.")).level == "fully_correct"
    grade = tool_grounded()(entry(metadata={"planted_values": ["zebra-blue"]}), answer(odd, text="In the red one."))
    assert (grade.level, grade.notes) == ("wrong", "does not use zebra-blue")


FAILED = tool("search", "timeout", "{}")


@pytest.mark.parametrize(
    ("tools", "text", "level", "notes"),
    [
        ([tool("search")], "42.", "fully_correct", ""),
        ([FAILED, tool("search")], "42.", "fully_correct", ""),
        ([FAILED], "I could not reach the search.", "fully_correct", ""),
        ([FAILED], "The answer is 42.", "unsupported", "does not say that search() failed"),
        ([FAILED] * 4, "It timed out.", "wrong", "a failing tool was called 4 times alike, 3 allowed"),
    ],
)
def test_failures_are_tried_again_within_bounds_and_told(tools: list[Any], text: str, level: str, notes: str) -> None:
    grade = tool_failures()(entry(), answer(*tools, text=text))
    assert (grade.level, grade.notes) == (level, notes)


def test_how_a_failure_is_admitted_may_be_said_by_the_author() -> None:
    admits = tool_failures(admits=["offline"])
    assert admits(entry(), answer(FAILED, text="The search is offline.")).level == "fully_correct"
    assert admits(entry(), answer(FAILED, text="It failed.")).level == "unsupported"


def test_less_than_one_try_cannot_be_allowed() -> None:
    with pytest.raises(ConfigurationError, match="must be a whole number >= 1"):
        tool_failures(max_tries=0)
