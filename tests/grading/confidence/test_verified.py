"""A verifier tells how sure one can be of an answer, and has no say in its grade."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval import graders, probes
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, GraderError, UnscoredError
from pytest_llmeval.grading.code.executing import executes_code
from pytest_llmeval.grading.context import TrialContext
from pytest_llmeval.grading.grade import Grade, Score
from pytest_llmeval.grading.grader import Grader
from pytest_llmeval.models.answer import Answer
from tests.grading.judge.scripted import ScriptedJudge, saying, scoring

ENTRY = Entry(id="x", question="Where is it?", gold_answer="Rome", criteria=("Rome", "Italy"))


def judge(level: str, label: str = "none") -> ScriptedJudge:
    return ScriptedJudge([saying(level, label)])


def verified(by: Grader | None, text: str = "Rome", signal: str = "verifier", **how: Any) -> tuple[Grade, TrialContext]:
    context = how.pop("context", TrialContext(ENTRY))
    grader = graders.confidence(signal, by=by, **how)
    return asyncio.run(grader(ENTRY, Answer(text, context=context))), context


@pytest.mark.parametrize(
    ("by", "confidence"),
    [
        (graders.contains(), 1.0),
        (graders.contains("Oslo"), 0.0),
        (graders.key_points(), 0.5),
        (lambda *_: Grade("partially_correct"), 0.5),
        (lambda *_: 0.25, 0.25),
        (lambda *_: Grade("wrong", scores=(Score("a", 0.75), Score("b", 0.5))), 0.5),
        (graders.weighted({"is": (graders.contains(), 3), "other": graders.contains("Oslo")}), 0.75),
    ],
)
def test_its_score_is_the_confidence_and_the_grade_is_none_of_its_business(by: Grader, confidence: float) -> None:
    grade, context = verified(by)
    assert (grade.level, grade.scores, grade.failure_label) == ("fully_correct", (), None)
    assert context.confidence == {"verifier": pytest.approx(confidence)}


def test_a_judge_s_total_counts_and_its_verdict_is_none_on_the_trial() -> None:
    grade, context = verified(
        graders.rubric_judge(judges=[judge("partially_correct"), judge("fully_correct"), judge("partially_correct")])
    )
    assert grade.level == "fully_correct"
    assert context.confidence["verifier"] == pytest.approx(2 / 3)
    assert (context.judged, context.checks, context.judged_by) == ([], [], [])


def test_without_a_verdict_there_is_no_confidence() -> None:
    silent = ScriptedJudge(["I would rather not."])
    for by in (graders.rubric_judge(), graders.rubric_judge(judges=[silent]), probes.refusal(_unable)):
        grade, context = verified(by, context=TrialContext(Entry(id="x", question="?", metadata={"policy": "allowed"})))
        assert (grade.level, context.confidence) == ("fully_correct", {})
    grade, _ = verified(graders.rubric_judge(), required=True)
    assert grade.state == "unscored"
    assert grade.notes.startswith("no verifier confidence: ")
    assert verified(graders.numeric(1), "none", required=True)[0].state == "unextractable"


def _unable(_entry: Entry, _answer: Answer) -> str:
    raise UnscoredError("no class to be had")


def test_a_verifier_that_crashes_is_told_with_its_name() -> None:
    with pytest.raises(GraderError, match=r"grader .*lambda.* crashed on entry 'x': ZeroDivisionError"):
        verified(lambda *_: 1 / 0)


def test_an_answer_of_no_trial_is_verified_too() -> None:
    grade = asyncio.run(graders.confidence("verifier", by=graders.contains())(ENTRY, Answer("Rome")))
    assert grade.metadata == {"confidence": {"verifier": 1.0}}


def test_evidence_is_the_share_of_claims_that_the_evidence_bears_out(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Rome is old.")
    context = TrialContext(ENTRY, roots=(tmp_path,), judges=[ScriptedJudge([scoring(claim_1=1, claim_2=0)])])
    grade, _ = verified(None, "Rome is old, see a.md. It is made of wood.", "evidence", context=context)
    assert (grade.level, context.confidence) == ("fully_correct", {"evidence": 0.5})
    bare = TrialContext(ENTRY, roots=(tmp_path,))
    verified(None, "It is made of wood.", "evidence", context=bare)
    assert bare.confidence == {"evidence": 0.0}
    verified(graders.key_points(), "Rome", "evidence", context=bare)
    assert bare.confidence == {"evidence": 0.5}


def test_code_is_run_by_a_verifier_only_where_that_is_allowed() -> None:
    assert executes_code(graders.confidence("verifier", by=graders.code_tests()))
    assert not executes_code(graders.confidence("verifier", by=graders.contains()))
    assert not executes_code(graders.confidence())


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"signal": "verifier"}, "needs a grader; add by=graders.rubric_judge"),
        ({"signal": "logprob", "by": graders.contains()}, "only verifier and evidence ask another grader"),
    ],
)
def test_a_verifier_is_named_where_one_is_asked_and_only_there(given: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault):
        graders.confidence(**given)
