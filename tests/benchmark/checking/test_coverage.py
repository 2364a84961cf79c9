"""How many entries there are of each combination of values, and how many there must be."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.benchmark.checking import coverage
from pytest_llmeval.benchmark.checking.checks import Strictness, check_benchmark
from pytest_llmeval.benchmark.checking.coverage import (
    Gaps,
    Matrix,
    Requirement,
    check_field,
    gaps_told,
    matrix_of,
    values_of,
)
from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.loading import benchmark_from_entries
from pytest_llmeval.errors import ConfigurationError
from tests.benchmark.checking.test_checks import TODAY

Row = dict[str, Any]
ROWS: list[Row] = [
    {"category": "europe", "difficulty": "easy", "tags": ["a", "b"]},
    {"category": "europe", "difficulty": "hard", "tags": ["a"]},
    {"category": "asia", "difficulty": "easy"},
    {"category": "asia", "difficulty": "easy", "status": "quarantined"},
    {"category": "africa", "status": "retired", "tags": ["gone"]},
]


def entries(*rows: Row) -> tuple[Entry, ...]:
    numbered = [{"id": f"q{n}", "question": f"Number {n}?", "gold_answer": n, **row} for n, row in enumerate(rows)]
    return benchmark_from_entries(numbered).entries


def gaps(rule: str, *rows: Row) -> dict[tuple[str, ...], int]:
    found = Requirement.parse(rule, "x").gaps(entries(*(rows or ROWS)))
    assert (found.total, bool(found)) == (len(found.thinnest), bool(found.thinnest))
    return dict(found.thinnest)


@pytest.mark.parametrize(
    ("row", "field", "told"),
    [
        ({"tags": ["a", "b", "a"]}, "tag", ("a", "b")),
        ({"category": ""}, "category", ()),
        ({"owner": "anna"}, "owner", ("anna",)),
        ({"langs": ["de", None, 5]}, "langs", ("de", "5")),
        ({"checked": True}, "checked", ("true",)),
        ({"level": 0}, "level", ("0",)),
        ({}, "owner", ()),
        ({}, "status", ("active",)),
    ],
)
def test_the_values_of_a_field_are_told_one_by_one(row: Row, field: str, told: tuple[str, ...]) -> None:
    assert values_of(entries(row)[0], field) == told


def test_combinations_are_counted_with_totals_the_most_frequent_first() -> None:
    found = matrix_of(entries(*ROWS, {"category": "asia"}), "category", "difficulty")
    assert list(found.rows.items()) == [("asia", 3), ("europe", 2)]
    assert list(found.columns.items()) == [("easy", 3), ("hard", 1), (None, 1)]
    assert dict(found.cells) == {
        ("europe", "easy"): 1, ("europe", "hard"): 1, ("asia", "easy"): 2, ("asia", None): 1,
    }  # fmt: skip


def test_retired_entries_are_counted_where_the_status_is_asked_for() -> None:
    assert matrix_of(entries(*ROWS), "status", "category").rows == {"active": 3, "quarantined": 1, "retired": 1}


def test_an_entry_counts_in_each_pair_of_its_tags_and_once_in_each_sum() -> None:
    found = matrix_of(entries(*ROWS), "tag", "tag")
    assert dict(found.cells) == {("a", "a"): 2, ("a", "b"): 1, ("b", "a"): 1, ("b", "b"): 1}
    assert found.rows == {"a": 2, "b": 1}
    assert (dict(found.rest(["a", "b"])), found.any_of(["a", "b"])) == ({"a": 2, "b": 1}, 2)


@given(st.lists(st.tuples(st.sampled_from(["x", "y", None]), st.sampled_from(["u", "v", None]))))
def test_of_single_values_the_cells_add_up_to_the_edges_and_the_whole(given_: list[tuple[Any, Any]]) -> None:
    found = Matrix(("a", "b"), tuple(((one,), (other,)) for one, other in given_))
    assert sum(found.cells.values()) == sum(found.rows.values()) == sum(found.columns.values()) == len(given_)
    for row, count in found.rows.items():
        assert count == sum(times for (one, _), times in found.cells.items() if one == row)


@pytest.mark.parametrize(
    ("text", "fields", "least"),
    [
        ("category=5", ("category",), 5),
        (" tag * tag = 1 ", ("tag", "tag"), 1),
        ("my-field*difficulty=10", ("my-field", "difficulty"), 10),
    ],
)
def test_a_rule_is_read(text: str, fields: tuple[str, ...], least: int) -> None:
    rule = Requirement.parse(text, "x")
    assert (rule.fields, rule.least) == (fields, least)
    assert Requirement.parse(str(rule), "x") == rule


@pytest.mark.parametrize(
    "text", ["category", "=5", "category=", "category=0", "category=-1", "a*b*c=1", "a=1.5", "*a=1"]
)
def test_what_is_no_rule_is_told(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"--flag: '.*' is no rule such as category=5 or category"):
        Requirement.parse(text, "--flag")


def test_each_value_that_occurs_needs_so_many_active_entries() -> None:
    assert gaps("category=1") == {}
    assert gaps("category=2") == {("asia",): 1}, "the one in quarantine covers nothing, the retired one is not there"
    assert gaps("tag=2") == {("b",): 1}


def test_each_combination_of_values_that_both_occur_does_the_thinnest_first() -> None:
    assert gaps("category*difficulty=2") == {
        ("asia", "hard"): 0,
        ("asia", "easy"): 1,
        ("europe", "easy"): 1,
        ("europe", "hard"): 1,
    }


def test_a_pair_of_tags_is_one_combination() -> None:
    assert gaps("tag*tag=2") == {("a", "b"): 1, ("b", "b"): 1}


def test_gaps_are_named_and_many_are_counted() -> None:
    assert gaps_told(Gaps(tuple(((str(n), "x"), n) for n in range(8)), 10)).endswith("6*x 6, 7*x 7 and 2 more")


FEW = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"), st.sampled_from(["active", "quarantined"])), min_size=1
)


@given(FEW, st.integers(1, 3), st.booleans())
def test_the_thinnest_and_their_number_are_those_of_counting_every_combination(
    rows: list[tuple[str, str, str]], least: int, twice: bool
) -> None:
    made = entries(*({"tags": [one, other], "owner": one, "status": status} for one, other, status in rows))
    second = "tag" if twice else "owner"
    every = {}
    for pair in product(
        sorted({v for e in made for v in e.tags}), sorted({v for e in made for v in values_of(e, second)})
    ):
        if not twice or pair[0] <= pair[1]:
            has = [e for e in made if e.status == "active" and pair[0] in e.tags and pair[1] in values_of(e, second)]
            every[pair] = len(has)
    expected = sorted(((count, pair) for pair, count in every.items() if count < least))
    found = Requirement(("tag", second), least).gaps(made)
    assert [(count, pair) for pair, count in found.thinnest] == expected[:8]
    assert found.total == len(expected)


def test_of_millions_of_combinations_only_the_first_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def counted(*values: Any) -> Any:
        for cell in product(*values):
            made.append(cell)
            yield cell

    monkeypatch.setattr(coverage, "product", counted)
    found = Requirement.parse("owner*level=1", "x").gaps(entries(*({"owner": f"o{n}", "level": n} for n in range(300))))
    assert found.total == 300 * 299
    assert len(made) < 1000


def test_a_field_that_no_entry_has_is_told_with_those_there_are() -> None:
    check_field(entries(*ROWS), "difficulty", "x")
    with pytest.raises(ConfigurationError, match=r"^x: no entry has a 'dificulty'; there is category, status, owner$"):
        check_field(entries({"category": "a", "owner": "b"}), "dificulty", "x")


def test_what_is_required_and_not_there_is_an_error() -> None:
    rows = [{"id": f"q{n}", "question": f"Number {n}?", "gold_answer": n, **row} for n, row in enumerate(ROWS)]
    found = check_benchmark(
        benchmark_from_entries(rows),
        root=Path(),
        today=TODAY,
        required=[Requirement(("category",), 1), Requirement(("category", "difficulty"), 2)],
        strictness=Strictness(least_in_slice=0),
    )
    assert found == [
        Finding(
            "coverage",
            "error",
            (),
            "category*difficulty: fewer than 2 active entries of "
            "asia*hard 0, asia*easy 1, europe*easy 1, europe*hard 1",
        )
    ]
