"""What is wrong with a value is said in words of ours."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from pytest_llmeval.benchmark.checking.manifest import Release
from pytest_llmeval.runs.fault_words import faults_of
from pytest_llmeval.runs.given_vote import GivenVote
from pytest_llmeval.runs.record import Record

SOUND = {"run_id": "r", "question_id": "q", "question": "?", "timestamp": "t"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"evidence_files": "a"}, "evidence_files: must be a list"),
        ({"answer": []}, "answer: must be text"),
        ({"params": 1}, "params: must be an object"),
        ({"judge": "gpt"}, "judge: must be an object"),
        ({"sample": "one"}, "sample: must be a whole number"),
        ({"sample": 1.5}, "sample: must be a whole number"),
        ({"sample": 0}, "sample: must be at least 1"),
        ({"cost_usd": "free"}, "cost_usd: must be a number"),
        ({"crashed": 7}, "crashed: must be true or false"),
        ({"failure_label": "x"}, "failure_label: must be one of missing_evidence, retrieval_miss, wrong_chunk, "),
        ({"scores": [{"name": "a", "value": 1}, 1]}, "scores.1: must be an object"),
    ],
)
def test_each_kind_of_fault_says_what_the_value_must_be(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Record.model_validate({**SOUND, **changed})
    assert faults_of(caught.value).startswith(said)


def test_a_rule_of_ours_speaks_for_itself() -> None:
    with pytest.raises(ValidationError) as caught:
        Release.model_validate({"version": "", "date": "2026-11-01"})
    assert faults_of(caught.value) == "version: must not be empty"
    with pytest.raises(ValidationError) as caught:
        GivenVote.model_validate({"question_id": "q", "grade": "c", "failure_label": "wrong_chunk"})
    assert faults_of(caught.value) == "a fully_correct answer has no failure_label"


def test_of_many_faults_the_first_are_told() -> None:
    with pytest.raises(ValidationError) as caught:
        Record.model_validate({})
    told = "run_id: is missing; question_id: is missing; question: is missing; and 1 more"
    assert faults_of(caught.value) == told
