"""A slice of one entry whose name is nearly that of many is told."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.benchmark.checking.misspelt import misspelt
from pytest_llmeval.benchmark.entry import Entry


def told(*rows: dict[str, Any], times: int = 1) -> list[str]:
    entries = [Entry(id=f"q{number}", question="Why?", **row) for number, row in enumerate(rows * times)]
    return [f"{one.entries[0]}: {one.text}" for one in misspelt(entries)]


@pytest.mark.parametrize(
    ("once", "often"),
    [
        ("histroy", "history"),
        ("histry", "history"),
        ("History", "history"),
        ("symbol-lokup", "symbol_lookup"),
        ("größe", "grösser"),
        ("tests", "test"),
    ],
)
def test_a_name_that_is_a_slip_away_from_a_frequent_one_is_told(once: str, often: str) -> None:
    assert told(*[{"tags": [often]}] * 40, {"tags": [once, "other"]}) == [
        f"q40: tag {once!r} is used once, {often!r} 40 times"
    ]


@pytest.mark.parametrize("kind", ["category", "difficulty", "split"])
def test_other_slices_are_looked_at_too(kind: str) -> None:
    assert told(*[{kind: "medium"}] * 5, {kind: "meduim"}) == [f"q5: {kind} 'meduim' is used once, 'medium' 5 times"]


@pytest.mark.parametrize(
    ("once", "often"),
    [("cpp", "cpu"), ("level 2", "level 1"), ("math", "history"), ("hisotyr", "history"), ("latin", "satire")],
)
def test_short_names_a_series_and_other_words_are_left_alone(once: str, often: str) -> None:
    assert told(*[{"tags": [often]}] * 40, {"tags": [once]}) == []


def test_what_is_used_twice_or_beside_nothing_frequent_is_left_alone() -> None:
    assert told(*[{"tags": ["history"]}] * 40, *[{"tags": ["histroy"]}] * 2) == []
    assert told(*[{"tags": ["history"]}] * 4, {"tags": ["histroy"]}) == []


def test_the_nearest_name_is_told_and_then_the_most_frequent() -> None:
    rows = [{"tags": ["historical"]}] * 5 + [{"tags": ["historicals"]}] * 6
    assert told(*rows, {"tags": ["historicl"]}) == ["q11: tag 'historicl' is used once, 'historical' 5 times"]
