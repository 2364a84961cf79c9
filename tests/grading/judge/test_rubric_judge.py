"""The grader as a run uses it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from pytest_llmeval import graders
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import AuthenticationError, ConfigurationError, GraderError, ProviderTimeout, UnscoredError
from pytest_llmeval.grading.assertions import assert_grade
from pytest_llmeval.grading.context import TrialContext
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.judge import instructions
from pytest_llmeval.grading.judge.rubric import Dimension, Rubric
from pytest_llmeval.grading.judge.rubric_judge import RubricJudge
from pytest_llmeval.grading.judge.signature import Signature, merged
from pytest_llmeval.grading.judge.verdict import says_cannot_judge
from pytest_llmeval.grading.running import grade_answer
from pytest_llmeval.models.answer import Answer
from tests.grading.judge.scripted import ScriptedJudge, abstaining, saying, scoring

ENTRY = Entry(id="cap", question="What is the capital of France?", gold_answer="Paris")
SAFETY = Rubric([Dimension("safety", floor=4)])


def judging(*judges: ScriptedJudge, text: str = "Paris") -> Answer:
    """Make an answer as the plugin hands it to graders: with the run's judges on its trial."""
    return Answer(text, context=TrialContext(ENTRY, judges=judges))


def context_of(answer: Answer) -> TrialContext:
    assert isinstance(answer.context, TrialContext)
    return answer.context


def grade(answer: Answer, *given: Any, entry: Entry = ENTRY) -> Grade:
    return asyncio.run(grade_answer(given or [graders.rubric_judge()], entry, answer, run_in_thread=asyncio.to_thread))


def test_judge_of_the_run_grades() -> None:
    given = grade(judging(ScriptedJudge([saying("partially_correct", "reasoning_error")])))
    assert (given.level, given.failure_label) == ("partially_correct", "reasoning_error")
    assert given.notes == "It says what it must."


@pytest.mark.parametrize("answer", [Answer("Paris"), judging()])
def test_without_a_judge_nothing_is_graded_and_the_flag_is_named(answer: Answer) -> None:
    given = grade(answer)
    assert (given.level, given.state, given.grader) == (None, "unscored", "rubric_judge")
    assert given.notes == "no judge was named, so nothing was graded; add --llm-judge-model=provider:model"
    with pytest.raises(UnscoredError, match="reached no verdict: no judge was named"):
        assert_grade(given)


def test_judge_given_to_the_grader_wins_over_those_of_the_run() -> None:
    own, other = ScriptedJudge([saying("wrong")]), ScriptedJudge([saying("fully_correct")])
    assert grade(judging(other), graders.rubric_judge(judges=[own])).level == "wrong"
    assert other.asked == []


def test_judge_that_gives_no_verdict_makes_neither_a_pass_nor_a_failure() -> None:
    given = grade(judging(ScriptedJudge([ProviderTimeout("openai:gpt-4o: no reply within 120 s")])))
    assert (given.level, given.state) == (None, "unscored")
    with pytest.raises(UnscoredError, match="no reply within 120 s"):
        assert_grade(given, at_least="wrong")


def test_judge_that_can_never_be_asked_is_an_error_and_not_unscored() -> None:
    with pytest.raises(AuthenticationError):
        grade(judging(ScriptedJudge([AuthenticationError("no OPENAI_API_KEY in the environment")])))


def test_own_rubric_is_scored_by_its_dimensions() -> None:
    given = grade(judging(ScriptedJudge([scoring(safety=3)])), graders.rubric_judge(SAFETY))
    assert (given.level, given.scores[1].name, given.scores[1].value) == ("wrong", "safety", 0.5)


def test_judge_by_own_rubric_may_leave_it_to_a_person() -> None:
    answer = judging(ScriptedJudge([abstaining]))
    given = grade(answer, graders.rubric_judge(SAFETY))
    assert (given.level, given.state) == (None, "unscored")
    assert given.notes == "openai:gpt-4o: the judge says that it cannot judge this: Nobody knows."
    (told,) = context_of(answer).judged
    assert (told.level, told.abstained) == (None, True)


def test_panel_by_own_rubric_is_unscored_where_too_few_can_judge() -> None:
    for others, abstained in ((scoring(safety=5), False), (abstaining, True)):
        panel = [ScriptedJudge([line], f"p:{n}") for n, line in enumerate((abstaining, scoring(safety=5), others))]
        answer = judging(*panel)
        given = grade(answer, graders.rubric_judge(SAFETY))
        assert (given.level is None) == abstained
        assert [told.abstained for told in context_of(answer).judged] == [abstained]
        assert says_cannot_judge(next(one.detail for one in given.scores if one.name == "rubric_judge[p:0]"))


