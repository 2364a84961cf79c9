from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.analysis.comparing.measured_spent import measure_latencies, measure_lengths, measure_spent
from pytest_llmeval.analysis.comparing.pairing import pair
from pytest_llmeval.models.answer import Usage
from tests.analysis.two_runs import records, side, side_of


def test_spending_is_compared_where_both_sides_know_it() -> None:
    base = [*records("CC", cost_usd=0.01), *records("  C")]
    new = records("CCC", cost_usd=0.03)
    (cost,) = measure_spent(pair(side_of(base), side_of(new)).pairs)
    assert (cost.name, cost.pairs, cost.base, cost.new) == ("cost", 2, 0.01, 0.03)
    assert cost.ratio == pytest.approx(3)
    assert (cost.more, cost.less, cost.p) == (2, 0, 0.5)


def test_each_kind_of_spending_has_its_row() -> None:
    fields: dict[str, Any] = {"usage": Usage(10, 4), "cost_usd": 0.1, "latency_s": 2.0}
    found = measure_spent(pair(side("C", **fields), side("C", **fields)).pairs)
    assert [(one.name, one.base) for one in found] == [
        ("input tokens", 10), ("output tokens", 4), ("cost", 0.1), ("latency", 2.0)
    ]  # fmt: skip


def test_of_nothing_there_is_no_ratio() -> None:
    (latency,) = measure_spent(pair(side("C", latency_s=0.0), side("C", latency_s=1.0)).pairs)
    assert (latency.name, latency.ratio) == ("latency", None)


def test_latencies_are_of_pairs_that_neither_side_took_from_the_cache() -> None:
    base = records("CCC", latency_s=1.0)
    new = [*records("CC", latency_s=3.0), *records("  C", latency_s=0.0, cached=True)]
    found = measure_latencies(pair(side_of(base), side_of(new)).pairs)
    assert (found.base.n, found.base.p50, found.new.n, found.new.p95) == (2, 1.0, 2, 3.0)


def test_lengths_are_of_pairs_in_which_both_sides_know_their_tokens() -> None:
    base = records("CCC", usage=Usage(1, 10))
    new = [*records("CC", usage=Usage(1, 30)), *records("  C", usage=Usage(1, None))]
    found = measure_lengths(pair(side_of(base), side_of(new)).pairs)
    assert (found.base.n, found.base.p50, found.new.n, found.new.p95) == (2, 10, 2, 30)
