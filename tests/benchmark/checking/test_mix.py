"""The mix of slices, and how far two mixes lie apart."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.benchmark.checking.mix import Mix, Shift, mix_of, shifts, total_variation
from pytest_llmeval.benchmark.loading import benchmark_from_entries


def mix(*rows: dict[str, Any]) -> Mix:
    return mix_of(
        benchmark_from_entries([{"id": str(n), "question": "Q?", **row} for n, row in enumerate(rows)]).entries
    )


def test_entries_are_counted_by_slice_and_retired_ones_are_not() -> None:
    found = mix(
        {"category": "a", "tags": ["x", "y", "x"], "difficulty": "hard"},
        {"category": "a", "split": "dev"},
        {"category": "b", "status": "retired"},
    )
    assert found == Mix(
        2, {"category": {"a": 2}, "tag": {"x": 1, "y": 1}, "difficulty": {"hard": 1}, "split": {"dev": 1}}
    )


def test_slices_that_moved_come_with_both_counts_the_biggest_first() -> None:
    one, other = mix({"category": "a"}, {"category": "b"}, {}, {}), mix({"category": "b"}, {"category": "c"})
    assert shifts(one, other, "category") == [
        Shift("c", 0, 1, 50.0),
        Shift("a", 1, 0, -25.0),
        Shift("b", 1, 1, 25.0),
    ]
    assert shifts(one, one, "category") == []


def test_a_mix_of_nothing_has_moved_nowhere() -> None:
    assert shifts(Mix(), mix({"category": "a"}), "category") == []


@pytest.mark.parametrize(
    ("before", "after", "kind", "told"),
    [
        (mix({"split": "a"}, {"split": "b"}), mix({"split": "a"}, {"split": "b"}), "split", 0),
        (mix({"split": "a"}), mix({"split": "b"}), "split", 1),
        (mix({"split": "a"}, {}), mix({"split": "a"}), "split", 0.5),
        (mix({"tags": ["a", "b"]}), mix({"tags": ["a"]}, {}), "tag", 0.5),
        (mix({}), mix({}), "tag", 0),
        (mix({}), mix({"tags": ["a"]}), "tag", 1),
    ],
)
def test_the_distance_is_the_share_that_would_have_to_change(before: Mix, after: Mix, kind: str, told: float) -> None:
    assert total_variation(before, after, kind) == pytest.approx(told)


COUNTS = st.dictionaries(st.sampled_from("abc"), st.integers(1, 9), min_size=1)


@given(COUNTS, COUNTS, COUNTS)
def test_the_distance_is_a_metric_from_0_to_1(a: dict[str, int], b: dict[str, int], c: dict[str, int]) -> None:
    one, two, three = (Mix(sum(counts.values()) + 1, {"split": counts}) for counts in (a, b, c))
    there = total_variation(one, two, "split")
    assert 0 <= there <= 1
    assert there == pytest.approx(total_variation(two, one, "split"))
    assert there <= total_variation(one, three, "split") + total_variation(three, two, "split") + 1e-9
