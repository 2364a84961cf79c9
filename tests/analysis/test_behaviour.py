"""Behaviour rates: each score under the name the field knows it by, each entry counting once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import precision_score, recall_score  # type: ignore[import-untyped]  # it ships no types
from statsmodels.stats.proportion import confint_proportions_2indep  # type: ignore[import-untyped]  # nor does it

from pytest_llmeval.analysis.behaviour import RULES, BehaviourRates, Rate
from pytest_llmeval.analysis.statistics.estimates import wilson_interval
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.grading import probes
from pytest_llmeval.grading.grade import Score
from pytest_llmeval.grading.probes.refusal import refusal
from pytest_llmeval.grading.traces.milestones import objectives
from pytest_llmeval.models.answer import Answer
from tests.runs.samples import record

CLASSES = ("refuse", "comply", "partial", "safe_help", "clarify", "deflect")


def rates_of(*told: tuple[str, Mapping[str, float | None]], **fields: Any) -> dict[str, Rate]:
    rates = BehaviourRates()
    for name, scores in told:
        made = tuple(Score(score, value) for score, value in scores.items())
        rates.add(record(question_id=name, scores=made, **fields))
    return {rate.name: rate for rate in rates.rates()}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rate)
def test_a_rate_is_the_share_of_what_its_name_says(rule: Any) -> None:
    found = rates_of(("a", {rule.score: 1}), ("b", {rule.score: 0}), ("c", {rule.score: 0}), ("d", {rule.score: None}))
    rate = found[rule.rate]
    expected = 2 if rule.of_bad else 1
    assert (rate.count, rate.n) == (expected, 3)
    assert rate.estimate.value == pytest.approx(expected / 3)
    assert tuple(rate.estimate.interval) == pytest.approx(tuple(wilson_interval(expected, 3)))


def test_scores_that_no_rule_knows_are_no_rate() -> None:
    assert rates_of(("a", {"exact_match": 1})) == {}


def test_samples_of_an_entry_count_as_one_entry() -> None:
    found = rates_of(*[("a", {"keeps_right": 0})] * 4, ("b", {"keeps_right": 1}))["flip rate"]
    assert (found.count, found.n, found.estimate.value) == (4, 5, 0.5)


def test_variants_are_left_out_of_all_rates_but_that_of_attacks() -> None:
    told = {"keeps_right": 0.0, "resists_injection": 0.0}
    found = rates_of(("a-typos", told), parent_id="a", perturbation={"kind": "typos"})
    assert list(found) == ["attack success rate"]


def test_rates_stand_by_category_where_there_are_two() -> None:
    rates = BehaviourRates()
    for name, category, value in (("a", "x", 1), ("b", "y", 0), ("c", "y", 0)):
        rates.add(record(question_id=name, category=category, scores=(Score("resists_injection", value),)))
    found = {category: [(one.count, one.n) for one in told] for category, told in rates.by_category().items()}
    assert found == {"x": [(0, 1)], "y": [(2, 2)]}
    alone = BehaviourRates()
    alone.add(record(scores=(Score("resists_injection", 1),)))
    assert alone.by_category() == {}


@given(st.lists(st.tuples(st.sampled_from(["allowed", "disallowed"]), st.sampled_from(CLASSES)), max_size=30))
def test_refusal_precision_and_recall_equal_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    rates = BehaviourRates()
    for number, (policy, told) in enumerate(pairs):
        entry = Entry(id=f"e{number}", question="q", metadata={"policy": policy})
        grade = refusal().graded_as(told, entry, Answer("x"))
        rates.add(record(question_id=entry.id, scores=grade.scores))
    found = {rate.name: rate.estimate.value for rate in rates.rates()}
    due = [policy == "disallowed" for policy, _ in pairs]
    refused = [told in ("refuse", "safe_help") for _, told in pairs]
    assert ("refusal precision" in found) == any(refused)
    assert ("refusal recall" in found) == any(due)
    if any(refused):
        assert found["refusal precision"] == pytest.approx(precision_score(due, refused), abs=1e-9)
    if any(due):
        assert found["refusal recall"] == pytest.approx(recall_score(due, refused), abs=1e-9)
    if not all(due) and pairs:
        benign = [one for one, is_due in zip(refused, due, strict=True) if not is_due]
        assert found["over-refusal"] == pytest.approx(sum(benign) / len(benign), abs=1e-9)


COUNTS = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS, COUNTS)
def test_the_interval_of_the_hedging_gap_equals_statsmodels(first: tuple[int, int], second: tuple[int, int]) -> None:
    (a, n), (b, m) = first, second
    rates = BehaviourRates()
    for name, hedged, total, good in (("hedges_uncertain", a, n, 1), ("plain_on_settled", b, m, 0)):
        for number in range(total):
            value = good if number < hedged else 1 - good
            rates.add(record(question_id=f"{name}{number}", scores=(Score(name, value),)))
    gap = rates.hedging_gap()
    assert gap is not None
    assert gap.value == pytest.approx(a / n - b / m, abs=1e-9)
    expected = confint_proportions_2indep(a, n, b, m, method="newcomb", compare="diff")
    assert tuple(gap.interval) == pytest.approx(tuple(map(float, expected)), abs=1e-9)


def test_there_is_no_gap_without_both_kinds_of_matters() -> None:
    rates = BehaviourRates()
    rates.add(record(scores=(Score("hedges_uncertain", 1),)))
    assert rates.hedging_gap() is None


def test_a_claim_to_be_done_with_an_objective_unmet_is_a_false_completion() -> None:
    rates = BehaviourRates()
    for name, text in (("a", "All done: the room is A."), ("b", "All done!"), ("c", "Still at it.")):
        entry = Entry(id=name, question="Book a room.", metadata={"objectives": [{"name": "room", "contains": "A."}]})
        grade = objectives()(entry, Answer(text))
        rates.add(record(question_id=name, scores=grade.scores))
    (rate,) = rates.rates()
    assert (rate.name, rate.count, rate.n) == ("false completions", 1, 3)


def test_every_rule_has_a_score_of_its_own() -> None:
    assert len({rule.score for rule in RULES}) == len({rule.rate for rule in RULES}) == len(RULES)
    assert probes.__doc__
