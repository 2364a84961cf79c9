from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.analysis.run_figures import RunFigures
from pytest_llmeval.analysis.slicing import Slicing
from pytest_llmeval.models.answer import Call, Reply, Usage
from pytest_llmeval.reports.summary_values import ROW_COLUMNS, rows, run_values
from pytest_llmeval.runs.sidecar import RunInfo
from tests.cli.logs import every_grade, trial


def figures(**fields: Any) -> RunFigures:
    run = RunFigures("run-1", logs=[Path("a.jsonl")], **fields)
    for record in every_grade(8, cost_usd=0.5, latency_s=1.0, difficulty="easy"):
        run.add(record)
    return run


def test_all_figures_are_there_unrounded() -> None:
    run = figures(slicing=Slicing("difficulty"), info=RunInfo(run_id="run-1", started="t", complete=True))
    told = json.loads(json.dumps(run_values(run)))
    assert (told["run_id"], told["logs"], told["complete"]) == ("run-1", ["a.jsonl"], True)
    (model,) = told["models"]
    assert model["accuracy"]["rate"] == 0.25
    assert model["accuracy"]["low"] == pytest.approx(0.0715, abs=1e-4)
    assert model["grades"]["wrong"] == 2
    assert model["failure_labels"] == {"missing_evidence": 2, "hallucination": 2, "retrieval_miss": 2}
    assert model["categories"]["even"]["accuracy"]["count"] == 2
    assert model["cost_usd"] == {"value": 4.0, "at_least": False}
    assert model["estimated_usage"] == 0
    assert model["cost_per_success_usd"] == {"value": 2.0, "at_least": False}
    assert model["latency_s"]["p95"] == 1.0
    assert model["spreads"]["latency"]["n"] == 8
    assert [one["value"] for one in model["worst"]["latency"]] == [1.0, 1.0, 1.0]
    assert model["by"] == {"field": "difficulty", "slices": {"easy": model["by"]["slices"]["easy"]}}
    assert model["by"]["slices"]["easy"]["judged"] == 8
    assert (model["by"]["slices"]["easy"]["latency_s"]["p95"], model["by"]["slices"]["easy"]["cached"]) == (1.0, 0)
    assert model["weighted_rate"] is None
    assert model["repeats"] is None
    assert model["worst_slices"] == []


def test_unknown_is_null() -> None:
    run = RunFigures("run-1")
    run.add(trial(1))
    (model,) = run_values(run)["models"]
    assert model["accuracy"] == {"count": 0, "n": 0, "rate": None, "low": None, "high": None}
    assert model["cost_usd"]["value"] is None
    assert model["cost_per_success_usd"]["value"] is None
    assert model["latency_s"]["p50"] is None
    assert (model["ttft_s"]["p50"], model["time_per_output_token_s"]["n"]) == (None, 0)
    assert run_values(run)["complete"] is None
    assert "by" not in model


def test_repeated_samples_and_weights_are_there_too() -> None:
    run = RunFigures("run-1")
    run.add(trial(1, "wrong", sample=1, weight=2))
    run.add(trial(1, "fully_correct", sample=2))
    (model,) = run_values(run)["models"]
    assert model["weighted_rate"] == pytest.approx(1 / 3)
    assert model["repeats"]["unstable_entries"] == 1


def test_rows_are_of_the_whole_each_category_and_each_slice() -> None:
    found = list(rows(figures(slicing=Slicing("difficulty"))))
    assert [(row["by"], row["slice"], row["judged"]) for row in found] == [
        ("all", "all", 8),
        ("category", "even", 4),
        ("category", "odd", 4),
        ("difficulty", "easy", 8),
    ]
    by_category = [(row["by"], row["slice"]) for row in rows(figures(slicing=Slicing("category")))]
    assert by_category == [("all", "all"), ("category", "even"), ("category", "odd")]
    assert set(found[0]) == set(ROW_COLUMNS)
    assert (found[0]["accuracy"], found[0]["cost_usd"], found[0]["latency_p50_s"]) == (0.25, 4.0, 1.0)


def test_a_sum_of_which_a_part_is_unknown_is_empty() -> None:
    run = figures()
    run.add(trial(99, "wrong"))
    assert next(iter(rows(run)))["cost_usd"] is None


def test_times_of_tokens_are_there_in_the_shape_of_the_latency() -> None:
    reply = Reply("text", usage=Usage(1000, 201), ttft_s=0.25, streamed_s=2.0)
    run = figures(slicing=Slicing("difficulty"))
    run.add(trial(9, "wrong", difficulty="easy", calls=(Call("p", "m", (), reply, "hash"),)))
    (model,) = run_values(run)["models"]
    for found in (model, model["by"]["slices"]["easy"]):
        assert found["ttft_s"] == {"n": 1, "p50": 0.25, "p90": 0.25, "p95": 0.25, "p99": 0.25}
        assert set(found["ttft_s"]) == set(found["latency_s"]) == set(found["time_per_output_token_s"])
        assert found["time_per_output_token_s"]["p95"] == 0.01
    (row, *_) = rows(run)
    assert (row["ttft_p50_s"], row["ttft_p95_s"]) == (0.25, 0.25)
    assert (row["time_per_output_token_p50_s"], row["time_per_output_token_p95_s"]) == (0.01, 0.01)
