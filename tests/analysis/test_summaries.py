"""The summaries of all models of a run, and the counts over them."""

from __future__ import annotations

from pytest_llmeval.analysis.summaries import Summaries, summaries_by_model
from pytest_llmeval.models.answer import Usage
from tests.analysis.test_summary import graded
from tests.runs.samples import record


def test_models_keep_apart_in_the_order_they_came() -> None:
    summaries = summaries_by_model(
        [record(provider="b", model="x"), record(provider="a", model="x"), record(), record(provider="b", model="x")]
    )
    assert [(one.model, one.records) for one in summaries] == [("b:x", 2), ("a:x", 1), ("unknown model", 1)]
    assert len(summaries) == 3


def test_totals_are_over_all_models() -> None:
    summaries = summaries_by_model(
        [graded("wrong", model="a", usage=Usage(10, 2)), graded(None, model="b", outcome="error"), graded("wrong")]
    )
    assert summaries.totals() == {
        "records": 3,
        "outcomes": {"failed": 2, "error": 1},
        "grades": {"wrong": 2},
        "input_tokens": 10,
        "output_tokens": 2,
        "cached_tokens": None,
        "reasoning_tokens": None,
        "cost_usd": None,
    }
    assert Summaries().totals()["input_tokens"] is None
