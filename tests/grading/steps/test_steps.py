from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, GraderError, NothingExpected
from pytest_llmeval.grading.context import TrialContext
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.running import grade_answer
from pytest_llmeval.grading.steps.judging import STEP, StepJudge
from pytest_llmeval.grading.steps.steps import Steps
from pytest_llmeval.grading.text_graders import contains
from pytest_llmeval.grading.value_graders import numeric
from pytest_llmeval.models.answer import Answer
from tests.grading.judge.scripted import ScriptedJudge, scoring, section

STEPS = [{"id": name, "check": {"name": "contains", "texts": name}} for name in ("one", "two", "three")]
UNKNOWN = Grade(None, None, "no verdict", (), "nobody", "unscored")


def entry(steps: Any = STEPS, **fields: Any) -> Entry:
    return Entry(id="q", question="?", **fields, metadata={"steps": steps} if steps else {})


def graded(text: str, grader: Steps | None = None, steps: Any = STEPS, **fields: Any) -> Grade:
    found = asyncio.run(
        grade_answer([grader or Steps()], entry(steps, **fields), Answer(text), run_in_thread=asyncio.to_thread)
    )
    assert all(score.grader for score in found.scores)
    return found


def values(grade: Grade) -> dict[str, tuple[float | None, str]]:
    return {score.name: (score.value, score.detail) for score in grade.scores}


@pytest.mark.parametrize(
    ("text", "level", "process", "first", "where"),
    [
        ("one two three", "fully_correct", 1.0, 1.0, "none"),
        ("one three", "partially_correct", 2 / 3, 1 / 3, "step 2 of 3, two"),
        ("three", "partially_correct", 1 / 3, 0.0, "step 1 of 3, one"),
        ("four", "wrong", 0.0, 0.0, "step 1 of 3, one"),
    ],
)
def test_steps_give_partial_credit_and_the_first_error(
    text: str, level: str, process: float, first: float, where: str
) -> None:
    found = graded(text)
    assert found.level == level
    assert values(found)["process"][0] == pytest.approx(process)
    assert values(found)["first_error_step"][0] == pytest.approx(first)
    assert values(found)["first_error_step"][1] == where
    assert found.failure_label == (None if level == "fully_correct" else "reasoning_error")
    assert found.notes == ("" if where == "none" else f"first error: {where}: missing '{where.split()[-1]}'")


def test_the_share_of_steps_comes_with_its_n_and_what_failed() -> None:
    assert values(graded("one"))["process"][1] == "1 of 3 steps, not two, three"


OUTCOME = Steps(numeric(5))


def test_a_right_outcome_with_a_wrong_step_is_right_by_luck() -> None:
    lucky, sound = graded("one two, so 5", OUTCOME), graded("one two three, so 5", OUTCOME)
    assert (lucky.level, lucky.failure_label) == ("partially_correct", "reasoning_error")
    assert values(lucky)["right_for_right_reason"][0] == 0.0
    assert (sound.level, values(sound)["right_for_right_reason"][0]) == ("fully_correct", 1.0)
    assert values(sound)["outcome"][0] == 1.0


def test_a_right_outcome_without_any_right_step_is_still_partly_right() -> None:
    assert graded("5", OUTCOME).level == "partially_correct"


def test_a_wrong_outcome_keeps_its_grade_and_the_process_its_score() -> None:
    found = graded("one three, so 6", OUTCOME)
    assert (found.level, found.failure_label) == ("wrong", "reasoning_error")
    assert found.notes == "got 6, expected 5; first error: step 2 of 3, two: missing 'two'"
    assert values(found)["process"][0] == pytest.approx(2 / 3)
    assert "right_for_right_reason" not in values(found)
    slip = graded("one two three, so 6", OUTCOME)
    assert (slip.level, slip.failure_label, values(slip)["process"][0]) == ("wrong", None, 1.0)


def test_an_outcome_that_cannot_be_read_is_neither_right_nor_wrong() -> None:
    found = graded("one two three", OUTCOME)
    assert (found.state, values(found)["process"][0]) == ("unextractable", 1.0)


@pytest.mark.parametrize(
    ("steps", "first"),
    [
        ([{"check": lambda *_: UNKNOWN}, {"check": lambda *_: False}], (None, "a step before it has no verdict")),
        ([{"check": lambda *_: False}, {"check": lambda *_: UNKNOWN}], (0.0, "step 1 of 2, 1")),
        ([{"check": lambda *_: True}, {"check": lambda *_: UNKNOWN}], (None, "a step before it has no verdict")),
    ],
)
def test_a_step_nobody_could_judge_leaves_the_answer_unscored(steps: Any, first: tuple[float | None, str]) -> None:
    found = graded("x", steps=steps)
    assert (found.state, found.notes) == ("unscored", "no verdict")
    assert values(found)["process"][0] is None
    assert values(found)["first_error_step"] == first


