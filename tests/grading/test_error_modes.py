"""Error modes by rule, from what graders scored."""

from __future__ import annotations

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.grading.error_modes import error_mode_of
from pytest_llmeval.grading.grade import FailureLabel, Level, Score
from pytest_llmeval.grading.key_points import key_points
from pytest_llmeval.models.answer import Answer

SOME_POINTS, NO_POINT = Score("point_recall", 0.5, False), Score("point_recall", 0.0, False)
MADE_UP = Score("citations_real", 0.5, False)
BY_PROBE = (Score("free_of_hallucination", 1.0, True), Score("free_of_conflation", 0.0, False))
OTHER = (Score("free_of_hallucination", 1.0, True), Score("free_of_conflation", 1.0, True))


@pytest.mark.parametrize(
    ("level", "label", "scores", "mode"),
    [
        ("wrong", None, [MADE_UP], "fabrication"),
        ("wrong", "hallucination", [MADE_UP, SOME_POINTS], "fabrication"),
        ("partially_correct", None, [SOME_POINTS], "omission"),
        ("wrong", None, [SOME_POINTS, Score("citations_real", 1.0, True)], "omission"),
        ("wrong", None, [SOME_POINTS, Score("numeric", 0.0, False)], None),
        ("wrong", None, [NO_POINT], None),
        ("wrong", None, [Score("point_recall", None), Score("citations_real", None)], None),
        ("unsupported", "hallucination", [], "hallucination"),
        ("wrong", "reasoning_error", [], None),
        ("wrong", "hallucination", [*BY_PROBE, MADE_UP], "conflation"),
        ("wrong", "hallucination", [*OTHER, MADE_UP], None),
        ("fully_correct", None, [MADE_UP], None),
        (None, None, [MADE_UP], None),
    ],
)
def test_the_mode_follows_from_scores_and_label(
    level: Level | None, label: FailureLabel | None, scores: list[Score], mode: str | None
) -> None:
    assert error_mode_of(level, label, scores) == mode


def test_an_answer_that_makes_some_of_its_key_points_leaves_out_the_rest() -> None:
    grade = key_points(partial=0.9)(Entry(id="e", question="?", criteria=("red", "blue")), Answer("It is red."))
    assert (grade.level, error_mode_of(grade.level, grade.failure_label, grade.scores)) == ("wrong", "omission")
