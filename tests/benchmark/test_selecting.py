"""Which entries of a benchmark are run."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.selecting import Selection, select
from pytest_llmeval.errors import ConfigurationError

ENTRIES = (
    Entry(id="a", question="q", category="lookup", difficulty="hard", tags=("x", "y")),
    Entry(id="b", question="q", category="lookup", status="retired", metadata={"level": 3}),
    Entry(id="c", question="q", category="debugging", status="quarantined", tags=("y",)),
    Entry(id="d", question="q", category="lookup", difficulty="3"),
)


def ids(**choice: Any) -> list[str]:
    return [entry.id for entry in select(ENTRIES, **choice).entries]


def test_everything_but_the_retired_is_run_in_the_order_of_the_file() -> None:
    assert select(iter(ENTRIES)) == Selection((ENTRIES[0], ENTRIES[2], ENTRIES[3]), retired=1)


def test_statuses_to_run_can_be_named() -> None:
    assert ids(include_status=("retired",)) == ["b"]
    assert select(ENTRIES, include_status=("active",)).retired == 2


@pytest.mark.parametrize(
    ("where", "chosen"),
    [
        ({"category": "lookup"}, ["a", "d"]),
        ({"category": ["debugging", "nothing"]}, ["c"]),
        ({"tags": "y"}, ["a", "c"]),
        ({"tags": ("x", "z")}, ["a"]),
        ({"category": "lookup", "difficulty": "hard"}, ["a"]),
        ({"difficulty": 3}, ["d"]),
        ({"level": 3}, []),
        ({"difficulty": None}, ["c"]),
        ({}, ["a", "c", "d"]),
    ],
)
def test_where_chooses_by_field(where: dict[str, Any], chosen: list[str]) -> None:
    assert ids(where=where) == chosen


def test_where_may_be_a_function_of_an_entry() -> None:
    assert ids(where=lambda entry: "y" in entry.tags) == ["a", "c"]


def test_the_retired_are_counted_among_those_that_where_chose() -> None:
    assert select(ENTRIES, where={"category": "debugging"}).retired == 0
    assert select(ENTRIES, where={"level": 3}).retired == 1


def test_limit_counts_what_is_left_of_the_choice() -> None:
    assert ids(limit=2) == ["a", "c"]
    assert ids(where={"category": "lookup"}, limit=2) == ["a", "d"]
    assert ids(limit=99) == ["a", "c", "d"]


@pytest.mark.parametrize("limit", [0, -1, True, "3", 1.5])
def test_a_limit_below_1_is_an_error(limit: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        select(ENTRIES, limit=limit)
    assert str(caught.value) == f"limit must be a whole number of at least 1, got {limit!r}"


def test_a_field_that_no_entry_has_is_an_error_that_lists_the_fields() -> None:
    fields = (
        "id, question, category, gold_answer, criteria, evaluation_type, expected_files, expected_symbols, "
        "expected_tools, expected_route, context_files, response_schema, difficulty, tags, weight, split, status, "
        "system_prompt, messages, fake_tools, turns, metadata, level"
    )
    with pytest.raises(ConfigurationError) as caught:
        select(ENTRIES, where={"catgory": "lookup"})
    assert str(caught.value) == (
        f"where names 'catgory', which no entry has; did you mean 'category'? Known fields are {fields}"
    )
    with pytest.raises(ConfigurationError) as caught:
        select(ENTRIES, where={"zzz": 1})
    assert str(caught.value) == f"where names 'zzz', which no entry has; known fields are {fields}"
