"""What entries say of a right answer is checked: that there is something, and that schemas are schemas."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.benchmark.checking.expectations import broken_schemas, expecting_nothing
from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.loading import benchmark_from_entries


def entries(*rows: dict[str, Any]) -> tuple[Entry, ...]:
    told = [{"id": f"q{number}", "question": "Why?", **row} for number, row in enumerate(rows, start=1)]
    return tuple(benchmark_from_entries(told).entries)


def test_entries_that_say_nothing_of_a_right_answer_are_one_warning() -> None:
    (found,) = expecting_nothing(entries({}, {"gold_answer": "So."}, {"criteria": []}, {"category": "c"}))
    assert found == Finding(
        "no expectation",
        "warning",
        ("q1", "q3", "q4"),
        "3 of 4 entries say nothing of what a right answer is; give them a gold_answer, criteria or expected_files",
    )


@pytest.mark.parametrize(
    "row",
    [
        {"criteria": ["so"]},
        {"expected_files": ["a.py"]},
        {"response_schema": {"type": "object"}},
        {"hidden_tests": ["assert f(1) == 1"]},
        {"policy": "allowed"},
        {"answerable": False},
        {"turns": [{"question": "One?"}, {"question": "Two?", "gold_answer": "2"}]},
        {"turns": [{"question": "One?", "grader": "refusal"}]},
    ],
)
def test_an_entry_that_some_grader_can_go_by_is_fine(row: dict[str, Any]) -> None:
    assert list(expecting_nothing(entries(row))) == []


def test_turns_that_expect_nothing_either_are_no_help() -> None:
    (found,) = expecting_nothing(entries({"turns": [{"question": "One?"}, {"question": "Two?"}]}))
    assert found.entries == ("q1",)


def test_a_schema_that_is_none_is_an_error_that_says_where() -> None:
    (found,) = broken_schemas(entries({"response_schema": {"properties": {"a": {"type": "strng"}}}}))
    assert (found.check, found.severity, found.entries) == ("broken schemas", "error", ("q1",))
    assert found.text.startswith("response_schema is no JSON Schema: at /properties/a/type: 'strng' is not valid under")


def test_a_fault_of_the_whole_schema_is_told_at_its_top_level() -> None:
    older = {"$schema": "http://json-schema.org/draft-04/schema#", "exclusiveMinimum": True}
    (found,) = broken_schemas(entries({"response_schema": older}))
    assert (
        found.text
        == "response_schema is no JSON Schema: at its top level: 'minimum' is a dependency of 'exclusiveMinimum'"
    )


@pytest.mark.parametrize("dialect", [1, [], None])
def test_a_dialect_that_is_no_address_is_told_as_well(dialect: Any) -> None:
    (found,) = broken_schemas(entries({"response_schema": {"$schema": dialect}}))
    assert found.text == "response_schema is no JSON Schema: at /$schema: must be the address of a dialect"


def test_a_schema_that_is_nested_without_end_is_told_and_ends_no_check() -> None:
    schema: dict[str, Any] = {}
    for _ in range(400):
        schema = {"not": schema}
    entry = Entry.model_construct(id="q1", question="Why?", response_schema=schema, turns=())
    (found,) = broken_schemas([entry])
    assert found.text == "response_schema is no JSON Schema: it is nested too deeply"


def test_schemas_of_turns_are_looked_at_too() -> None:
    turns = [{"question": "One?"}, {"question": "Two?", "response_schema": {"type": 1}}]
    (found,) = broken_schemas(entries({"turns": turns}))
    assert found.text.startswith("response_schema of turn 2 is no JSON Schema: at /type: 1 is not valid")


def test_sound_schemas_and_paths_of_schemas_are_fine() -> None:
    older = {"$schema": "http://json-schema.org/draft-04/schema#", "exclusiveMinimum": True, "minimum": 0}
    assert list(broken_schemas(entries({"response_schema": older}, {"response_schema": "a.json"}, {}))) == []
