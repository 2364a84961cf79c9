"""What judges said is put beside what people said of the same answers."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.analysis.judges.judge_labels import judge_levels, label_of, labels_of
from pytest_llmeval.grading.grade import Level
from pytest_llmeval.runs.graded_trial import GradedTrial
from pytest_llmeval.runs.hand_grading import Vote
from tests.cli.logs import trial


def vote(rater: str, grade: Level, *, adjudication: bool = False) -> Vote:
    return Vote(rater=rater, grade=grade, timestamp="2026-11-21T04:31:03.000Z", adjudication=adjudication)


def judged(number: int, *verdicts: tuple[str, Level | None], **fields: Any) -> GradedTrial:
    told = {"model": "j:k", "hash": "h", "verdicts": [{"hash": name, "level": level} for name, level in verdicts]}
    return GradedTrial(trial(number, judge=told, **fields), (), b"")


@pytest.mark.parametrize(
    ("votes", "label"),
    [
        ([], None),
        ([vote("a", "wrong")], "wrong"),
        ([vote("a", "wrong"), vote("a", "fully_correct")], "fully_correct"),
        ([vote("a", "wrong"), vote("b", "unsupported")], None),
        ([vote("a", "wrong"), vote("b", "unsupported"), vote("c", "wrong")], "wrong"),
        (
            [vote("a", "wrong"), vote("b", "unsupported"), vote("c", "fully_correct", adjudication=True)],
            "fully_correct",
        ),
    ],
)
def test_label_is_what_was_settled_or_what_most_said(votes: list[Vote], label: Level | None) -> None:
    assert label_of(votes) == label


def test_each_judge_has_its_own_labels() -> None:
    trials = [judged(1, ("a", "wrong"), ("b", None)), judged(2, ("a", "fully_correct")), judged(3)]
    found = labels_of(trials, {0: [vote("x", "wrong")], 1: [vote("y", "wrong")], 2: [vote("x", "wrong")]})
    assert {one.hash: [(a.judge, a.human) for a in one.answers] for one in found.judges} == {
        "a": [("wrong", "wrong"), ("fully_correct", "wrong")],
        "b": [(None, "wrong")],
    }
    assert (found.raters, found.contested) == (("x", "y"), 0)


def test_answers_on_which_people_are_split_are_counted_and_left_out() -> None:
    found = labels_of([judged(1, ("a", "wrong"))], {0: [vote("x", "wrong"), vote("y", "unsupported")]})
    assert (found.judges, found.contested) == ((), 1)


def test_labels_of_answers_that_nobody_judged_are_counted() -> None:
    plain = GradedTrial(trial(1, "wrong"), (), b"")
    assert labels_of([plain], {0: [vote("x", "wrong")]}).unjudged == 1


def test_grade_of_an_older_log_counts_where_the_judge_gave_it() -> None:
    told = {"model": "j:k", "hash": "h"}
    assert judge_levels(trial(1, "wrong", judge=told, grader="rubric_judge@h")) == {"h": "wrong"}
    assert judge_levels(trial(1, "wrong", judge=told, grader="evidence")) == {}
    assert judge_levels(trial(1, judge=told, outcome="unscored")) == {"h": None}
    assert judge_levels(trial(1, judge=told)) == {}
    assert judge_levels(trial(1, "wrong")) == {}
