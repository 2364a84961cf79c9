from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_llmeval.runs.field_docs import field_docs
from pytest_llmeval.runs.line import read_line, record_as_json
from pytest_llmeval.runs.record import DESIGNED_FIELDS, Record
from tests.runs.samples import full_record, record


def test_the_sixteen_designed_fields_stand_first_on_every_line() -> None:
    assert len(DESIGNED_FIELDS) == 16
    assert tuple(record_as_json(record()))[:16] == DESIGNED_FIELDS


def test_a_line_of_only_the_sixteen_fields_is_a_record() -> None:
    line = dict.fromkeys(DESIGNED_FIELDS) | {
        "run_id": "r",
        "question_id": "7",
        "question": "?",
        "timestamp": "2026",
    }
    read = read_line(json.dumps(line).encode())
    assert (read.category, read.evidence_files, read.tools_called) == ("uncategorized", (), ())


def test_numbers_are_taken_as_ids() -> None:
    assert read_line(b'{"run_id": 3, "question_id": 7, "question": "?", "timestamp": 1}').question_id == "7"


@pytest.mark.parametrize("category", [None, ""])
def test_category_is_always_a_text(category: str | None) -> None:
    assert record(category=category).category == "uncategorized"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_cost_that_is_no_number_is_unknown(value: float) -> None:
    measured = record(cost_usd=value, latency_s=value, ttft_s=value)
    assert (measured.cost_usd, measured.latency_s, measured.ttft_s) == (None, None, None)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"stated": 0.8, "odd": 8, "none": None, "yes": True, "nan": float("nan")}, {"stated": 0.8}),
        (0.8, {"stated": 0.8}),
        (80, {"stated": 0.8}),
        ("80%", {"stated": 0.8}),
        ("purple", {}),
        (None, {}),
    ],
)
def test_confidence_is_a_share_for_each_signal_however_other_programs_write_it(
    written: object, read: dict[str, float]
) -> None:
    assert record(confidence=written).confidence == read


def test_fields_that_a_newer_version_put_into_usage_scores_and_calls_break_nothing() -> None:
    line = json.loads(full_record().model_dump_json())
    line["usage"]["audio_tokens"] = 3
    line["scores"][0]["weight"] = 2
    line["calls"][0]["reply"]["logprobs"] = []
    assert read_line(json.dumps(line).encode()) == full_record()


def test_every_field_says_what_it_means() -> None:
    assert set(Record.model_fields) - field_docs(Record).keys() == set()


@pytest.mark.parametrize(
    ("told", "read"), [("omission", "omission"), ("Typo", None), (3, None), ([], None), (None, None)]
)
def test_an_error_mode_of_another_program_is_unknown(told: Any, read: str | None) -> None:
    assert record(error_mode=told).error_mode == read


@pytest.mark.parametrize(("told", "read"), [("flagged", "flagged"), ("clean", "clean"), ("high", None), (True, None)])
def test_what_another_program_says_of_contamination_is_not_checked(told: Any, read: str | None) -> None:
    assert record(contamination=told).contamination == read
