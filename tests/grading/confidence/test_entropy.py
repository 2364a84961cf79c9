"""The entropy of the alternatives of each token as a signal, held to scipy."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]  # scipy ships no types

from pytest_llmeval import graders
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.grading.confidence.signals import entropy
from pytest_llmeval.models.answer import Answer, Call, Reply

LOGPROBS = st.lists(st.floats(-40, 0), min_size=2, max_size=20)


def answer(*alternatives: list[float]) -> Answer:
    reply = Reply("x", token_alternatives=tuple(map(tuple, alternatives)) or None)
    judge = Call("openai", "judge", (), Reply("y", token_alternatives=((0.0, -9.0),)), "h", role="judge")
    return Answer("x", calls=(Call("openai", "small", (), reply, "h"), judge))


def told(*alternatives: list[float]) -> float:
    found = entropy(answer(*alternatives))
    assert found is not None
    return found


@given(st.lists(LOGPROBS, min_size=1, max_size=20))
def test_it_is_one_less_the_mean_normalized_entropy(places: list[list[float]]) -> None:
    known = [stats.entropy([math.exp(one) for one in place], base=len(place)) for place in places]
    assert told(*places) == pytest.approx(1 - sum(known) / len(known), abs=1e-9)


def test_one_certain_token_is_sure_and_equal_ones_are_not() -> None:
    assert told([0.0, -9999.0, -9999.0]) == 1.0
    assert told([-1.0, -1.0]) == pytest.approx(0, abs=1e-12)
    assert told([-5000.0, -5000.0]) == pytest.approx(0, abs=1e-12)
    assert told([0.0, -9999.0], [-1.0, -1.0]) == pytest.approx(0.5)


def test_without_two_alternatives_in_every_place_there_is_no_signal() -> None:
    assert entropy(Answer("x")) is None
    assert entropy(answer()) is None
    assert entropy(answer([0.0, -1.0], [0.0])) is None


def test_the_grader_writes_it_down() -> None:
    grade = graders.confidence("entropy")(Entry(id="x", question="?"), answer([-1.0, -1.0]))
    assert grade.metadata == {"confidence": {"entropy": pytest.approx(0, abs=1e-12)}}
