from __future__ import annotations

from collections.abc import Iterable

import pytest

from pytest_llmeval.analysis.details import Details, cost_per_success
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.grading.grade import Score
from pytest_llmeval.models.answer import Call, Reply, Usage
from pytest_llmeval.runs.record import Record
from tests.cli.logs import every_grade, trial


def read(records: Iterable[Record], weights: dict[str, float] | None = None) -> tuple[Summary, Details]:
    summary, details = Summary("m"), Details(weights)
    for record in records:
        summary.add(record)
        details.add(record)
    return summary, details


def test_a_weight_counts_as_the_record_says() -> None:
    _, details = read([trial(1, "fully_correct", weight=3), trial(2, "wrong")])
    assert details.is_weighted
    assert details.weighted_rate == pytest.approx(0.75)


def test_a_benchmark_that_is_named_says_it() -> None:
    _, details = read([trial(1, "fully_correct"), trial(2, "wrong")], {"q2": 4.0})
    assert details.weighted_rate == pytest.approx(0.2)


@pytest.mark.parametrize("weight", ["heavy", -1, float("nan"), None])
def test_what_is_no_weight_counts_once(weight: object) -> None:
    _, details = read([trial(1, "fully_correct", weight=weight), trial(2, "wrong")])
    assert not details.is_weighted
    assert details.weighted_rate == 0.5


def test_passed_counts_where_nothing_is_graded() -> None:
    _, details = read([trial(1, outcome="passed", weight=2), trial(2, outcome="failed")])
    assert details.weighted_rate == pytest.approx(2 / 3)


def test_what_says_nothing_about_the_model_is_in_no_figure() -> None:
    _, details = read([trial(1, outcome="error", latency_s=1.0), trial(2, outcome="unscored"), trial(3)])
    assert details.weighted_rate is None
    assert details.spreads() == {}


def test_numbers_are_spread() -> None:
    record = trial(
        1, "wrong", latency_s=2.0, cost_usd=0.1, usage=Usage(None, 5), scores=[Score("exact", 0.5), Score("f1", None)]
    )
    partly = Call("p", "m", (), Reply("Paris"), "hash", cached=True)
    cached = [trial(2, "wrong", latency_s=9.0, cached=True), trial(3, "wrong", latency_s=9.0, calls=(partly,))]
    _, details = read([record, *cached])
    means = {name: spread.mean for name, spread in details.spreads().items()}
    assert means == {"latency": 2.0, "cost": 0.1, "output tokens": 5.0, "score exact": 0.5}


def test_where_some_trials_are_graded_weights_are_of_those_alone() -> None:
    plain = [trial(number, outcome="passed", weight=2) for number in range(10, 40)]
    summary, details = read([trial(1, "fully_correct", weight=2, cost_usd=0.31), trial(2, "wrong", weight=2), *plain])
    assert (details.is_weighted, details.weighted_rate) == (True, 0.5)
    assert cost_per_success(summary).dollars == 0.31 / 31


def test_the_worst_slices_are_the_surest_below_the_whole() -> None:
    records = [
        trial(number, "wrong" if number < 12 else "fully_correct", category="bad" if number < 10 else "good")
        for number in range(40)
    ]
    records += [trial(40 + n, "wrong", category="few") for n in range(4)]
    summary, details = read(records)
    (worst,) = details.worst_slices(summary)
    assert (worst.kind, worst.name, worst.share.count, worst.share.n) == ("category", "bad", 0, 10)


def test_tags_and_difficulties_are_slices_too() -> None:
    records = [
        trial(n, "wrong" if n % 4 else "fully_correct", tags=("rare",) if n % 4 else (), difficulty="hard")
        for n in range(40)
    ]
    summary, details = read(records)
    assert [(one.kind, one.name) for one in details.worst_slices(summary)] == [("tag", "rare"), ("category", "odd")]


def test_slices_without_grades_are_of_what_passed() -> None:
    records = [trial(n, outcome="failed" if n % 2 else "passed", tags=("t",) if n % 2 else ()) for n in range(20)]
    summary, details = read(records)
    assert [(one.name, one.share.count, one.share.n) for one in details.worst_slices(summary)] == [
        ("odd", 0, 10),
        ("t", 0, 10),
    ]


def test_a_success_costs_what_all_trials_cost() -> None:
    summary, _ = read(every_grade(8, cost_usd=0.5))
    assert cost_per_success(summary).dollars == pytest.approx(2.0)
    assert not cost_per_success(summary).at_least


def test_without_a_success_or_a_price_its_cost_is_unknown() -> None:
    assert cost_per_success(read([trial(1, "wrong", cost_usd=1.0)])[0]).dollars is None
    assert cost_per_success(read([trial(1, "fully_correct")])[0]).dollars is None


def test_an_unknown_price_makes_it_a_lower_bound() -> None:
    price = cost_per_success(read([trial(1, "fully_correct", cost_usd=1.0), trial(2, "wrong")])[0])
    assert (price.dollars, price.at_least) == (1.0, True)


def test_passed_trials_are_successes_without_grades() -> None:
    summary, _ = read([trial(1, outcome="passed", cost_usd=1.0), trial(2, outcome="failed", cost_usd=2.0)])
    assert cost_per_success(summary).dollars == 3.0
