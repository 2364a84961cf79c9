"""The grader that writes confidence down, and the signals it knows."""

from __future__ import annotations

import math
from typing import Any

import pytest

from pytest_llmeval import graders
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, GraderError
from pytest_llmeval.grading.confidence.signals import POOLINGS, logprob
from pytest_llmeval.grading.context import TrialContext
from pytest_llmeval.models.answer import Answer, Call, Reply

ENTRY = Entry(id="x", question="?")


def call(*logprobs: float, role: Any = "model") -> Call:
    return Call("openai", "small", (), Reply("x", token_logprobs=logprobs or None), "h", role=role)


def test_the_confidence_goes_to_the_trial_and_the_grade_says_nothing_against_it() -> None:
    context = TrialContext(ENTRY)
    grade = graders.confidence()(ENTRY, Answer("Rome. Confidence: 90%", context=context))
    assert (grade.level, grade.scores, context.confidence) == ("fully_correct", (), {"stated": 0.9})
    assert grade.metadata == {"confidence": {"stated": 0.9}}


def test_an_answer_without_one_leaves_none_and_is_unextractable_only_where_it_is_required() -> None:
    context = TrialContext(ENTRY)
    assert graders.confidence()(ENTRY, Answer("Rome.", context=context)).level == "fully_correct"
    grade = graders.confidence(required=True)(ENTRY, Answer("Rome.", context=context))
    assert (grade.level, grade.state, grade.notes) == (None, "unextractable", "no stated confidence")
    assert context.confidence == {}


def test_the_probability_of_tokens_is_pooled_over_the_last_reply_of_the_model() -> None:
    answer = Answer("x", calls=(call(-9.0), call(math.log(0.5), math.log(0.125)), call(-7.0, role="judge")))
    pooled = {pooling: logprob(answer, pooling) for pooling in POOLINGS}
    assert pooled == {"mean": pytest.approx(0.25), "lowest": pytest.approx(0.125), "whole": pytest.approx(0.0625)}
    grade = graders.confidence("logprob")(ENTRY, answer)
    assert grade.metadata == {"confidence": {"logprob": pytest.approx(0.25)}}


def test_without_log_probabilities_there_is_no_signal() -> None:
    assert logprob(Answer("x")) is None
    assert logprob(Answer("x", calls=(call(),))) is None


def test_a_function_of_the_answer_is_a_signal_of_its_own_name() -> None:
    def verifier(answer: Answer) -> float | None:
        return answer.metadata.get("p")

    grader = graders.confidence(verifier)
    assert next(iter(grader(ENTRY, Answer("", metadata={"p": 1})).metadata["confidence"])).endswith("verifier")
    assert grader(ENTRY, Answer("")).metadata == {}
    for odd in (1.5, math.nan, "sure"):
        with pytest.raises(GraderError, match="on entry 'x'; return a number from 0 to 1, or None"):
            grader(ENTRY, Answer("", metadata={"p": odd}))


def test_signals_there_are_none_of_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="must be stated, logprob, entropy, verifier, evidence, or a function"):
        graders.confidence("hunch")
    with pytest.raises(ConfigurationError, match="pytest-llmeval summarize tells it"):
        graders.confidence("agreement")
