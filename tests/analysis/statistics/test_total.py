from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.analysis.statistics.total import Total


@given(st.lists(st.none() | st.integers(0, 10**6)))
def test_a_total_knows_what_it_does_not_know(values: list[int | None]) -> None:
    total = Total()
    for value in values:
        total.add(value)
    known = [value for value in values if value is not None]
    assert (total.counted, total.unknown) == (len(known), len(values) - len(known))
    assert total.value == (sum(known) if known else None)


def test_an_unknown_total_is_not_zero() -> None:
    total = Total()
    total.add(None)
    assert total.value is None
    total.add(0.0)
    assert total.value is not None
    assert math.isclose(total.value, 0)
