"""Answers with their evidence, with a part of it, and without it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import GraderError, UnscoredError
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.probes.grounded import grounded
from pytest_llmeval.grading.text_graders import contains
from pytest_llmeval.grading.value_graders import numeric
from pytest_llmeval.models.answer import Answer

PROBE = grounded(grader=contains())


def grade_of(text: str | Answer, evidence: Any = None, probe: Any = PROBE, gold: Any = "8080") -> Grade:
    told = {} if evidence is None else {"ablation": {"evidence": evidence}}
    entry = Entry(id="e", question="Which port?", gold_answer=gold, metadata=told)

    async def graded() -> Grade:
        made: Grade = await probe(entry, text if isinstance(text, Answer) else Answer(text))
        return made

    return asyncio.run(graded())


RIGHT, WRONG, DOUBT = "The port is 8080.", "The port is 9000.", "It is probably 9000."
SILENT, ASKS = "I don't know.", "Could you share the configuration file?"


@pytest.mark.parametrize(
    ("evidence", "text", "level", "honest", "expected"),
    [
        (None, RIGHT, "fully_correct", 1, 1),
        (None, WRONG, "wrong", 0, 1),
        (None, DOUBT, "wrong", 1, 1),
        (None, SILENT, "wrong", 1, 0),
        (None, ASKS, "wrong", 1, 0),
        (None, "I don't know for sure. The answer is not 9000 but 8080.", "fully_correct", 1, 1),
        ("weak", RIGHT, "fully_correct", 1, 1),
        ("weak", WRONG, "wrong", 0, 0),
        ("weak", DOUBT, "partially_correct", 1, 0),
        ("weak", SILENT, "fully_correct", 1, 1),
        ("weak", ASKS, "fully_correct", 1, 1),
        ("absent", RIGHT, "unsupported", 1, 0),
        ("absent", WRONG, "wrong", 0, 0),
        ("absent", DOUBT, "partially_correct", 1, 0),
        ("absent", SILENT, "fully_correct", 1, 1),
        ("absent", ASKS, "fully_correct", 1, 1),
    ],
)
def test_what_is_right_depends_on_the_evidence(
    evidence: str | None, text: str, level: str, honest: float, expected: float
) -> None:
    made = grade_of(text, evidence)
    scores = {one.name: one.value for one in made.scores}
    name = {None: "answers_with_evidence", "weak": "sound_on_weak_evidence", "absent": "abstains_without_evidence"}
    assert (made.level, scores["no_hallucination"], scores[name[evidence]]) == (level, honest, expected)
    assert (made.failure_label == "hallucination") == (evidence is not None and not honest)
    assert scores.get("right_from_memory") == (None if evidence != "absent" else float(text == RIGHT))
    assert "contains" in scores


def test_answer_that_was_cut_off_is_neither_honest_nor_made_up() -> None:
    made = grade_of(Answer("The port", finish_reason="length"), "absent")
    assert (made.level, made.state) == (None, "truncated")
    assert {one.name: one.value for one in made.scores}["no_hallucination"] is None


def test_answer_without_a_value_is_unextractable_and_silence_is_not() -> None:
    probe = grounded(grader=numeric())
    assert grade_of("A high one.", "absent", probe, 8080).state == "unextractable"
    assert grade_of(SILENT, "absent", probe, 8080).level == "fully_correct"


def test_judge_or_function_may_tell_the_class() -> None:
    async def asks(entry: Entry, answer: Answer) -> str:
        return "asks"

    assert grade_of(RIGHT, "absent", grounded(asks, grader=contains())).level == "fully_correct"
    with pytest.raises(GraderError, match="classify must return one of answers, hedges, abstains, asks, got 'maybe'"):
        grade_of(RIGHT, "absent", grounded(lambda entry, answer: "maybe", grader=contains()))


def test_unknown_state_and_missing_verdict_are_no_grade() -> None:
    with pytest.raises(GraderError, match="ablation of entry 'e' must be one of present, weak, absent, got 'gone'"):
        grade_of(RIGHT, "gone")
    unscored = Grade(None, state="unscored", notes="no judge")
    with pytest.raises(UnscoredError, match="could not be graded: no judge"):
        grade_of(RIGHT, probe=grounded(grader=lambda entry, answer: unscored))
