"""Checkpoints on the way, objectives at the end."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pytest_llmeval.errors import ConfigurationError, GraderError, NothingExpected
from pytest_llmeval.grading.traces.milestones import checkpoints, objectives
from tests.grading.traces.traces import answer, entry, tool

FOUND = tool("search", "ok", '{"id": 17}')
OPENED = tool("open", "ok", "the text", id=17)
POINTS: list[dict[str, Any]] = [
    {"after": "search", "contains": '"id": 17'},
    {"after": "open", "check": lambda call: call.arguments == {"id": 17}},
]


def test_all_checkpoints_are_right_and_the_first_that_fails_is_the_cause() -> None:
    assert checkpoints(POINTS)(entry(), answer(FOUND, OPENED)).level == "fully_correct"
    wrong = tool("open", "ok", "other", id=18)
    grade = checkpoints(POINTS)(entry(), answer(FOUND, wrong))
    assert (grade.level, grade.scores[0].value) == ("partially_correct", 0.5)
    assert grade.notes.startswith('first failure: after open({"id": 18}), ')
    grade = checkpoints(POINTS)(entry(), answer(tool("search", "ok", "[]"), wrong))
    assert (grade.level, grade.notes) == ("wrong", 'first failure: after search(), its result lacks "\\"id\\": 17"')
    assert checkpoints(POINTS)(entry(), answer()).notes == "first failure: search was not called"
    assert "lacks" in checkpoints(POINTS[0])(entry(), answer(tool("search", None))).notes


def test_checkpoints_come_from_the_entry() -> None:
    told = entry(metadata={"checkpoints": [{"after": "search", "contains": ["id", "17"]}]})
    assert checkpoints()(told, answer(FOUND)).level == "fully_correct"
    with pytest.raises(GraderError, match="checkpoints of entry 'x': checkpoints are dicts with 'after', got 5"):
        checkpoints()(entry(metadata={"checkpoints": [5]}), answer())
    with pytest.raises(NothingExpected):
        checkpoints()(entry(), answer())


GOALS: list[dict[str, Any]] = [
    {"name": "finds it", "tool": {"name": "search"}},
    {"name": "tells it", "contains": "17"},
    {"name": "is short", "check": lambda told: len(told.text) < 30},
]


def test_objectives_are_met_in_part_and_claiming_more_is_a_false_completion() -> None:
    assert objectives(GOALS)(entry(), answer(FOUND, text="It is 17.")).level == "fully_correct"
    grade = objectives(GOALS)(entry(), answer(FOUND, text="I am still looking."))
    assert (grade.level, grade.notes) == ("partially_correct", "not met: tells it")
    assert {score.name: score.value for score in grade.scores} == {"objectives": 2 / 3, "no_false_completion": 1.0}
    grade = objectives(GOALS)(entry(), answer(tool("search", "error"), text="All done!"))
    assert (grade.level, grade.notes) == ("wrong", "claims to be done; not met: finds it, tells it")
    assert grade.scores[1].value == 0.0


def test_objectives_come_from_the_entry() -> None:
    told = entry(metadata={"objectives": [{"name": "a", "contains": "x"}]})
    assert objectives()(told, answer(text="x")).level == "fully_correct"
    with pytest.raises(GraderError, match="objectives of entry 'x': an objective needs one of contains, tool, check"):
        objectives()(entry(metadata={"objectives": [{"name": "a"}]}), answer())


@pytest.mark.parametrize(
    ("make", "given", "says"),
    [
        (checkpoints, [{"after": "a"}], "a checkpoint needs 'contains' or a function 'check'"),
        (checkpoints, [{"after": "a", "has": "b"}], "checkpoint has no 'has'; it takes after, contains, check"),
        (objectives, [{"contains": "b"}], "objectives are dicts with 'name'"),
        (objectives, [{"name": "a", "contains": "b", "check": len}], "an objective needs one of contains, tool, check"),
        (objectives, [{"name": "a", "tool": 5}], "an expected tool is a name"),
    ],
)
def test_settings_that_mean_nothing_are_refused(make: Any, given: Any, says: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(says)):
        make(given)
