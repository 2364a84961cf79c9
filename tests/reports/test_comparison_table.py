"""The table of a comparison, whatever stands in its cells."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.analysis.comparing.comparison import compare
from pytest_llmeval.reports import comparison_table
from pytest_llmeval.reports.comparison import comparison_lines
from pytest_llmeval.reports.comparison_table import Row, table_lines
from pytest_llmeval.reports.lines import width_of
from pytest_llmeval.reports.one_model import Screen
from tests.analysis.two_runs import side

HEAD = Row("", ("base", "new", "change", "95 %", "p", "n"))
CELLS = st.tuples(*[st.text("0123456789", min_size=1, max_size=size) for size in (8, 8, 8, 18, 7, 7)])


def shown(*rows: Row, **screen: Any) -> list[str]:
    return [one.text for one in table_lines(rows, Screen(**screen))]


def test_p_and_n_of_many_pairs_are_two_numbers() -> None:
    found = compare(side("C" * 10_000), side("C" * 10_000))
    told = next(one.text for one in comparison_lines(found, Screen()) if one.text.startswith("  fully correct "))
    assert told.split()[-2:] == ["1", "10,000"]
    assert width_of(told) <= 80


def test_a_wide_interval_keeps_off_its_p_value() -> None:
    cells = ("0.0 %", "100.0 %", "+100.0", "[+100.0, +100.0]", "<0.001", "20")
    assert shown(HEAD, Row("fully correct", cells, "+ ")) == [
        "                              base     new change  95 %                  p     n",
        "+ fully correct              0.0 % 100.0 % +100.0  [+100.0, +100.0] <0.001    20",
    ]


@given(st.lists(CELLS, min_size=1, max_size=4), st.sampled_from([80, 120]))
def test_there_is_a_gap_between_cells_and_rows_keep_in_line(rows: list[Any], width: int) -> None:
    told = shown(HEAD, *(Row("label", cells) for cells in rows), width=width)
    assert [tuple(text.split()) for text in told[1:]] == [("label", *cells) for cells in rows]
    assert len({width_of(text) for text in told}) == 1
    assert width_of(told[0]) <= width


@pytest.mark.parametrize("width", [80, 120])
def test_a_label_takes_what_the_cells_leave(width: int) -> None:
    (told,) = shown(Row("x" * 90, HEAD.cells), width=width)
    assert "…" in told
    assert width_of(told) <= width


def test_a_count_stays_short() -> None:
    assert (comparison_table.n_cell(99_999), comparison_table.n_cell(1_234_567)) == ("99,999", "1234k")
