"""What makes two entries the same, and what an entry's fields accept."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from pytest_llmeval.benchmark.entry import Entry

BASE: dict[str, Any] = {"id": "a", "question": "q", "gold_answer": "g", "metadata": {"test": "t"}}


def changed(**changes: Any) -> bool:
    return Entry(**{**BASE, **changes}).hash != Entry(**BASE).hash


@pytest.mark.parametrize(
    "change",
    [
        {"id": "b"},
        {"category": "c"},
        {"difficulty": "hard"},
        {"tags": ["x"]},
        {"weight": 2},
        {"split": "dev"},
        {"status": "retired"},
        {"evaluation_type": "strict"},
        {"metadata": {"test": "t", "author": "me", "tags": {"risk": "low"}}},
        {"criteria": []},
    ],
)
def test_naming_slicing_and_weighing_do_not_change_the_hash(change: dict[str, Any]) -> None:
    assert not changed(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"question": "other"},
        {"gold_answer": 1},
        {"criteria": ["x"]},
        {"expected_files": ["x"]},
        {"context_files": ["x"]},
        {"system_prompt": "x"},
        {"messages": [{"role": "user", "content": "x"}]},
        {"metadata": {"test": "u"}},
    ],
)
def test_what_is_asked_and_graded_changes_the_hash(change: dict[str, Any]) -> None:
    assert changed(**change)


def test_the_hash_of_an_entry_stays_the_same_from_version_to_version() -> None:
    assert Entry(**BASE).hash == "927e585f03d9bd08"


def test_labels_and_facts_may_be_numbers_and_a_question_may_not() -> None:
    entry = Entry.model_validate(
        {**BASE, "id": 7, "category": 1, "difficulty": 3, "tags": [1], "criteria": [1969, ["a", 2]]}
    )
    assert (entry.id, entry.category, entry.difficulty, entry.tags) == ("7", "1", "3", ("1",))
    assert entry.criteria == ("1969", ("a", "2"))
    with pytest.raises(ValidationError):
        Entry.model_validate({**BASE, "question": 7})


@pytest.mark.parametrize("field", ["id", "question"])
@pytest.mark.parametrize("value", ["", " \n\t"])
def test_a_blank_id_or_question_is_refused(field: str, value: str) -> None:
    with pytest.raises(ValidationError):
        Entry(**{**BASE, field: value})


def test_a_message_needs_a_role() -> None:
    with pytest.raises(ValidationError):
        Entry(**BASE, messages=({"content": "hi"},))


def test_a_list_within_a_list_is_not_looked_into_when_matching() -> None:
    entry = Entry(**BASE, criteria=(("Lima", "city of kings"), "capital"))
    assert entry.matches({"criteria": "capital"})
    assert not entry.matches({"criteria": "Lima"})


def test_slices_are_category_and_tags_without_repeats() -> None:
    assert Entry(**BASE, category="c", tags=("x", "c", "x")).slices == ("c", "x")
    assert Entry(**BASE).slices == ()
