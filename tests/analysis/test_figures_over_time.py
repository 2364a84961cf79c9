from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.analysis.figures_over_time import OverTime, figures_over_time
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.grading.grade import Score
from pytest_llmeval.models.answer import Usage
from tests.analysis.two_runs import records


def run(letters: str = "CW", **fields: Any) -> Summary:
    made = Summary("openai:m")
    for one in records(letters, **fields):
        made.add(one)
    return made


def figures(*runs: Summary | None) -> dict[str, OverTime]:
    return {one.followed.name: one for one in figures_over_time(runs)}


def test_each_figure_is_followed_from_run_to_run() -> None:
    runs = [run("CPUWT", latency_s=float(n), cost_usd=0.01 * n, usage=Usage(1, 10 * n)) for n in range(1, 8)]
    found = figures(*runs)
    assert list(found) == ["mean grade", "unscored", "latency p50", "latency p95", "cost per trial", "tokens out"]
    assert found["mean grade"].followed.values == (1.2,) * 7
    assert found["latency p95"].followed.values == (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)
    assert [name for name, one in found.items() if one.drifts] == [
        "latency p50", "latency p95", "cost per trial", "tokens out",
    ]  # fmt: skip
    assert [name for name, one in found.items() if one.is_worse] == ["latency p50", "latency p95", "cost per trial"]


def test_a_run_without_a_figure_keeps_its_place_in_the_slope() -> None:
    gaps: list[Summary | None] = [run(latency_s=float(n)) if n in (1, 3, 5, 6) else run() for n in range(1, 7)]
    assert [one for one in figures(*gaps)["latency p50"].followed.values if one is None] == [None, None]
    gaps[1] = None  # a run that does not count, such as one of a part
    slope = figures(*gaps)["latency p50"].slope
    assert slope is not None
    assert slope.per_run == pytest.approx(1.0)


def test_what_came_from_the_cache_is_no_cheaper_model() -> None:
    runs = [run(cost_usd=0.0, cached=True)] * 5 + [run(cost_usd=0.01)] * 5
    assert not figures(*runs)["cost per trial"].drifts
    mixed = run(cost_usd=0.01)
    for one in records("CC", cost_usd=0.0, cached=True):
        mixed.add(one)
    assert figures(*[mixed] * 6)["cost per trial"].followed.values == (0.01,) * 6


def test_what_gets_better_is_not_worse() -> None:
    found = figures(*(run(latency_s=float(n)) for n in range(8, 1, -1)))["latency p50"]
    assert (found.drifts, found.is_worse, found.changed_with) == (True, False, 3)


def test_p_is_corrected_for_the_number_of_figures() -> None:
    alone = figures(*(run("++", latency_s=float(n)) for n in range(6)))
    more = figures(*(run("++", latency_s=float(n), cost_usd=1.0, usage=Usage(1, 2)) for n in range(6)))
    assert alone["latency p50"].p == pytest.approx(3 * 2 / 720)
    assert more["latency p50"].p == pytest.approx(5 * 2 / 720)


def test_trials_without_a_verdict_are_followed() -> None:
    found = figures(*(run("C" * (9 - n) + "E" * n) for n in range(8)))["unscored"]
    assert found.is_worse
    assert found.followed.values[-1] == pytest.approx(7 / 9)


def test_a_run_that_does_not_count_keeps_its_place() -> None:
    runs: list[Summary | None] = [run(latency_s=1.0) for _ in range(5)]
    found = figures(*runs, None, *(run(latency_s=3.0) for _ in range(5)))["latency p50"]
    assert (found.followed.values[5], found.changed_with) == (None, 6)


def test_costs_that_are_unknown_in_part_are_unknown() -> None:
    part = run("C", cost_usd=1.0)
    part.add(records("C")[0])
    assert "cost per trial" not in figures(part)


def test_behaviour_is_followed_where_every_run_probed_it() -> None:
    probed = [run("C", scores=(Score("complies_allowed", float(n < 5)),)) for n in range(10)]
    found = figures(*probed)["over-refusal"]
    assert (found.followed.values, found.is_worse) == ((0.0,) * 5 + (1.0,) * 5, True)
    assert "over-refusal" not in figures(*probed, run("C"))
