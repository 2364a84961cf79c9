"""Of entries that ask the same one is kept, unless it is not the same that they want to hear."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.benchmark.checking.checks import check_benchmark
from pytest_llmeval.benchmark.checking.deduplicating import repeating
from pytest_llmeval.benchmark.loading import benchmark_from_entries

Row = dict[str, Any]
SAME = "Which of the planets that go around the sun is the largest by mass?"
TRAIN = (
    "A train leaves the station at noon and drives with a speed of 80 kilometres in every hour towards the city, "
    "how far has it come after {} hours?"
)


def dropped(*rows: Row) -> list[str]:
    numbered = [{"id": f"q{number}", "question": SAME, **row} for number, row in enumerate(rows, start=1)]
    benchmark = benchmark_from_entries(numbered)
    return sorted(repeating(benchmark, check_benchmark(benchmark, root=Path(), today=date(2026, 11, 21))))


def test_problems_of_one_pattern_with_other_gold_answers_are_all_kept() -> None:
    rows: list[Row] = [{"question": TRAIN.format(n), "gold_answer": 80 * n} for n in range(2, 32)]
    assert dropped(*rows) == []
    assert len(dropped(*({**row, "gold_answer": "far"} for row in rows))) == 29


def test_of_two_gold_answers_to_one_question_both_are_kept_once() -> None:
    assert dropped(*({"gold_answer": gold} for gold in ("Jupiter", "jupiter", "Saturn", "Saturn."))) == ["q2", "q4"]


@pytest.mark.parametrize(
    ("statuses", "gone"),
    [
        (("quarantined", "active", "active"), ["q1", "q3"]),
        (("active", "quarantined", "active"), ["q2", "q3"]),
        (("quarantined", "quarantined", "quarantined"), ["q2", "q3"]),
        (("retired", "quarantined", "active"), ["q2"]),
    ],
)
def test_an_active_one_is_kept_before_one_in_quarantine(statuses: tuple[str, ...], gone: list[str]) -> None:
    assert dropped(*({"status": status, "gold_answer": "Jupiter"} for status in statuses)) == gone


def test_what_has_no_gold_answer_gives_way_or_is_given_way_to() -> None:
    assert dropped({}, {"gold_answer": "Jupiter"}, {"gold_answer": "Saturn"}, {}) == ["q1", "q4"]
    assert dropped({}, {}) == ["q2"]


@given(st.lists(st.tuples(st.sampled_from([None, "a", "A.", "b"]), st.sampled_from(["active", "quarantined"]))))
def test_no_gold_answer_of_an_active_entry_is_lost(given: list[tuple[str | None, str]]) -> None:
    rows: list[Row] = [{"gold_answer": gold, "status": status} for gold, status in given]
    gone = dropped(*rows) if rows else []
    kept = {row["gold_answer"] for number, row in enumerate(rows, start=1) if f"q{number}" not in gone}
    active = {gold[0].lower() for gold, status in given if gold and status == "active"}
    assert active <= {gold[0].lower() for gold in kept if gold}
    assert len(kept) <= len({gold and gold[0].lower() for gold, _ in given})
