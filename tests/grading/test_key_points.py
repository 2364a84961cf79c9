"""The grader of omissions."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval import graders
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.grade import Level
from pytest_llmeval.models.answer import Answer

ENTRY = Entry(id="x", question="?", criteria=(("O_APPEND", "append mode"), "fsync", "one write", "torn line"))


@pytest.mark.parametrize(
    ("text", "level", "recall"),
    [
        ("**O_APPEND**, `fsync()`, *one  write*; a torn line", "fully_correct", 1),
        ("In append mode it calls FSYNC after one write. Torn line!", "fully_correct", 1),
        ("append mode and fsync", "partially_correct", 0.5),
        ("append mode", "wrong", 0.25),
        ("I do not know.", "wrong", 0),
        ("", "wrong", 0),
        ("fsyncing appended mode, torn lines", "wrong", 0),
    ],
)
def test_the_share_of_points_made_decides(text: str, level: Level, recall: float) -> None:
    grade = graders.key_points()(ENTRY, Answer(text))
    assert (grade.level, grade.score) == (level, recall)


def test_what_was_left_out_is_listed_by_the_first_wording_of_each_point() -> None:
    grade = graders.key_points()(ENTRY, Answer("fsync, one write"))
    assert grade.notes == "left out: O_APPEND; torn line"
    assert [(s.name, s.passed, s.kind) for s in grade.scores] == [("point_recall", False, "heuristic")]


@pytest.mark.parametrize(
    ("partial", "level"), [(0.25, "partially_correct"), (0.3, "wrong"), (0.0, "partially_correct")]
)
def test_the_share_that_is_partly_right_can_be_set(partial: float, level: Level) -> None:
    assert graders.key_points(partial=partial)(ENTRY, Answer("fsync")).level == level


def test_no_point_at_all_is_wrong_even_where_any_share_would_do() -> None:
    assert graders.key_points(partial=0.0)(ENTRY, Answer("")).level == "wrong"


@pytest.mark.parametrize("points", ["fsync", ["fsync"], [["fsync", "flush"]], [("flush", "fsync")]])
def test_points_can_be_given_in_place_of_the_entrys(points: Any) -> None:
    assert graders.key_points(points)(ENTRY, Answer("fsync")).level == "fully_correct"


def test_a_share_outside_its_range_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"graders\.key_points\(partial=2\)"):
        graders.key_points(partial=2)