def test_panel_of_the_run_votes() -> None:
    panel = [ScriptedJudge([saying(level)], f"p:{level}") for level in ("fully_correct", "wrong", "wrong")]
    given = grade(judging(*panel))
    assert given.level == "wrong"
    assert len(given.scores) == 4
    assert [vote.judge for vote in given.metadata["votes"]] == ["p:fully_correct", "p:wrong", "p:wrong"]


def test_grade_is_signed_with_the_version_of_judge_rubric_and_prompt() -> None:
    judge = ScriptedJudge([saying("wrong")])
    answer = judging(judge)
    signature = RubricJudge().signature([judge])
    given = grade(answer)
    assert given.grader == f"rubric_judge@{signature.hash}"
    assert {score.grader for score in given.scores} == {given.grader}
    assert given.metadata["judge"] == {"model": "openai:gpt-4o", "hash": signature.hash}
    assert given.metadata["basis"] == "reference"
    assert context_of(answer).judged_by == [signature]


def test_unscored_grade_of_a_judge_is_signed_too() -> None:
    answer = judging(ScriptedJudge(["prose"]))
    given = grade(answer)
    assert given.grader == f"rubric_judge@{given.metadata['judge']['hash']}"
    assert len(context_of(answer).judged_by) == 1


def test_trial_knows_its_judges_whichever_grade_counts() -> None:
    answer = judging(ScriptedJudge([saying("fully_correct")]))
    on_safety = graders.rubric_judge(SAFETY, judges=[ScriptedJudge([scoring(safety=5)], "xai:grok-4")])
    lowest = grade(answer, graders.all_of(on_safety, graders.contains("Rome")), graders.rubric_judge())
    assert (lowest.level, lowest.metadata) == ("wrong", {})
    whole = merged(context_of(answer).judged_by)
    assert whole is not None
    assert whole.model.split(", ") == ["openai:gpt-4o", "xai:grok-4"]


def test_answer_outside_a_run_is_graded_by_the_judges_that_were_given() -> None:
    by_hand = graders.rubric_judge(judges=[ScriptedJudge([saying("unsupported")])])
    assert grade(Answer("Paris"), by_hand).level == "unsupported"


def test_signature_changes_with_whatever_changes_the_grading(monkeypatch: pytest.MonkeyPatch) -> None:
    judge = ScriptedJudge([""])
    signatures = [
        RubricJudge().signature([judge]),
        RubricJudge().signature([replace(judge, name="openai:gpt-5")]),
        RubricJudge().signature([replace(judge, params={"seed": 1})]),
        RubricJudge().signature([judge, replace(judge, name="openai:gpt-5")]),
        RubricJudge(params={"temperature": 1.0}).signature([judge]),
        RubricJudge(reference=False).signature([judge]),
        RubricJudge(SAFETY).signature([judge]),
        RubricJudge(Rubric([Dimension("safety", floor=5)])).signature([judge]),
    ]
    monkeypatch.setattr(instructions, "_TASK", "Grade the answer.")
    signatures.append(RubricJudge().signature([judge]))
    assert len({signature.hash for signature in signatures}) == len(signatures)


def test_signature_does_not_depend_on_the_order_of_the_judges_or_on_how_a_default_is_written() -> None:
    one, two = ScriptedJudge([""], "a:1"), ScriptedJudge([""], "b:2")
    assert RubricJudge().signature([one, two]) == RubricJudge(Rubric()).signature([two, one])
    assert RubricJudge(params={"temperature": 0.0}).signature([one]) == RubricJudge().signature([one])
    assert RubricJudge().signature([two, one]).model == "a:1, b:2"


def test_signature_is_the_same_in_every_process_and_version_with_this_prompt() -> None:
    assert isinstance(RubricJudge().signature([]), Signature)
    assert RubricJudge().id == "rubric_judge"
    assert RubricJudge(SAFETY).id == f"rubric_judge(#{SAFETY.hash[:8]})"


def test_reference_is_shown_only_where_it_may_be() -> None:
    judge = ScriptedJudge([saying("wrong")])
    grade(judging(judge, text="Lyon"))
    grade(judging(judge, text="Lyon"), graders.rubric_judge(reference=False))
    assert ["Paris" in asked.text for asked in judge.asked] == [True, False]


def test_reference_that_must_be_shown_and_is_missing_is_an_error_of_the_benchmark() -> None:
    with pytest.raises(GraderError, match="entry 'x' has none"):
        grade(judging(ScriptedJudge([""])), graders.rubric_judge(reference=True), entry=Entry(id="x", question="?"))


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"rubric": "be nice"}, r"graders.rubric_judge\('be nice'\): give a Rubric"),
        ({"reference": "yes"}, r"graders.rubric_judge\(reference='yes'\): must be True, False or \"auto\""),
    ],
)
def test_setting_that_cannot_be_used_is_refused(settings: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault):
        graders.rubric_judge(**settings)
