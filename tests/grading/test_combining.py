"""Graders made of graders."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest

from pytest_llmeval import graders
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.grade import Grade, Level, Score
from pytest_llmeval.models.answer import Answer

ENTRY = Entry(id="x", question="?", gold_answer="42")
RIGHT, WRONG = graders.contains("4"), graders.contains("zzz")
HALF = graders.contains(["4", "zzz"])
ANSWER = Answer("42")


def unscored(entry: Entry, answer: Answer) -> Grade:
    return Grade(None, notes="judge timed out", state="unscored", grader="judge")


async def slow(entry: Entry, answer: Answer) -> bool:
    await asyncio.sleep(0)
    return False


def grade_by(grader: Any, answer: Answer = ANSWER) -> Grade:
    verdict = grader(ENTRY, answer)
    assert isinstance(verdict, Grade)
    return verdict


@pytest.mark.parametrize(
    ("parts", "level"),
    [((RIGHT, RIGHT), "fully_correct"), ((RIGHT, HALF), "partially_correct"), ((HALF, WRONG, RIGHT), "wrong")],
)
def test_all_of_is_as_good_as_its_worst_part(parts: tuple[Any, ...], level: Level) -> None:
    grade = grade_by(graders.all_of(*parts))
    assert grade.level == level
    assert len(grade.scores) == len(parts)


@pytest.mark.parametrize(
    ("parts", "level"),
    [((WRONG, RIGHT), "fully_correct"), ((WRONG, HALF), "partially_correct"), ((WRONG, WRONG), "wrong")],
)
def test_any_of_is_as_good_as_its_best_part(parts: tuple[Any, ...], level: Level) -> None:
    grade = grade_by(graders.any_of(*parts))
    assert grade.level == level
    assert len(grade.scores) == len(parts)


def test_any_of_is_unscored_where_the_missing_verdict_could_be_the_best() -> None:
    assert grade_by(graders.any_of(HALF, unscored)).state == "unscored"
    assert grade_by(graders.any_of(unscored, RIGHT)).level == "fully_correct"


def test_any_of_takes_a_wrong_answer_over_none_that_could_be_extracted() -> None:
    assert grade_by(graders.any_of(graders.numeric(), WRONG), Answer("no number")).level == "wrong"
    assert grade_by(graders.any_of(graders.numeric(), graders.choice("A")), Answer("none")).state == "unextractable"


def test_a_combined_grade_is_signed_with_the_ids_of_the_parts_and_the_scores_with_their_own() -> None:
    grade = grade_by(graders.all_of(graders.numeric(), graders.exact_match(normalize=False)))
    assert grade.grader == "all_of(numeric, exact_match(normalize=False))"
    assert [score.grader for score in grade.scores] == ["numeric", "exact_match(normalize=False)"]
    assert graders.any_of(graders.numeric(), slow).id == "any_of(numeric, slow)"


def test_a_part_may_be_any_function_and_an_async_one_is_awaited() -> None:
    verdict = graders.all_of(lambda entry, answer: True, slow)(ENTRY, ANSWER)
    assert inspect.isawaitable(verdict)
    assert asyncio.run(settle(verdict)).level == "wrong"


async def settle(verdict: Any) -> Grade:
    settled = await verdict
    assert isinstance(settled, Grade)
    return settled


@pytest.mark.parametrize("name", ["all_of", "any_of"])
def test_a_combination_of_nothing_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"graders\.{name}\(\) needs at least one grader"):
        getattr(graders, name)()


def test_weighted_is_the_weighted_mean_and_keeps_every_component() -> None:
    grade = grade_by(graders.weighted({"fact": (RIGHT, 3), "form": WRONG}))
    assert grade.level == "partially_correct"
    assert [(s.name, s.value, s.passed) for s in grade.scores] == [
        ("weighted", 0.75, False),
        ("fact", 1.0, True),
        ("form", 0.0, False),
    ]
    assert grade.notes == "missing 'zzz'"


@pytest.mark.parametrize(
    ("settings", "level"),
    [
        ({"components": {"a": RIGHT, "b": RIGHT}}, "fully_correct"),
        ({"components": {"a": WRONG}}, "wrong"),
        ({"components": {"a": RIGHT, "b": WRONG}, "threshold": 0.5}, "fully_correct"),
        ({"components": {"a": RIGHT, "b": WRONG}, "partial": 0.6}, "wrong"),
        ({"components": {"a": RIGHT}, "penalties": {"p": (WRONG, 0.3)}}, "partially_correct"),
        ({"components": {"a": RIGHT}, "penalties": {"p": (RIGHT, 0.3)}}, "fully_correct"),
        ({"components": {"a": HALF}, "penalties": {"p": (WRONG, 3)}}, "wrong"),
        ({"components": {"a": (RIGHT, 0.1), "b": (RIGHT, 0.2), "c": (RIGHT, 0.7)}}, "fully_correct"),
        ({"components": {"a": RIGHT}, "penalties": {"p": (WRONG, 0.9)}, "partial": 0.1}, "partially_correct"),
    ],
)
def test_thresholds_and_penalties_decide_the_level(settings: dict[str, Any], level: Level) -> None:
    assert grade_by(graders.weighted(**settings)).level == level


def test_a_component_without_scores_counts_by_its_level() -> None:
    def halfway(entry: Entry, answer: Answer) -> Grade:
        return Grade("partially_correct", "reasoning_error")

    grade = grade_by(graders.weighted({"a": halfway}))
    assert (grade.scores[0].value, grade.failure_label) == (0.5, "reasoning_error")


def test_a_component_that_extracts_nothing_counts_0_and_where_all_do_nothing_is_extracted() -> None:
    one = grade_by(graders.weighted({"n": graders.numeric(), "c": graders.contains("no")}), Answer("no number"))
    assert (one.level, one.scores[0].value) == ("partially_correct", 0.5)
    both = grade_by(graders.weighted({"n": graders.numeric()}), Answer("no number"))
    assert both.state == "unextractable"


def test_without_one_components_verdict_the_mean_is_unscored() -> None:
    grade = grade_by(graders.weighted({"a": RIGHT, "b": unscored}))
    assert (grade.state, grade.notes) == ("unscored", "judge timed out")
    assert [score.name for score in grade.scores] == ["a", "b"]


def test_the_mean_is_only_as_verifiable_as_its_components() -> None:
    def hunch(entry: Entry, answer: Answer) -> Score:
        return Score("hunch", 1.0, kind="judge")

    grade = grade_by(graders.weighted({"a": RIGHT, "b": hunch}))
    assert [score.kind for score in grade.scores] == ["judge", "verifiable", "judge"]


def test_the_id_of_a_weighted_mean_names_components_weights_and_shares() -> None:
    grader = graders.weighted({"n": (graders.numeric(), 2)}, penalties={"l": (graders.length(), 0.5)}, threshold=0.9)
    assert grader.id == "weighted(n=2*numeric, -l=0.5*length, threshold=0.9)"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"components": {}}, "needs components and penalties with weights above 0"),
        ({"components": {"a": (RIGHT, 0)}}, r"weights above 0, got \[0\]"),
        ({"components": {"a": (RIGHT, float("nan"))}}, "weights above 0"),
        ({"components": {"a": RIGHT}, "penalties": {"a": (RIGHT, 1)}}, "a is both a component and a penalty"),
        ({"components": {"a": RIGHT}, "threshold": 2}, "threshold must lie between 0 and 1"),
    ],
)
def test_a_mean_that_cannot_be_taken_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        graders.weighted(**settings)