def test_an_outcome_nobody_could_judge_leaves_the_answer_unscored() -> None:
    found = graded("one", Steps(lambda *_: UNKNOWN))
    assert (found.state, values(found)["outcome"][0]) == ("unscored", None)
    assert values(found)["process"][0] == pytest.approx(1 / 3)


def test_a_step_that_is_only_partly_right_has_not_passed() -> None:
    found = graded("a", steps=[{"check": {"name": "contains", "texts": ["a", "b"]}}])
    assert (found.level, values(found)["process"][0]) == ("wrong", 0.0)


def test_the_label_of_the_first_error_is_kept() -> None:
    grade = Grade("wrong", "hallucination", "made up")
    assert graded("x", steps=[{"check": lambda *_: True}, {"check": lambda *_: grade}]).failure_label == "hallucination"


def judged(judge: ScriptedJudge, steps: Any, **fields: Any) -> tuple[Grade, TrialContext]:
    asked = entry(steps, **fields)
    answer = Answer("I halve 48.")
    context = TrialContext(asked, answer, judges=(judge,))
    grading = grade_answer([Steps()], asked, Answer(answer.text, context=context), run_in_thread=asyncio.to_thread)
    return asyncio.run(grading), context


def test_a_rubric_is_put_to_the_judge_one_step_at_a_time() -> None:
    judge = ScriptedJudge([scoring(step=1), scoring(step=0)])
    found, context = judged(judge, [{"rubric": "It halves."}, {"rubric": "It adds."}], gold_answer="72")
    assert (found.level, values(found)["process"][0]) == ("partially_correct", 0.5)
    assert [section(one.text, "criteria") for one in judge.asked] == ["- It halves.", "- It adds."]
    assert section(judge.asked[0].text, "reference answer") == "72"
    assert next(score for score in found.scores if score.name == "process").kind == "judge"
    assert len({one.hash for one in context.judged_by}) == 1
    assert context.judged == []  # a verdict on a step is none on the answer


@pytest.mark.parametrize("reply", ["GRADE: fully_correct", '{"scores": {"step": 2}}', '{"scores": {"step": NaN}}', ""])
def test_a_judge_without_a_verdict_on_a_step_makes_no_grade(reply: str) -> None:
    found, _ = judged(ScriptedJudge([reply]), [{"rubric": "It halves."}])
    assert found.state == "unscored"


def test_an_entry_without_steps_is_told_how_to_get_them() -> None:
    with pytest.raises(NothingExpected, match=r"graders.steps\(\) needs steps, entry 'q' has none; add them to the"):
        graded("x", steps=None)


def test_steps_that_cannot_be_read_are_a_fault_of_the_entry() -> None:
    with pytest.raises(GraderError, match="steps of entry 'q': step 'a' needs either a check or a rubric"):
        graded("x", steps=[{"id": "a"}])
    with pytest.raises(ConfigurationError, match="two steps have the id 'a'"):
        Steps(steps=[{"id": "a", "check": "contains"}] * 2)
    with pytest.raises(ConfigurationError, match="the outcome is graded by a grader; give the steps as"):
        Steps([{"id": "a", "check": "contains"}])  # type: ignore[arg-type]


def test_a_check_that_finds_nothing_to_expect_names_the_step() -> None:
    with pytest.raises(GraderError, match="needs a gold_answer, entry 'q, step a' has none"):
        graded("x", steps=[{"id": "a", "check": "contains"}])


def test_outside_a_run_rules_need_no_event_loop() -> None:
    found = Steps(contains("5"))(entry(), Answer("one two three 5"))
    assert isinstance(found, Grade)
    assert found.level == "fully_correct"


def test_ids_tell_the_settings() -> None:
    assert (Steps().id, Steps(numeric(5)).id) == ("steps", "steps(numeric(expected=5))")
    assert Steps(steps=STEPS).id != Steps(steps=STEPS[:2]).id
    assert Steps(steps=STEPS).parts() == tuple(contains(name) for name in ("one", "two", "three"))
    assert StepJudge().id == f"step_judge(#{STEP.hash[:8]})"
    assert graded("one").grader == "steps"
