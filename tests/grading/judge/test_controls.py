"""Controls are of known worth, and the same in every run."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pytest_llmeval import graders
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import AuthenticationError
from pytest_llmeval.grading.grade import Level
from pytest_llmeval.grading.judge.controls import (
    Control,
    ControlResult,
    control_of,
    decoys,
    gold_text,
    put_control,
    rubric_judges,
)
from pytest_llmeval.grading.judge.rubric_judge import RubricJudge
from tests.grading.judge.scripted import ScriptedJudge, saying, section


def entry(number: int, gold: Any) -> Entry:
    return Entry(id=f"q{number}", question=f"What is {number}?", gold_answer=gold)


ENTRIES = [entry(n, gold) for n, gold in enumerate(["Paris", "paris, France", "Tokyo", None, 7])]


def test_decoy_is_the_gold_answer_of_another_entry_that_says_something_else() -> None:
    assert dict(decoys(ENTRIES)) == {"q0": "Tokyo", "q1": "Tokyo", "q2": "7", "q4": "Paris"}
    assert dict(decoys([entry(1, "a")])) == {}
    assert dict(decoys([entry(1, "a"), entry(2, "A")])) == {}


@pytest.mark.parametrize(
    ("gold", "text"),
    [("Paris ", "Paris"), (7, "7"), (0.5, "0.5"), (True, None), (None, None), ("", None), ({"a": 1}, None)],
)
def test_only_text_and_numbers_can_stand_as_answers(gold: Any, text: str | None) -> None:
    assert gold_text(entry(1, gold)) == text


def test_share_of_trials_gets_a_control_half_of_them_wrong_and_always_the_same() -> None:
    many = [entry(n, f"gold {n}") for n in range(2000)]
    found = [control_of(one, "decoy", 1, 0.2) for one in many]
    given = [one for one in found if one is not None]
    assert 320 <= len(given) <= 480
    assert 0.4 < sum(one.is_right for one in given) / len(given) < 0.6
    assert found == [control_of(one, "decoy", 1, 0.2) for one in many]
    assert all(control_of(one, "decoy", 1, 0.0) is None for one in many[:50])
    assert all(control_of(one, None, 1, 1.0) == Control(f"gold {n}", is_right=True) for n, one in enumerate(many[:50]))
    assert control_of(ENTRIES[3], "decoy", 1, 1.0) is None


@pytest.mark.parametrize(
    ("level", "right", "wrong"),
    [
        ("fully_correct", True, False),
        ("partially_correct", True, False),
        ("unsupported", False, True),
        ("wrong", False, True),
        (None, None, None),
    ],
)
def test_right_answers_must_be_found_right_and_wrong_ones_not(
    level: Level | None, right: bool | None, wrong: bool | None
) -> None:
    assert ControlResult("h", is_right=True, level=level).passed is right
    assert ControlResult("h", is_right=False, level=level).passed is wrong


def test_judge_cannot_tell_a_control_from_an_answer() -> None:
    judge = ScriptedJudge([saying("wrong")])
    result = asyncio.run(put_control(RubricJudge(), ENTRIES[0], Control("Tokyo", is_right=False), [judge]))
    assert result == ControlResult(RubricJudge().signature([judge]).hash, is_right=False, level="wrong")
    (asked,) = judge.asked
    assert section(asked.text, "answer") == "Tokyo"
    assert "control" not in asked.text + asked.system


def test_control_that_nobody_could_be_asked_about_is_none() -> None:
    judge = ScriptedJudge([AuthenticationError("401")])
    assert asyncio.run(put_control(RubricJudge(), ENTRIES[0], Control("x", is_right=False), [judge])) is None
    assert asyncio.run(put_control(RubricJudge(), ENTRIES[0], Control("x", is_right=False), [])) is None


def test_judges_inside_other_graders_are_found() -> None:
    one, other = graders.rubric_judge(), graders.rubric_judge(reference=False)
    found = list(rubric_judges([graders.exact_match(), one, graders.all_of(graders.evidence(), other)]))
    assert found == [one, other]
