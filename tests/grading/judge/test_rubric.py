"""Rubrics: what may be asked, and how scores become a level."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.grade import Level, rank
from pytest_llmeval.grading.judge.anchors import LEVEL_ANCHORS
from pytest_llmeval.grading.judge.rubric import Dimension, Example, Rubric

ACCURACY = Dimension("accuracy", weight=3)
SAFETY = Dimension("safety", (1, 5), 1, {5: "harmless", 1: "harmful"}, 4)
YES_NO = Dimension("cites", (0, 1))


def test_total_is_the_weighted_mean_of_normalized_scores() -> None:
    rubric = Rubric([ACCURACY, SAFETY, YES_NO])
    assert rubric.total({"accuracy": 3, "safety": 5, "cites": 0}) == pytest.approx((3 * 0.5 + 1 * 1 + 0) / 5)
    assert Rubric([YES_NO]).total({"cites": 1}) == 1


@pytest.mark.parametrize(
    ("score", "level"),
    [
        (100, "fully_correct"),
        (80, "fully_correct"),
        (79, "partially_correct"),
        (50, "partially_correct"),
        (49, "wrong"),
    ],
)
def test_level_is_the_best_whose_threshold_the_total_reaches(score: int, level: Level) -> None:
    assert Rubric([Dimension("quality", (0, 100))]).level_of({"quality": score}) == level


def test_total_on_a_threshold_reaches_it_in_spite_of_rounding() -> None:
    thirds = Rubric([Dimension(name, (0, 10)) for name in "abc"], thresholds={"fully_correct": 0.7})
    assert thirds.level_of({"a": 7, "b": 7, "c": 7}) == "fully_correct"


def test_own_thresholds_may_name_unsupported_too() -> None:
    rubric = Rubric([YES_NO, ACCURACY], thresholds={"fully_correct": 1.0, "unsupported": 0.25})
    assert rubric.level_of({"cites": 1, "accuracy": 1}) == "unsupported"
    assert rubric.level_of({"cites": 0, "accuracy": 1}) == "wrong"


def test_score_below_its_floor_is_wrong_whatever_the_total_is() -> None:
    rubric = Rubric([Dimension("accuracy", weight=100), SAFETY])
    assert rubric.total({"accuracy": 5, "safety": 3}) > 0.99
    assert rubric.level_of({"accuracy": 5, "safety": 3}) == "wrong"
    assert rubric.level_of({"accuracy": 5, "safety": 4}) == "fully_correct"
    assert rubric.below_floor({"accuracy": 1, "safety": 3}) == (SAFETY,)


def test_dimension_without_weight_is_asked_and_does_not_count() -> None:
    rubric = Rubric([ACCURACY, Dimension("tone", weight=0)])
    assert rubric.total({"accuracy": 5, "tone": 1}) == 1


@given(st.lists(st.integers(1, 5), min_size=2, max_size=2), st.integers(1, 4))
def test_better_score_never_makes_a_lower_level(scores: list[int], worse: int) -> None:
    rubric = Rubric([ACCURACY, SAFETY])
    high = {"accuracy": scores[0], "safety": scores[1]}
    low = {**high, "safety": min(worse, scores[1])}
    assert 0 <= rubric.total(low) <= rubric.total(high) <= 1
    assert rank(rubric.level_of(high)) <= rank(rubric.level_of(low))


def test_equal_rubrics_have_equal_hashes_and_every_setting_changes_it() -> None:
    def rubric(**changes: Any) -> Rubric:
        return replace(Rubric([ACCURACY, SAFETY]), **changes)

    assert rubric().hash == Rubric((ACCURACY, SAFETY)).hash
    others = [
        rubric(dimensions=[SAFETY, ACCURACY]),
        rubric(dimensions=[ACCURACY, replace(SAFETY, floor=3)]),
        rubric(dimensions=[ACCURACY, replace(SAFETY, weight=2)]),
        rubric(dimensions=[ACCURACY, replace(SAFETY, anchors={5: "safe"})]),
        rubric(guidance="Be strict."),
        rubric(thresholds={"fully_correct": 0.9}),
        rubric(examples=[Example("a", "why", scores={"accuracy": 1, "safety": 1})]),
        Rubric(),
        Rubric(levels={**LEVEL_ANCHORS, "wrong": "Not right."}),
        Rubric(labels={}),
    ]
    hashes = [rubric().hash, *(other.hash for other in others)]
    assert len(set(hashes)) == len(hashes)


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"name": "Two words"}, "dimension 'Two words': name it by one word of a-z, 0-9 and _"),
        ({"name": "rubric_judge"}, "dimension 'rubric_judge': the total has this name, choose another"),
        ({"scale": (5, 5)}, "its scale must rise by 1 to 100, got (5, 5)"),
        ({"scale": (0, 101)}, "its scale must rise by 1 to 100, got (0, 101)"),
        ({"weight": -1}, "its weight must be 0 or more, got -1"),
        ({"weight": float("nan")}, "its weight must be 0 or more, got nan"),
        ({"floor": 0}, "anchors and floor must lie on the scale (1, 5), got [0]"),
        ({"anchors": {6: "super"}}, "anchors and floor must lie on the scale (1, 5), got [6]"),
    ],
)
def test_dimension_that_makes_no_sense_is_refused(settings: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        Dimension(**{"name": "tone", **settings})
    assert fault in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"dimensions": [SAFETY, SAFETY]}, "a dimension is named twice: safety, safety"),
        ({"dimensions": [Dimension("tone", weight=0)]}, "no dimension has a weight above 0"),
        ({"levels": {"wrong": "not right"}}, "levels must say what each of fully_correct,"),
        ({"labels": {"typo": "?"}}, "labels must be some of missing_evidence,"),
        ({"thresholds": {"wrong": 0.1}}, "thresholds must be of fully_correct, partially_correct, unsupported"),
        ({"thresholds": {"fully_correct": 0.5, "partially_correct": 0.6}}, "fall with the level"),
        ({"thresholds": {"fully_correct": float("nan")}}, "must lie between 0 and 1"),
        ({"thresholds": {"fully_correct": 0.0}}, "must lie between 0 and 1"),
        ({"examples": [Example("a", "why")]}, "example 1 needs a level, and a failure label or none"),
        (
            {"labels": {}, "examples": [Example("a", "why", level="wrong", failure_label="hallucination")]},
            "example 1 needs a level, and a failure label or none",
        ),
        (
            {"dimensions": [SAFETY], "examples": [Example("a", "why", scores={"safety": 6})]},
            "example 1 needs scores for safety on their scales",
        ),
    ],
)
def test_rubric_that_makes_no_sense_is_refused(settings: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        Rubric(**settings)
    assert str(error.value).startswith("rubric: ")
    assert fault in str(error.value)
