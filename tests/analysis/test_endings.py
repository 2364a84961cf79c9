"""How a trial ended: gracefully with something valid or a plain word, or in one of seven other ways."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.analysis.endings import ENDINGS, GRACEFUL, ending_of
from pytest_llmeval.analysis.verdicts import success_of, verdict_of
from pytest_llmeval.grading.grade import Score
from tests.reports.samples import trial

FITS, MISFITS = (Score("schema", 1.0, True),), (Score("json", 1.0, True), Score("schema", 0.0, False))


def ended(grade: str | None = None, **fields: Any) -> str | None:
    record = trial(grade, **fields)
    return ending_of(record, success=success_of(record), verdict=verdict_of(record))


@pytest.mark.parametrize(
    ("grade", "fields", "ending"),
    [
        ("fully_correct", {}, "valid"),
        ("partially_correct", {}, "valid"),
        (None, {"outcome": "passed", "grader": None}, "valid"),
        ("wrong", {"answer": "{}", "scores": FITS}, "valid"),
        ("wrong", {"answer": "{}", "scores": MISFITS}, "malformed"),
        (None, {"outcome": "unextractable", "answer": "Well"}, "malformed"),
        (None, {"outcome": "unextractable", "grader": None, "answer": "Well"}, "malformed"),
        ("wrong", {"answer": "It is Lyon."}, "wrong"),
        ("unsupported", {"answer": "It is Lyon."}, "wrong"),
        (None, {"outcome": "failed", "grader": None, "answer": "It is Lyon."}, "wrong"),
        ("wrong", {"answer": "I don't know what you mean."}, "says so"),
        ("wrong", {"answer": "Could you clarify what you are asking?"}, "says so"),
        ("wrong", {"answer": "No.", "finish_reason": "refusal"}, "says so"),
        (None, {"outcome": "unextractable", "answer": "I cannot help with that."}, "says so"),
        ("wrong", {"answer": "I don't know.", "scores": MISFITS}, "says so"),
        ("wrong", {"answer": " \n"}, "empty"),
        ("wrong", {"answer": None}, "empty"),
        (None, {"outcome": "truncated", "answer": "It is"}, "truncated"),
        (None, {"outcome": "filtered", "answer": ""}, "filtered"),
        (None, {"outcome": "over_budget", "grader": None, "answer": None}, "over_budget"),
        (None, {"outcome": "error", "error": "ValueError: no", "crashed": True}, "crashed"),
        (None, {"outcome": "error", "error": "500"}, None),
        (None, {"outcome": "unscored"}, None),
        (None, {"outcome": "skipped"}, None),
    ],
)
def test_a_trial_ends_in_one_way(grade: str | None, fields: dict[str, Any], ending: str | None) -> None:
    assert ended(grade, **fields) == ending


def test_only_what_is_valid_or_says_so_is_graceful() -> None:
    assert [ending for ending in ENDINGS if ending in GRACEFUL] == ["valid", "says so"]
