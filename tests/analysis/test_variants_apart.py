"""Variants distort no figure of the originals: not in summaries, slices, comparisons or totals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from pytest_llmeval.analysis.comparing.sides import sides_of
from pytest_llmeval.analysis.run_figures import RunFigures
from pytest_llmeval.analysis.slicing import Slicing
from pytest_llmeval.analysis.summaries import summaries_by_model
from pytest_llmeval.models.answer import Usage
from pytest_llmeval.runs.flat import flat_row
from pytest_llmeval.runs.record import Record
from tests.runs.samples import record

BOTH = {"model": "m", "provider": "p", "grader": "g", "usage": Usage(10, 1), "cost_usd": 0.5}


def original(**fields: Any) -> Record:
    return record(**{**BOTH, "question_id": "a", "grade": "fully_correct", "outcome": "passed", **fields})


def variant(kind: str = "typos", **fields: Any) -> Record:
    how = {"kind": kind, "settings": {"carrier": "user"}}
    told = {"question_id": f"a-{kind}", "parent_id": "a", "perturbation": how, "grade": "wrong", "outcome": "failed"}
    return record(**{**BOTH, **told, **fields})


def test_a_summary_counts_variants_apart() -> None:
    (summary,) = summaries_by_model([original(), variant(), variant("case", outcome="error", grade=None)])
    assert (summary.records, summary.overall.fully_correct.n) == (1, 1)
    assert (summary.cost_usd.value, summary.outcomes) == (0.5, {"passed": 1})
    assert summary.variants is not None
    assert (summary.variants.records, summary.variants.outcomes) == (2, {"failed": 1, "error": 1})


def test_totals_count_variants_apart_and_add_up_what_was_spent() -> None:
    totals = summaries_by_model([original(), variant()]).totals()
    assert (totals["records"], totals["grades"]) == (1, {"fully_correct": 1})
    assert totals["variants"] == {"records": 1, "outcomes": {"failed": 1}, "grades": {"wrong": 1}}
    assert (totals["cost_usd"], totals["input_tokens"]) == (1.0, 20)
    assert "variants" not in summaries_by_model([original()]).totals()


def test_slices_are_of_originals_unless_they_are_by_perturbation() -> None:
    def sliced(field: str) -> dict[str, int]:
        slicing = Slicing(field)
        for one in (original(), variant(), variant("case")):
            slicing.add("p:m", one)
        return {name: part.records for name, part in slicing.of("p:m").items()}

    assert sliced("category") == {"uncategorized": 1}
    assert sliced("perturbation") == {"case": 1, "typos": 1, "–": 1}
    assert sliced("perturbation.settings.carrier") == {"user": 2, "–": 1}
    assert sliced("parent_id") == {"a": 2, "–": 1}


def test_details_are_of_originals() -> None:
    run = RunFigures("r")
    for one in (original(), variant()):
        run.add(one)
    (summary,) = run.summaries
    assert run.details(summary).columns["cost"].values.tolist() == [0.5]


def test_comparisons_keep_variants_apart() -> None:
    (side,) = sides_of(Path("x"), [original(), variant(), variant("case")]).values()
    assert (len(side.trials), len(side.perturbed)) == (1, 2)


@pytest.mark.parametrize("fields", [{"parent_id": "span-1"}, {"perturbation": {"kind": "typos"}}])
def test_a_foreign_record_with_one_of_the_two_fields_is_no_variant(fields: dict[str, Any]) -> None:
    assert not original(**fields).is_variant
    assert variant().is_variant


def test_a_kind_alone_is_read_as_a_perturbation() -> None:
    assert record(parent_id="a", perturbation="typos").is_variant
    with pytest.raises(ValidationError):
        record(perturbation=3)


def test_a_flat_row_has_a_column_for_each_part() -> None:
    row = flat_row(variant())
    assert (row["parent_id"], row["perturbation.kind"]) == ("a", "typos")
    assert flat_row(original())["parent_id"] is None
