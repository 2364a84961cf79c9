"""From votes to a grade."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.grading.grade import FAILURE_LABELS, LEVELS, FailureLabel, Grade, Level
from pytest_llmeval.grading.judge.asking import Vote
from pytest_llmeval.grading.judge.panel import decide, value_of
from pytest_llmeval.grading.judge.rubric import Dimension, Rubric
from pytest_llmeval.grading.judge.verdict import Verdict

RUBRIC = Rubric([Dimension("accuracy", weight=3), Dimension("safety", floor=4)])
NAMES = ("openai:gpt-4o", "anthropic:claude-sonnet-4-6", "gemini:gemini-2.5-pro", "xai:grok-4", "qwen:qwen3")
FULL, PART, UNSUPPORTED, WRONG = LEVELS


def panel(*given: Level | tuple[Level, FailureLabel] | None) -> Grade:
    """Grade by judges that gave a level, a level with a label, or no verdict."""
    votes = []
    for name, one in zip(NAMES, given, strict=False):
        level, label = one if isinstance(one, tuple) else (one, None)
        verdict = Verdict(f"{name} explains.", level, label) if level else None
        votes.append(Vote(name, verdict, "" if verdict else "it timed out"))
    return decide(votes, Rubric(), "rubric_judge@h")


def scored(*given: tuple[int, int]) -> Grade:
    votes = []
    for name, (accuracy, safety) in zip(NAMES, given, strict=False):
        scores = {"accuracy": accuracy, "safety": safety}
        votes.append(Vote(name, Verdict("Because.", RUBRIC.level_of(scores), None, scores)))
    return decide(votes, RUBRIC, "rubric_judge@h")


def test_single_verdict_is_the_grade() -> None:
    grade = panel((PART, "scope_confusion"))
    assert (grade.level, grade.failure_label, grade.grader) == (PART, "scope_confusion", "rubric_judge@h")
    assert grade.notes == "openai:gpt-4o explains."
    (total,) = grade.scores
    assert (total.name, total.value, total.kind, total.grader) == ("rubric_judge", 2 / 3, "judge", "rubric_judge@h")
    assert total.detail == grade.notes


def test_levels_are_worth_equal_steps_so_that_none_is_lost_in_a_score() -> None:
    assert [value_of(level) for level in LEVELS] == pytest.approx([1, 2 / 3, 1 / 3, 0])


@pytest.mark.parametrize(
    ("given", "level"),
    [
        ((FULL, FULL, WRONG), FULL),
        ((WRONG, FULL, WRONG), WRONG),
        ((FULL, PART, WRONG), PART),
        ((FULL, WRONG), WRONG),
        ((FULL, FULL, PART, WRONG), PART),
        ((FULL, FULL, FULL, WRONG, WRONG), FULL),
        ((FULL, None, FULL), FULL),
        ((FULL, None, WRONG), WRONG),
        ((FULL, None), FULL),
        ((UNSUPPORTED, None, None, PART), UNSUPPORTED),
    ],
)
def test_median_level_counts_and_of_two_in_the_middle_the_lower(given: tuple[Level | None, ...], level: Level) -> None:
    assert {panel(*order).level for order in permutations(given)} == {level}


@given(st.lists(st.sampled_from(LEVELS), min_size=1, max_size=5))
def test_level_that_more_than_half_gave_is_the_grade(levels: list[Level]) -> None:
    for level in LEVELS:
        if 2 * levels.count(level) > len(levels):
            assert panel(*levels).level == level
    assert panel(*levels).level in levels


@pytest.mark.parametrize("given", [(None,), (None, None), (FULL, None, None), (FULL, FULL, None, None, None)])
def test_fewer_verdicts_than_half_of_the_judges_are_none(given: tuple[Level | None, ...]) -> None:
    grade = panel(*given)
    assert (grade.level, grade.state, grade.failure_label) == (None, "unscored", None)
    assert f"{NAMES[len(given) - 1]}: it timed out" in grade.notes
    assert grade.scores[0].value is None


def test_every_vote_of_a_panel_is_kept_under_its_judge() -> None:
    grade = panel(FULL, (WRONG, "hallucination"), None)
    kept = {score.name: (score.value, score.passed, score.detail) for score in grade.scores}
    assert kept["rubric_judge[openai:gpt-4o]"] == (1, True, "fully_correct: openai:gpt-4o explains.")
    assert kept["rubric_judge[anthropic:claude-sonnet-4-6]"] == (
        0,
        False,
        "wrong (hallucination): anthropic:claude-sonnet-4-6 explains.",
    )
    assert kept["rubric_judge[gemini:gemini-2.5-pro]"] == (None, None, "it timed out")
    assert {score.kind for score in grade.scores} == {"judge"}
    assert len(panel(FULL).scores) == 1


def test_votes_of_an_unscored_panel_are_kept_too() -> None:
    grade = panel(FULL, None, None)
    assert [score.value for score in grade.scores] == [None, 1, None, None]


def test_disagreement_is_noted_and_agreement_is_not() -> None:
    assert panel(FULL, FULL, WRONG).notes == (
        "the judges disagree: openai:gpt-4o says fully_correct, anthropic:claude-sonnet-4-6 says fully_correct, "
        "gemini:gemini-2.5-pro says wrong; openai:gpt-4o explains."
    )
    assert panel(FULL, FULL).notes == "openai:gpt-4o explains."


def test_rationale_shown_is_one_that_leads_to_the_grade() -> None:
    assert panel(FULL, WRONG, WRONG).notes.endswith("; anthropic:claude-sonnet-4-6 explains.")


def test_judges_without_verdict_are_named_beside_the_grade() -> None:
    assert panel(FULL, None).notes == "openai:gpt-4o explains.; anthropic:claude-sonnet-4-6: it timed out"


def test_failure_label_is_the_one_most_give_who_gave_the_level() -> None:
    first, second = FAILURE_LABELS[:2]
    assert panel((WRONG, first), (WRONG, second), (WRONG, second)).failure_label == second
    assert panel((PART, first), WRONG, (WRONG, second)).failure_label == second
    assert panel(FULL, FULL, (WRONG, first)).failure_label is None
    assert panel(WRONG).failure_label is None


def test_each_dimension_is_a_score_and_the_total_decides() -> None:
    grade = scored((5, 4))
    assert grade.level == "fully_correct"
    assert [(s.name, s.value, s.passed) for s in grade.scores] == [
        ("rubric_judge", pytest.approx((3 * 1 + 0.75) / 4), None),
        ("accuracy", 1, None),
        ("safety", 0.75, None),
    ]
    assert grade.scores[1].detail == "5 on a scale from 1 to 5"


def test_missed_floor_is_wrong_and_is_named() -> None:
    grade = scored((5, 3))
    assert grade.level == "wrong"
    assert grade.notes == "safety is 3, below its floor 4; Because."
    assert {score.name: score.passed for score in grade.scores}["safety"] is False


def test_panel_takes_the_median_of_each_dimension() -> None:
    grade = scored((5, 5), (3, 4), (1, 5))
    assert {score.name: score.value for score in grade.scores} == {
        "rubric_judge": (3 * 0.5 + 1) / 4,
        "accuracy": 0.5,
        "safety": 1,
        "rubric_judge[openai:gpt-4o]": 1,
        "rubric_judge[anthropic:claude-sonnet-4-6]": (3 * 0.5 + 0.75) / 4,
        "rubric_judge[gemini:gemini-2.5-pro]": 0.25,
    }
    assert grade.scores[3].detail == "accuracy 5, safety 5: Because."
    assert scored((5, 4), (5, 3)).notes.startswith("safety is 3.5, below its floor 4; the judges disagree: ")


def test_level_of_the_medians_may_be_one_that_no_judge_gave() -> None:
    grade = scored((5, 5), (1, 5))
    assert [vote.passed for vote in grade.scores[3:]] == [True, False]
    assert (grade.level, grade.notes.endswith("; Because.")) == ("partially_correct", True)


def test_long_rationale_is_cut_to_one_safe_line() -> None:
    vote = Vote("openai:gpt-4o", Verdict("so\n\x1b[31m" + "long " * 1000, "wrong"))
    notes = decide([vote], Rubric(), "g").notes
    assert notes.startswith("so long")
    assert len(notes) == 1000
