"""Whose a failure is, by what became of its request when it was sent again."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.analysis.replay import Fault, Replay, Try, failed, one_of
from pytest_llmeval.grading.grade import Grade, Level
from pytest_llmeval.models.answer import Call, Reply
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.request import Request, read_messages
from pytest_llmeval.runs.record import Record
from tests.reports.samples import trial

CALL = Call("p", "m", read_messages("?"), Reply("said"), "hash")
RIGHT, PARTLY, WRONG = (Grade(level) for level in ("fully_correct", "partially_correct", "wrong"))
UNSCORED = Grade(None, state="unscored")
FAILED, PASSED = trial("wrong"), trial("fully_correct")


def replay(
    before: Grade | None,
    *again: Grade | None,
    record: Record = FAILED,
    model: str = "p:m",
    at_least: Level = "fully_correct",
) -> Replay:
    tries = tuple(Try(CALL, grade) for grade in again)
    request = Request(ModelName.parse(model), read_messages("?"))
    return Replay(record, 1, 1, request, (), Try(CALL, before), tries, at_least)


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        (replay(WRONG, WRONG), "model"),
        (replay(WRONG, WRONG, WRONG, UNSCORED), "model"),
        (replay(WRONG, RIGHT), "construction"),
        (replay(WRONG, RIGHT, None), "construction"),
        (replay(RIGHT, WRONG), "construction"),  # the reply was right; the trial failed by what was made of it
        (replay(RIGHT, RIGHT), "construction"),
        (replay(WRONG, RIGHT, WRONG), "chance"),
        (replay(RIGHT, WRONG, record=PASSED), "chance"),
        (replay(RIGHT, RIGHT, record=PASSED), "none"),
        (replay(WRONG, RIGHT, model="p:other"), "other_model"),
        (replay(WRONG, WRONG, model="p:other"), "model"),
        (replay(RIGHT, WRONG, record=PASSED, model="p:other"), "model"),
        (replay(WRONG, PARTLY), "model"),
        (replay(WRONG, PARTLY, at_least="partially_correct"), "construction"),
        (replay(None, None), "unknown"),
        (replay(UNSCORED, RIGHT), "unknown"),
        (replay(WRONG, UNSCORED), "unknown"),
        (replay(WRONG), "unknown"),
    ],
)
def test_the_fault_follows_from_what_passed(found: Replay, fault: Fault) -> None:
    assert found.fault == fault


def test_only_what_was_graded_counts_as_a_try() -> None:
    share = replay(WRONG, RIGHT, WRONG, UNSCORED, None).passed
    assert (share.count, share.n) == (1, 2)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"grade": "wrong", "outcome": "failed"}, True),
        ({"grade": "partially_correct", "outcome": "passed"}, True),
        ({"grade": "fully_correct", "outcome": "failed"}, True),  # by an assertion of the test
        ({"grade": None, "outcome": "truncated"}, True),
        ({"grade": "fully_correct", "outcome": "passed"}, False),
        ({"grade": None, "outcome": "passed"}, False),
        ({"grade": None, "outcome": "error"}, False),
        ({"grade": None, "outcome": "unscored"}, False),
        ({"grade": "wrong", "outcome": None}, True),  # a foreign log
    ],
)
def test_a_trial_failed_by_its_grade_or_its_outcome(told: dict[str, Any], expected: bool) -> None:
    assert failed(trial(**told)) is expected


def test_the_first_failure_is_chosen_and_without_one_the_first() -> None:
    other = trial("wrong", sample=2)
    assert one_of([PASSED, other, FAILED]) is other
    assert one_of([PASSED]) is PASSED
