"""What differs between two benchmarks, on a screen."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.benchmark.checking.diff import diff
from pytest_llmeval.benchmark.checking.field_changes import FieldChange
from pytest_llmeval.benchmark.loading import benchmark_from_entries
from pytest_llmeval.reports.diff_lines import diff_lines
from pytest_llmeval.reports.lines import in_ascii, width_of
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.reports.value_change import change_lines, round_difference

Row = dict[str, Any]
LONG = "What is the capital of the country in the west of Europe that has a tower of {}, and since when is it?"
OLD: list[Row] = [
    {"id": "fr", "question": LONG.format("iron"), "gold_answer": "Paris", "tags": ["a", "b"], "category": "europe"},
    {"id": "jp", "question": "Capital of Japan?", "split": "dev"},
    {"id": "it", "question": "Capital of Italy?"},
    {"id": "de", "question": "Capital of Germany?", "category": "europe"},
]
NEW: list[Row] = [
    {"id": "fr", "question": LONG.format("steel"), "gold_answer": "Lyon", "tags": ["b", "c"], "category": "europe"},
    {"id": "jp", "question": "Capital of Japan?", "split": "holdout"},
    {"id": "germany", "question": "Capital of Germany?", "category": "europe"},
    {"id": "es", "question": "Capital of Spain?"},
    {"id": "pt", "question": "Capital of Portugal?"},
]


def shown(old: list[Row], new: list[Row], **screen: Any) -> list[str]:
    found = diff(benchmark_from_entries(old).entries, benchmark_from_entries(new).entries)
    lines = list(diff_lines(found, "old.jsonl", "new.jsonl", Screen(**screen)))
    return [one.text for one in (in_ascii(lines) if screen.get("ascii_only") else lines)]


def told(before: Any, after: Any, **screen: Any) -> list[str]:
    lists = isinstance(before, tuple)
    members = (tuple(set(before) - set(after)), tuple(set(after) - set(before))) if lists else ((), ())
    return list(change_lines(FieldChange("f", before, after, *members), "", Screen(**screen)))


def test_retired_entries_are_counted_and_called_so() -> None:
    old: Row = {**OLD[1], "status": "retired"}
    assert shown([OLD[0], old], [OLD[0], OLD[1]])[:3] == [
        "old  old.jsonl · 2 entries, 1 retired",
        "new  new.jsonl · 2 entries",
        "1 modified",
    ]


def test_each_kind_of_difference_stands_by_itself() -> None:
    assert shown(OLD, NEW) == [
        "old  old.jsonl · 4 entries",
        "new  new.jsonl · 5 entries",
        "2 added · 1 removed · 1 modified · 1 moved · 1 renamed",
        "",
        "added  2",
        "  es: Capital of Spain?",
        "  pt: Capital of Portugal?",
        "",
        "removed  1",
        "  it: Capital of Italy?",
        "",
        "modified  1",
        "  fr",
        "    question",
        "      - … west of Europe that has a tower of iron, and since when is it?'",
        "      + … west of Europe that has a tower of steel, and since when is it?'",
        "    gold_answer: 'Paris' -> 'Lyon'",
        "    tags: +'c' -'a'",
        "",
        "moved to another split  1",
        "  jp: 'dev' -> 'holdout'",
        "",
        "renamed  1",
        "  de -> germany",
        "",
        "mix of slices  shares of all entries, retired ones left out",
        "  category                             old               new   points",
        "    europe                   2 of 4 · 50 %     2 of 5 · 40 %    -10.0",
        "    total variation distance 0.10 of 1",
        "  tag                                  old               new   points",
        "    a                        1 of 4 · 25 %      0 of 5 · 0 %    -25.0",
        "    c                         0 of 4 · 0 %     1 of 5 · 20 %    +20.0",
        "    b                        1 of 4 · 25 %     1 of 5 · 20 %     -5.0",
        "    total variation distance 0.50 of 1",
        "  split                                old               new   points",
        "    dev                      1 of 4 · 25 %      0 of 5 · 0 %    -25.0",
        "    holdout                   0 of 4 · 0 %     1 of 5 · 20 %    +20.0",
        "    total variation distance 0.25 of 1",
    ]


def test_nothing_is_said_of_what_is_the_same() -> None:
    assert shown(OLD, OLD)[2:] == ["nothing differs"]


def test_many_entries_are_counted_and_all_told_on_demand() -> None:
    rows: list[Row] = [{"id": f"q{number}", "question": f"{number}?"} for number in range(12)]
    assert shown(OLD, [*OLD, *rows])[-1] != ""
    assert "  and 2 more; see all with -v" in shown(OLD, [*OLD, *rows])
    assert "  q11: 11?" in shown(OLD, [*OLD, *rows], verbosity=1)


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        (None, "hard", "f: – -> 'hard'"),
        (1.0, 2.5, "f: 1.0 -> 2.5"),
        ({"a": "ä"}, None, 'f: {"a": "ä"} -> –'),
        ("a  b", "a b", "f: 'a  b' -> 'a b'"),
        ("a\x1b[31m", "a\u202e", "f: 'a\\x1b[31m' -> 'a\\u202e'"),
        (("a", "b"), ("b", "a"), "f: in another order"),
    ],
)
def test_a_short_change_is_one_line_that_shows_what_cannot_be_seen(before: Any, after: Any, line: str) -> None:
    assert told(before, after) == [line]


def test_values_are_told_in_ascii_where_there_is_no_more() -> None:
    assert told("é", "è", ascii_only=True) == ["f: '\\xe9' -> '\\xe8'"]
    assert shown(OLD, NEW, ascii_only=True)[0] == "old  old.jsonl | 4 entries"


def test_long_members_of_a_list_stand_one_above_the_other_so_that_the_difference_is_seen() -> None:
    before = (LONG.format("iron"), "kept")
    after = ("kept", LONG.format("steel"))
    assert told(before, after) == [
        "f",
        "  - …he west of Europe that has a tower of iron, and since when is it?'",
        "  + …he west of Europe that has a tower of steel, and since when is it?'",
    ]
    assert [line[:5] for line in told((), after)] == ["f", "  + '", "  + '"]


def test_members_of_a_list_are_counted_where_they_are_many() -> None:
    assert told((), tuple(f"m{number}" for number in range(9)))[0].endswith("+3 more")
    assert not told((), tuple(f"m{number}" for number in range(9)), verbosity=1)[0].endswith("more")


def test_a_difference_in_wide_signs_is_seen() -> None:
    _, before, after = told("日" * 99 + "本" + "日" * 99, "日" * 99 + "国" + "日" * 99)
    assert "本" in before
    assert "国" in after


@pytest.mark.parametrize("text", ["x", "xy" * 90])
def test_a_difference_at_the_very_begin_is_seen(text: str) -> None:
    before, after = round_difference(f"a{text * 50}", f"b{text * 50}", 30)
    assert (before[0], after[0]) == ("a", "b")


@given(st.text(), st.text(), st.text(), st.integers(8, 60))
def test_what_differs_is_in_the_part_that_is_shown(same: str, one: str, other: str, room: int) -> None:
    before, after = round_difference(f"{same}1{one}", f"{same}2{other}", room)
    assert before != after
    assert len(before) <= room
    assert len(after) <= room


@pytest.mark.parametrize("width", [76, 80, 120])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    wide: Row = {
        "id": "x" * 90, "question": "日本" * 90, "category": "語" * 60, "tags": ["t" * 99], "split": "s" * 99,
        "n" * 99: "v" * 99, "gold_answer": {"key" * 30: "日" * 99},
    }  # fmt: skip
    other: Row = {**wide, "question": "日本" * 90 + "!", "tags": ["u" * 99], "split": "z" * 99, "gold_answer": 1}
    renamed: Row = {**wide, "id": "y" * 90, "category": None}
    for old, new in (([wide], [other]), ([wide], [renamed]), (OLD, [wide])):
        for line in shown(old, new, width=width)[2:]:
            assert width_of(line) <= width, line


def test_shares_of_large_benchmarks_keep_off_each_other_and_off_long_names() -> None:
    def rows(size: int, named: int) -> list[Row]:
        category = "a-very-long-category-of-questions"
        return [
            {"id": f"q{n}", "question": f"{n}?", **({"category": category} if n < named else {})} for n in range(size)
        ]

    line = next(line for line in shown(rows(1319, 420), rows(1500, 700)) if line.endswith("+14.8"))
    assert line == "    a-very-long-category-… 420 of 1,319 · 32 % 700 of 1,500 · 47 %    +14.8"
