"""Error modes: which one an answer has, and that the grade stays the grader's."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import GraderError
from pytest_llmeval.grading.error_modes import MODE_SCORES
from pytest_llmeval.grading.grade import FailureLabel, Grade, Level, Score, State
from pytest_llmeval.grading.probes.by_judge import by_judge
from pytest_llmeval.grading.probes.error_mode import error_mode
from pytest_llmeval.models.answer import Answer
from tests.grading.judge.scripted import ScriptedJudge
from tests.grading.probes.test_by_judge import says

ENTRY = Entry(id="e", question="Where does the Rhine rise?", gold_answer="Alps")


def graded(level: Level | None, label: FailureLabel | None = None, *scores: Score, state: State = "graded") -> Any:
    return lambda _entry, _answer: Grade(level, label, "said so", scores, "g", state)


def modes(grade: Grade) -> list[str]:
    return [mode for mode, name in MODE_SCORES.items() for one in grade.scores if one.name == name and one.value == 0]


def run(grader: Any, text: str = "The Alps.", classify: Any = None, entry: Entry = ENTRY) -> Grade:
    made: Grade = asyncio.run(error_mode(classify, grader=grader)(entry, Answer(text)))
    return made


@pytest.mark.parametrize(
    ("grader", "text", "mode"),
    [
        (graded("wrong", None, Score("citations_real", 0.5)), "From the Black Forest.", ["fabrication"]),
        (graded("wrong", "hallucination"), "From the black forest.", ["conflation"]),
        (graded("wrong", "hallucination", Score("citations_real", 1.0)), "From the Moon.", ["hallucination"]),
        (graded("partially_correct"), "In Switzerland.", ["omission"]),
        (graded("wrong"), "I do not know.", ["omission"]),
        (graded("wrong", None, Score("point_recall", 0.25, False)), "It is in Europe.", ["omission"]),
        (graded("wrong", None, Score("citations_real", None)), "From the Moon.", []),
    ],
)
def test_the_first_rule_that_fits_tells_the_mode(grader: Any, text: str, mode: list[str]) -> None:
    grade = run(grader, text, entry=Entry(id="e", question="?", metadata={"confusable": ["Black Forest"]}))
    assert modes(grade) == mode
    assert grade.notes == f"error mode: {mode[0] if mode else 'other'}; said so"


def test_the_grade_stays_that_of_the_grader() -> None:
    grade = run(graded("wrong", "hallucination", Score("own", 0.25)))
    assert (grade.level, grade.failure_label, grade.scores[-1]) == ("wrong", "hallucination", Score("own", 0.25))


def test_a_right_answer_has_no_mode_and_no_judge_is_asked() -> None:
    judge = ScriptedJudge([])
    grade = run(graded("fully_correct"), classify=by_judge("error_mode", reference=True, judges=[judge]))
    assert [one.value for one in grade.scores] == [1.0] * len(MODE_SCORES)
    assert (grade.notes, judge.asked) == ("said so", [])


def test_an_answer_without_a_grade_has_no_mode() -> None:
    grade = run(graded(None, state="unextractable"))
    assert (grade.state, grade.scores) == ("unextractable", ())


def test_a_judge_sees_the_gold_answer_and_its_word_is_the_mode() -> None:
    judge = ScriptedJudge([says("inconsistent")])
    grade = run(graded("wrong"), "Here and there.", by_judge("error_mode", reference=True, judges=[judge]))
    assert modes(grade) == ["inconsistent"]
    assert grade.notes == "error mode: inconsistent; the judge: It does.; said so"
    assert {one.kind for one in grade.scores} == {"judge"}
    (asked,) = judge.asked
    assert "[[begin reference" in asked.text
    assert "| Alps" in asked.text


def test_a_judge_that_should_see_a_gold_answer_needs_one() -> None:
    with_none = Entry(id="none", question="?")
    with pytest.raises(GraderError, match=r"reference=True\) needs a gold_answer, entry 'none' has none; add it"):
        asyncio.run(by_judge("error_mode", reference=True, judges=[ScriptedJudge([])])(with_none, Answer("x")))


def test_showing_the_gold_answer_changes_who_judged() -> None:
    assert by_judge("error_mode", reference=True).id != by_judge("error_mode").id


def test_a_mode_there_is_none_of_is_refused() -> None:
    with pytest.raises(GraderError, match="classify must return one of hallucination, omission"):
        run(graded("wrong"), classify=lambda _entry, _answer: "typo")
