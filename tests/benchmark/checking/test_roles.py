"""A task in the system role is told; instructions there are not."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.benchmark.checking.roles import tasks_in_the_system_role
from pytest_llmeval.benchmark.entry import Entry

ASKED = "What is the capital of France?"
USER = {"role": "user", "content": ASKED}
HELD = "its system prompt holds the question; leave what is asked to the user's message"
NO_USER = "its messages have a system role and no text of a user; put what is asked into a user's message"


def told(**row: Any) -> list[str]:
    return [one.text for one in tasks_in_the_system_role([Entry(**{"id": "a", "question": ASKED, **row})])]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"system_prompt": f"You are terse. {ASKED.upper()}"}, HELD),
        ({"messages": [{"role": "developer", "content": [{"type": "text", "text": ASKED}]}, USER]}, HELD),
        ({"messages": [{"role": "system", "content": ASKED}]}, NO_USER),
        ({"messages": [{"role": "system", "content": "Go."}, {"role": "user", "content": " "}]}, NO_USER),
    ],
)
def test_what_is_asked_in_the_system_role_is_a_warning(row: dict[str, Any], said: str) -> None:
    assert told(**row) == [said]


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"system_prompt": "You know the capital of each country."},
        {"question": "Go on.", "system_prompt": "Go on until you are told to stop."},
        {"messages": [USER]},
        {"messages": [{"role": "system", "content": "Be brief."}, USER]},
        {"messages": [{"role": "system", "content": "Be brief."}], "turns": [{"id": "t", "question": ASKED}]},
        {"messages": [{"role": "assistant", "content": "Hello."}]},
    ],
)
def test_instructions_are_left_alone(row: dict[str, Any]) -> None:
    assert told(**row) == []
