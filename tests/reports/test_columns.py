from __future__ import annotations

import doctest

from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.reports import columns
from pytest_llmeval.reports.columns import column_widths, set_right
from pytest_llmeval.reports.lines import width_of

ROWS = st.lists(st.tuples(*[st.text("ab日", min_size=1, max_size=20)] * 3), min_size=1, max_size=5)


def test_examples_in_docstrings_are_true() -> None:
    assert doctest.testmod(columns).failed == 0


@given(ROWS)
def test_cells_are_told_apart_and_end_below_each_other(rows: list[tuple[str, ...]]) -> None:
    widths = column_widths(rows, [4, 8, 12])
    told = [set_right(cells, widths) for cells in rows]
    assert [tuple(text.split()) for text in told] == rows
    assert {width_of(text) for text in told} == {sum(widths)}
