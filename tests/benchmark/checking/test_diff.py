"""What differs between two benchmarks, entry by entry and field by field."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.benchmark.checking.diff import Diff, diff
from pytest_llmeval.benchmark.checking.field_changes import FieldChange, field_changes
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.loading import benchmark_from_entries

Row = dict[str, Any]
FR: Row = {"id": "fr", "question": "Capital of France?", "gold_answer": "Paris"}
JP: Row = {"id": "jp", "question": "Capital of Japan?", "gold_answer": "Tokyo"}


def between(old: list[Row], new: list[Row]) -> Diff:
    return diff(benchmark_from_entries(old).entries, benchmark_from_entries(new).entries)


def ids(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.id for entry in entries]


def changes(before: Row, after: Row) -> list[FieldChange]:
    one, other = (benchmark_from_entries([{"id": "q", "question": "Q?", **row}]).entries[0] for row in (before, after))
    return list(field_changes(one, other))


def test_the_same_entries_in_another_order_are_the_same() -> None:
    assert between([FR, JP], [JP, FR]).same


def test_entries_are_added_removed_and_modified() -> None:
    found = between([FR, JP], [{**FR, "gold_answer": "Lyon"}, {"id": "de", "question": "Capital of Germany?"}])
    assert (ids(found.added), ids(found.removed)) == (["de"], ["jp"])
    (one,) = found.modified
    assert (one.after.id, one.changes) == ("fr", (FieldChange("gold_answer", "Paris", "Lyon"),))
    assert not found.same


def test_a_move_between_splits_is_told_apart_from_other_changes() -> None:
    found = between([{**FR, "split": "dev"}, JP], [{**FR, "split": "holdout"}, {**JP, "split": "dev", "weight": 2}])
    assert [(one.after.id, one.changes) for one in found.moved] == [
        ("fr", (FieldChange("split", "dev", "holdout"),)),
        ("jp", (FieldChange("split", None, "dev"),)),
    ]
    assert [(one.after.id, one.changes) for one in found.modified] == [("jp", (FieldChange("weight", None, 2.0),))]


def test_the_same_content_under_another_id_is_renamed() -> None:
    found = between([FR, JP], [{**FR, "id": "france", "category": "europe"}, JP])
    assert (found.added, found.removed, found.modified) == ((), (), ())
    (one,) = found.renamed
    assert (one.before.id, one.after.id) == ("fr", "france")
    assert one.changes == (FieldChange("category", None, "europe"),)


def test_copies_are_renamed_one_for_one() -> None:
    found = between([FR, {**FR, "id": "fr2"}], [{**FR, "id": name} for name in ("a", "b", "c")])
    assert [(one.before.id, one.after.id) for one in found.renamed] == [("fr", "a"), ("fr2", "b")]
    assert ids(found.added) == ["c"]


def test_an_entry_without_an_id_is_known_by_its_question() -> None:
    old, new = ({"question": "Capital of France?", "gold_answer": gold} for gold in ("Paris", "Lyon"))
    found = between([old], [new])
    assert (found.added, found.removed, found.renamed) == ((), (), ())
    assert [one.changes for one in found.modified] == [(FieldChange("gold_answer", "Paris", "Lyon"),)]


@pytest.mark.parametrize(("one", "other"), [("q-1", "q-2"), ("q-deadbeef", "q-12345678")])
def test_ids_of_the_author_are_none_of_the_content(one: str, other: str) -> None:
    found = between([{**FR, "id": one, "gold_answer": "A"}], [{**FR, "id": other, "gold_answer": "B"}])
    assert (ids(found.added), ids(found.removed), found.modified) == ([other], [one], ())


def test_another_question_under_another_id_is_added_and_removed() -> None:
    found = between([{"question": "One?"}, FR], [{"question": "Two?"}, {**FR, "id": "x", "gold_answer": "Lyon"}])
    assert (len(found.added), len(found.removed), found.modified, found.renamed) == (2, 2, (), ())


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"tags": ["a", "b"]}, {"tags": ["b", "c"]}, FieldChange("tags", ("a", "b"), ("b", "c"), ("a",), ("c",))),
        ({"tags": ["a", "b"]}, {"tags": ["b", "a"]}, FieldChange("tags", ("a", "b"), ("b", "a"))),
        ({"owner": "anna"}, {"owner": None}, FieldChange("owner", "anna", None)),
        ({"gold_answer": {"a": {"b": 1}}}, {"gold_answer": {"a": {"b": 2}}}, FieldChange("gold_answer.a.b", 1, 2)),
        ({"gold_answer": True}, {"gold_answer": 1}, FieldChange("gold_answer", True, 1)),
        ({"gold_answer": {"a": None}}, {"gold_answer": {}}, FieldChange("gold_answer", {"a": None}, {})),
        ({"metadata": {"split": 1}}, {"metadata": {"split": 2}}, FieldChange("metadata.split", 1, 2)),
        (
            {"turns": ["Hi.", {"user": "And?", "gold_answer": "x"}]},
            {"turns": ["Hi.", {"user": "And?", "gold_answer": "y"}]},
            FieldChange("turns[1].gold_answer", "x", "y"),
        ),
    ],
)
def test_a_change_is_told_where_it_lies(before: Row, after: Row, told: FieldChange) -> None:
    assert changes(before, after) == [told]


def test_what_is_not_given_and_what_is_null_are_alike() -> None:
    assert changes({"owner": None, "gold_answer": None}, {}) == []


def test_fields_come_in_the_order_of_an_entry_and_metadata_last() -> None:
    found = changes({"owner": "a", "tags": ["x"], "category": "c"}, {"owner": "b", "weight": 2})
    assert [one.field for one in found] == ["category", "tags", "weight", "owner"]


def test_a_value_nested_without_end_is_told_as_a_whole() -> None:
    def nested(leaf: int) -> Any:
        value: Any = leaf
        for _ in range(60):
            value = {"in": value}
        return value

    (one,) = changes({"deep": nested(1)}, {"deep": nested(2)})
    assert one.field == "deep.in.in.in.in"


ROWS = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from("abcd"), "question": st.sampled_from(["One?", "Two?"])},
        optional={
            "split": st.sampled_from(["dev", "test"]),
            "owner": st.integers(0, 1),
            "tags": st.lists(st.just("t")),
        },
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda row: row["id"],
)


@given(ROWS, ROWS)
def test_every_entry_is_accounted_for_and_a_diff_with_itself_is_empty(old: list[Row], new: list[Row]) -> None:
    found = between(old, new)
    kept = {entry["id"] for entry in old} & {entry["id"] for entry in new}
    assert len(found.added) + len(found.renamed) + len(kept) == len(new)
    assert len(found.removed) + len(found.renamed) + len(kept) == len(old)
    assert between(old, old).same
    assert between(new, old).same is found.same
