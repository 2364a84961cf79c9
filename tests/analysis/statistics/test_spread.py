from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.analysis.statistics.spread import BINS, Column, Spread

NUMBERS = st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=50)


def spread_of(values: list[float]) -> Spread:
    column = Column()
    for number, value in enumerate(values):
        column.add(value, f"q{number}")
    found = column.spread()
    assert found is not None
    return found


@given(NUMBERS)
def test_percentiles_are_those_of_numpy(values: list[float]) -> None:
    found = spread_of(values)
    cuts = [found.low, found.p5, found.p25, found.p50, found.p75, found.p95, found.high]
    assert cuts == pytest.approx(np.percentile(values, [0, 5, 25, 50, 75, 95, 100]), rel=1e-12, abs=1e-9)
    assert found.mean == pytest.approx(np.mean(values), rel=1e-12, abs=1e-9)


@given(NUMBERS)
def test_every_number_is_in_one_bin(values: list[float]) -> None:
    bins = spread_of(values).bins
    assert sum(bins) == len(values)
    assert len(bins) == BINS


def test_bins_are_equal_parts_of_the_range() -> None:
    assert spread_of([0, 1, 2, 3, 4, 5, 6, 7, 8]).bins == (1, 1, 1, 1, 1, 1, 1, 2)
    assert spread_of([3, 3, 3]).bins == (3, 0, 0, 0, 0, 0, 0, 0)


def test_the_interval_is_of_entries_not_of_samples() -> None:
    apart, together = Column(), Column()
    for number in range(40):
        apart.add(number % 2, f"q{number}")
        together.add(number % 2, f"q{number % 4}")
    wide, narrow = together.spread(), apart.spread()
    assert wide is not None
    assert narrow is not None
    assert wide.mean == narrow.mean
    assert wide.interval.high - wide.interval.low > 2 * (narrow.interval.high - narrow.interval.low)


def test_what_is_unknown_is_left_out() -> None:
    column = Column()
    column.add(None, "q1")
    assert column.spread() is None
    column.add(2.0, "q1")
    found = column.spread()
    assert found is not None
    assert found.n == 1


@pytest.mark.parametrize(
    ("lowest", "far"), [(False, (("b", 9.0), ("a", 5.0))), (True, (("c", 1.0), ("a", 4.0)))], ids=["highest", "lowest"]
)
def test_the_entries_at_an_end_stand_once_each_with_their_farthest_number(
    lowest: bool, far: tuple[tuple[str, float], ...]
) -> None:
    column = Column()
    for entry, value in [("a", 5.0), ("b", 9.0), ("a", 4.0), ("c", 1.0), ("b", 8.0)]:
        column.add(value, entry)
    assert column.extremes(lowest=lowest, most=2) == far
    assert Column().extremes() == ()
