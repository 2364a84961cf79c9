from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import AuthenticationError, ConfigurationError, ProviderTimeout
from pytest_llmeval.grading.context import TrialContext
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.judge.one_by_one import AT_ONCE
from pytest_llmeval.grading.probes.extra_content import MOST_PIECES, ExtraContent
from pytest_llmeval.models.answer import Answer
from tests.grading.judge.scripted import Script, ScriptedJudge, abstaining, scoring, section

ENTRY = Entry(id="e", question="Capital of France?", gold_answer="SECRET GOLD", criteria=("SECRET CRITERION",))
REPLY = "Great question! It is Paris. Ask me anything else."


def graded(*script: Script, text: str = REPLY, **settings: Any) -> tuple[Grade, ScriptedJudge]:
    judge = ScriptedJudge(script)
    return asyncio.run(ExtraContent(judges=[judge], **settings)(ENTRY, Answer(text))), judge


def scores(grade: Grade) -> dict[str, float | None]:
    return {score.name: score.value for score in grade.scores}


def test_extra_is_the_share_of_the_words_that_nobody_asked_for() -> None:
    grade, _ = graded(scoring(piece_1=0, piece_2=1, piece_3=0))
    assert scores(grade) == {"asked_for": pytest.approx(3 / 9), "no_extra_content": 0.0}
    assert (grade.level, grade.scores[0].kind) == ("wrong", "judge")
    assert grade.notes == (
        "6 of 9 words beyond what was asked: Great question!; Ask me anything else.; the judge: Because."
    )


@pytest.mark.parametrize(("script", "level", "abstained"), [(1, "fully_correct", False), (abstaining, None, True)])
def test_what_judges_said_is_their_verdict_on_the_answer(script: Any, level: str | None, abstained: bool) -> None:
    """A gate must not take it for a rule's."""
    said = scoring(piece_1=1) if script == 1 else script
    context = TrialContext(ENTRY, judges=(ScriptedJudge([said]),))
    answer = Answer("It is Paris.", context=context)
    grade = asyncio.run(ExtraContent()(ENTRY, answer))
    assert [(one.level, one.abstained, f"extra_content@{one.judge_hash}") for one in context.judged] == [
        (level, abstained, grade.grader)
    ]


@pytest.mark.parametrize(("limit", "level"), [(0.2, "wrong"), (2 / 9, "fully_correct"), (1.0, "fully_correct")])
def test_a_limit_says_how_much_may_be_extra(limit: float, level: str) -> None:
    assert graded(scoring(piece_1=0, piece_2=1, piece_3=1), limit=limit)[0].level == level


@pytest.mark.parametrize(("text", "limit"), [("It is Paris. Bye.", 0.25), ("Paris. Bye now.", 2 / 3)])
def test_just_as_much_as_the_limit_is_within_it(text: str, limit: float) -> None:
    assert graded(scoring(piece_1=1, piece_2=0), text=text, limit=limit)[0].level == "fully_correct"


def test_the_judge_sees_pieces_as_data_and_neither_gold_nor_criteria() -> None:
    _, judge = graded(scoring(piece_1=1, piece_2=1, piece_3=1))
    assert section(judge.asked[0].text, "pieces") == "1. Great question!\n2. It is Paris.\n3. Ask me anything else."
    assert "SECRET" not in judge.asked[0].text + judge.asked[0].system
    assert "Is piece 3 called for by the question?" in judge.asked[0].system


def test_a_long_reply_is_put_to_the_judge_in_parts_and_never_in_endless_ones() -> None:
    every = {f"piece_{n}": 1 for n in range(1, AT_ONCE + 1)}
    grade, judge = graded(scoring(**every), text="One more. " * 40)
    assert (grade.level, len(judge.asked)) == ("fully_correct", 2)
    grade, judge = graded(scoring(**every), text="One more. " * 5000)
    assert len(judge.asked) == MOST_PIECES // AT_ONCE
    assert scores(grade)["asked_for"] == 1.0


@pytest.mark.parametrize(
    "said",
    ["", "GRADE: fully_correct", scoring(piece_1=1, piece_2=1), scoring(piece_1=1, piece_2=1, piece_3=2),
     scoring(piece_1=1, piece_2=1, piece_3=1, piece_4=1), ProviderTimeout("too slow")],
)  # fmt: skip
def test_whatever_is_no_verdict_leaves_the_reply_unscored(said: Any) -> None:
    grade, _ = graded(said)
    assert (grade.state, scores(grade)) == ("unscored", {"asked_for": None})


def test_a_wrong_key_ends_the_run() -> None:
    with pytest.raises(AuthenticationError):
        graded(AuthenticationError("no"))


def test_without_a_judge_nothing_is_scored() -> None:
    grade = asyncio.run(ExtraContent()(ENTRY, Answer(REPLY)))
    assert grade.state == "unscored"
    assert "--llm-judge-model" in grade.notes


def test_a_reply_without_words_says_nothing_extra() -> None:
    assert asyncio.run(ExtraContent()(ENTRY, Answer(" \n--- "))).level == "fully_correct"


def test_the_record_learns_who_judged() -> None:
    judge = ScriptedJudge([scoring(piece_1=1, piece_2=1, piece_3=1)])
    context = TrialContext(ENTRY, judges=(judge,))
    grade = asyncio.run(ExtraContent()(ENTRY, Answer(REPLY, context=context)))
    assert grade.grader == f"extra_content@{context.judged_by[0].hash}"


def test_a_limit_is_a_share() -> None:
    with pytest.raises(ConfigurationError, match="limit must lie between 0 and 1"):
        ExtraContent(limit=2)
    assert ExtraContent(limit=0.5).id == "extra_content(limit=0.5)"
