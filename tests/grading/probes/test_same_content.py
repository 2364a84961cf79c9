from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.code.code_tests import code_tests
from pytest_llmeval.grading.combining import all_of
from pytest_llmeval.grading.context import TrialContext
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.grader import Grader
from pytest_llmeval.grading.judge.rubric_judge import RubricJudge
from pytest_llmeval.grading.probes.same_content import NO_FORMAT, SameContent
from pytest_llmeval.grading.text_graders import contains, regex
from pytest_llmeval.models.answer import Answer
from tests.grading.judge.scripted import ScriptedJudge, saying, section

ENTRY = Entry(id="e", question="?", gold_answer="Paris")
DRESSED = "# Answer\n\n- **Paris**\n- for sure"


def graded(grader: Grader, text: str = DRESSED) -> Grade:
    return asyncio.run(SameContent(grader)(ENTRY, Answer(text)))


def told(grade: Grade) -> dict[str, Any]:
    return {score.name: score.value for score in grade.scores if score.name.endswith("_markup")}


@pytest.mark.parametrize(
    ("grader", "ignores", "tolerates"),
    [
        (contains(), 1.0, 1.0),
        (regex("#"), 0.0, 1.0),
        (regex("^Answer: Paris; for sure.$"), 1.0, 0.0),
        (lambda _, answer: 0.9 if "#" in answer.text else 0.8, 0.0, 1.0),
        (lambda _, answer: 0.5 if "#" in answer.text else 1.0, 1.0, 0.0),
    ],
)
def test_the_same_words_are_graded_with_markup_and_without(grader: Grader, ignores: float, tolerates: float) -> None:
    assert told(graded(grader)) == {"ignores_markup": ignores, "tolerates_markup": tolerates}


def test_the_grade_is_the_graders_own() -> None:
    grade = graded(contains(["Paris", "Rome"]))
    assert (grade.level, grade.notes, grade.grader) == (
        "partially_correct",
        "missing 'Rome'",
        "same_content(contains(texts=['Paris', 'Rome']))",
    )
    assert grade.scores[0].name == "contains"


def test_a_reply_without_markup_is_graded_once_and_tells_nothing() -> None:
    asked: list[str] = []

    def grader(_: Entry, answer: Answer) -> bool:
        asked.append(answer.text)
        return True

    grade = graded(grader, "Paris, `a - b`.")
    assert asked == ["Paris, `a - b`."]
    assert told(grade) == {"ignores_markup": None, "tolerates_markup": None}
    assert grade.scores[-1].detail == NO_FORMAT


@pytest.mark.parametrize("unscored", ["#", "Answer:"])
def test_without_a_verdict_on_either_nothing_is_told(unscored: str) -> None:
    def grader(_: Entry, answer: Answer) -> Grade | bool:
        return Grade(None, None, "no", (), "g", "unscored") if answer.text.startswith(unscored) else True

    grade = graded(grader)
    assert told(grade) == {"ignores_markup": None, "tolerates_markup": None}
    assert grade.state == ("unscored" if unscored == "#" else "graded")


def test_a_judge_is_asked_about_both_and_only_the_answer_itself_counts_as_judged() -> None:
    judge = ScriptedJudge([saying("fully_correct"), saying("wrong", "hallucination")])
    context = TrialContext(ENTRY, judges=(judge,))
    grade = asyncio.run(SameContent(RubricJudge())(ENTRY, Answer(DRESSED, context=context)))
    assert [section(one.text, "answer") for one in judge.asked] == [DRESSED, "Answer: Paris; for sure."]
    assert told(grade) == {"ignores_markup": 0.0, "tolerates_markup": 1.0}
    assert (grade.scores[-1].kind, grade.scores[-2].detail) == ("judge", "fully_correct with markup, wrong without")
    assert [one.text for one in context.judged] == [DRESSED]


def test_a_grader_that_runs_code_is_known_to_do_so() -> None:
    assert SameContent(code_tests()).executes_code
    assert SameContent(all_of(contains(), code_tests())).executes_code
    assert not SameContent(contains()).executes_code


def test_what_is_no_grader_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="give the grader that is to be tried"):
        SameContent("contains")  # type: ignore[arg-type]
