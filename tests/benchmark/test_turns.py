"""Turns of a conversation, as benchmark files write them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.loading import benchmark_from_entries
from pytest_llmeval.errors import BenchmarkError


def read(row: dict[str, Any]) -> Entry:
    (entry,) = benchmark_from_entries([{"id": "x", **row}]).entries
    return entry


def test_a_turn_is_text_or_an_entry_of_its_own_in_any_spelling() -> None:
    entry = read(
        {
            "turns": [
                "hello",
                {"user": "And 2 + 2?", "expected": 4},
                {"role": "user", "content": "Look it up.", "expected_tools": "search", "graders": ["tool_calls"]},
            ]
        }
    )
    assert [turn.question for turn in entry.turns] == ["hello", "And 2 + 2?", "Look it up."]
    assert [turn.id for turn in entry.turns] == ["1", "2", "3"]
    assert [turn.gold_answer for turn in entry.turns] == [None, 4, None]
    assert entry.turns[2].expected_tools == ("search",)
    assert entry.turns[2].metadata == {"graders": ["tool_calls"]}
    assert [turn.expects_something for turn in entry.turns] == [False, True, True]


def test_the_first_turn_stands_for_a_question_that_is_not_given() -> None:
    assert read({"turns": ["hello", "bye"]}).question == "hello"
    assert read({"question": "small talk", "turns": ["hello"]}).question == "small talk"


def test_turns_and_tools_are_part_of_the_content() -> None:
    hashes = {
        read(row).hash
        for row in (
            {"question": "hello"},
            {"question": "hello", "turns": ["hello"]},
            {"question": "hello", "turns": [{"user": "hello", "gold_answer": "hi"}]},
            {"question": "hello", "fake_tools": {"name": "a", "returns": 1}},
            {"question": "hello", "fake_tools": {"name": "a", "returns": 2}},
        )
    }
    assert len(hashes) == 5


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"turns": 3}, "entries[0]: entry 'x' has no 'question'"),
        ({"question": "q", "turns": 3}, "'turns' must be a list of texts, or of objects with the text of the 'user'"),
        ({"turns": ["a", 5]}, "'turns' must be a list of texts"),
        ({"turns": ["a", {"user": " "}]}, "'turns' must be a list of texts"),
        ({"turns": ["a", {"expected": "b"}]}, "turn 2 has no 'user'; add what the user says"),
        ({"turns": [{"role": "assistant", "content": "b"}]}, "turn 1 is of the 'assistant'; a turn is the user's"),
        (
            {"turns": [{"user": "a", "gold_anwser": "b"}]},
            "turn 1 has a field 'gold_anwser'; did you mean 'gold_answer'?",
        ),
        ({"question": "q", "fake_tools": [{}]}, "'fake_tools' must be a list of objects, each with a name"),
    ],
)
def test_what_is_no_turn_or_tool_is_told(row: dict[str, Any], says: str) -> None:
    with pytest.raises(BenchmarkError) as caught:
        read(row)
    assert says in str(caught.value)


def test_a_table_may_hold_turns_as_json(tmp_path: Any) -> None:
    from pytest_llmeval.benchmark.loading import load_benchmark

    path = tmp_path / "t.csv"
    path.write_text('id,turns\nx,"[""hello"", {""user"": ""bye"", ""ideal"": ""ciao""}]"\n')
    (entry,) = load_benchmark(path).entries
    assert [turn.gold_answer for turn in entry.turns] == [None, "ciao"]
