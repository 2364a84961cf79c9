"""Every limit of a gate is held where it is reached exactly, and broken just beyond."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_llmeval.analysis.gating.gates import GateVerdict, deselected, max_regression, missing_entries
from pytest_llmeval.analysis.gating.limits import (
    behaviour_limit,
    cost_per_trial,
    coverage,
    fail_under,
    failure_label_limit,
    latency_p95,
    output_tokens_per_trial,
)
from pytest_llmeval.analysis.gating.tails import failures, latency_p99, worst_slice
from pytest_llmeval.models.answer import Usage
from tests.analysis.gating.test_gates import comparison, probed, summary
from tests.analysis.two_runs import records

Hold = Callable[[float], GateVerdict]

LABELLED = summary("C" * 93)
for one in records("W" * 7, failure_label="hallucination"):
    LABELLED.add(one)
HALF_PRICED = summary("CC", cost_usd=0.02)
for one in records("CC"):
    HALF_PRICED.add(one)

LEAST: dict[str, tuple[Hold, float]] = {
    "fail_under": (lambda limit: fail_under(summary("C" * 57 + "W" * 43), limit), 57),
    "worst_slice": (lambda limit: worst_slice(summary("C" * 7 + "W" * 3), limit), 70),
    "behaviour, of good": (
        lambda limit: behaviour_limit(probed("repairs_wrong", 1, 1, 1, 0), "repair-rate", limit),
        75,
    ),
}
MOST: dict[str, tuple[Hold, float]] = {
    "max_unscored": (lambda limit: coverage(summary("C" * 93 + "E" * 7), limit), 7),
    "failures": (lambda limit: failures(summary("C" * 9 + "W" * 3), limit), 3),
    "latency_p95": (lambda limit: latency_p95(summary("CCC", latency_s=2.0), limit), 2),
    "latency_p99": (lambda limit: latency_p99(summary("C" * 100, latency_s=2.0), limit), 2),
    "cost_per_trial": (lambda limit: cost_per_trial(summary("CC", cost_usd=0.02), limit), 0.02),
    "cost_per_trial, summed up": (lambda limit: cost_per_trial(summary("C" * 20, cost_usd=0.01), limit), 0.01),
    "output_tokens_per_trial": (lambda limit: output_tokens_per_trial(summary("CC", usage=Usage(1, 300)), limit), 300),
    "failure_label": (lambda limit: failure_label_limit(LABELLED, "hallucination", limit), 7),
    "behaviour, of bad": (
        lambda limit: behaviour_limit(probed("complies_allowed", 1, 1, 1, 0), "over-refusal", limit),
        25,
    ),
    "max_regression": (lambda limit: max_regression(comparison("+" * 40, "+" * 28 + "-" * 12), limit), 30),
    "max_missing, of evals": (lambda limit: deselected(7, 93, limit), 7),
    "max_missing, of the baseline": (
        lambda limit: missing_entries(comparison("C" * 100, "C" * 93 + " " * 7), limit),
        7,
    ),
}
A_LITTLE = 0.001


@pytest.mark.parametrize("rule", LEAST)
def test_at_least_so_much_is_reached_by_exactly_so_much(rule: str) -> None:
    hold, limit = LEAST[rule]
    assert (hold(limit).decision, hold(limit + A_LITTLE).decision) == ("passed", "failed")


@pytest.mark.parametrize("rule", MOST)
def test_at_most_so_much_is_not_broken_by_exactly_so_much(rule: str) -> None:
    hold, limit = MOST[rule]
    beyond = "cannot decide" if rule.startswith("max_missing") else "failed"
    assert (hold(limit).decision, hold(limit - A_LITTLE).decision) == ("passed", beyond)


def test_with_unknown_prices_a_breach_is_told_only_where_the_unknown_ones_cannot_undo_it() -> None:
    assert cost_per_trial(HALF_PRICED, 0.01).decision == "cannot decide"
    assert cost_per_trial(HALF_PRICED, 0.01 - A_LITTLE / 100).decision == "failed"
