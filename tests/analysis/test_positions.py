"""The position sweep: accuracy by depth and length, and the gap in the middle."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.analysis.positions import Sweep, sweeps
from pytest_llmeval.analysis.robustness import Robustness
from tests.analysis.test_robustness import original, variant

DEPTHS = (0.0, 0.25, 0.5, 0.75, 1.0)


def swept(rows: list[list[bool]], length: float | None = 100, depths: tuple[float, ...] = DEPTHS) -> list[Sweep]:
    robustness = Robustness()
    for number, row in enumerate(rows):
        robustness.add(original(f"e{number}"), success=True)
        for depth, right in zip(depths, row, strict=True):
            how: dict[str, Any] = {"settings": {"depth": depth, "length": length}, "number": depth}
            robustness.add(variant(f"e{number}", "depth", **how), success=right)
    return sweeps(robustness.entries())


@given(st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=1, max_size=10))
def test_cells_and_the_middle_gap_equal_what_is_counted_by_hand(rows: list[list[bool]]) -> None:
    (sweep,) = swept(rows)
    shares = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
    assert [cell.right.value for cell in sweep.cells] == pytest.approx(shares, abs=1e-9)
    assert sweep.middle_gap is not None
    assert sweep.middle_gap.value == pytest.approx((shares[0] + shares[4]) / 2 - min(shares[1:4]), abs=1e-9)
    assert shares[DEPTHS.index(sweep.lowest_depth or 0)] == min(shares[1:4])


def test_without_a_depth_between_the_ends_there_is_no_gap() -> None:
    (sweep,) = swept([[True, False]], depths=(0.0, 1.0))
    assert (sweep.lowest_depth, sweep.middle_gap) == (None, None)


def test_each_length_is_a_sweep_of_its_own_and_short_ones_come_first() -> None:
    robustness = Robustness()
    for length in (2000, 100):
        how: dict[str, Any] = {"settings": {"depth": 0.5, "length": length}, "number": length}
        robustness.add(variant("a", "depth", **how), success=True)
    assert [sweep.length for sweep in sweeps(robustness.entries())] == [100, 2000]


def test_variants_without_a_depth_are_no_sweep() -> None:
    robustness = Robustness()
    robustness.add(variant("a"), success=True)
    robustness.add(variant("b", settings={"depth": float("inf")}), success=True)
    assert sweeps(robustness.entries()) == []


def test_an_entry_that_lacks_a_depth_is_left_out_of_the_gap() -> None:
    robustness = Robustness()
    for name, depths in (("a", (0.0, 0.5, 1.0)), ("b", (0.5,))):
        for depth in depths:
            how: dict[str, Any] = {"settings": {"depth": depth}, "number": depth}
            robustness.add(variant(name, "depth", **how), success=depth != 0.5)
    (sweep,) = sweeps(robustness.entries())
    assert [cell.entries for cell in sweep.cells] == [1, 2, 1]
    assert sweep.middle_gap is not None
    assert sweep.middle_gap.value == 1


def test_there_is_no_gap_where_no_entry_has_all_three_depths() -> None:
    robustness = Robustness()
    for number, depth in enumerate((0.0, 0.5, 1.0)):
        settings = {"depth": depth}
        robustness.add(variant(f"e{number}", "depth", settings=settings), success=True)
    assert sweeps(robustness.entries())[0].middle_gap is None
