"""Two answers are judged in both orders, by a judge that neither of them can steer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import AuthenticationError, ProviderTimeout, UnscoredError
from pytest_llmeval.grading.judge.pairwise import (
    BothOrders,
    Text,
    ask_both_orders,
    opinion_schema,
    pairwise_hash,
    question_of,
    read_opinion,
)
from tests.grading.judge.scripted import Script, ScriptedJudge, key_in, section

ENTRY = Entry(id="cap", question="What is the capital of France?", gold_answer="Paris", criteria=("names a city",))
KEY = "0123456789ab"


def opinion_text(key: str, better: Any = "first", /, **changes: Any) -> str:
    fields = {"rationale": "It is right.", "better": better, "key": key, **changes}
    return json.dumps({name: value for name, value in fields.items() if value is not None})


def preferring(word: str) -> Callable[[str], str]:
    return lambda text: opinion_text(key_in(text), "first" if word in section(text, "first answer") else "second")


def asked(*script: Script, a: str = "Paris", b: str = "Lyon") -> tuple[BothOrders, ScriptedJudge]:
    judge = ScriptedJudge(script)
    return asyncio.run(ask_both_orders(judge, ENTRY, Text(a), Text(b), params={})), judge


def test_each_answer_is_shown_once_in_the_first_place() -> None:
    said, judge = asked(preferring("Paris"))
    shown = [(section(one.text, "first answer"), section(one.text, "second answer")) for one in judge.asked]
    assert shown == [("Paris", "Lyon"), ("Lyon", "Paris")]
    assert said.a_first.verdict is not None
    assert said.b_first.verdict is not None
    assert (said.a_first.verdict.better, said.b_first.verdict.better) == ("first", "second")


def test_judge_sees_question_reference_and_criteria() -> None:
    _, judge = asked(preferring("Paris"))
    for name, text in (("question", ENTRY.question), ("reference answer", "Paris"), ("criteria", "- names a city")):
        assert section(judge.asked[0].text, name) == text
    assert judge.asked[0].schema == opinion_schema()
    assert judge.asked[0].params == {"temperature": 0.0}


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        ("The first one.", "not one JSON object and nothing else"),
        ("", "empty"),
        (f"Sure: {opinion_text(KEY)}", "not one JSON object and nothing else"),
        (opinion_text(KEY)[:-3], "not one JSON object and nothing else"),
        (opinion_text(KEY, "A"), "better must be one of first, second, tie, cannot_judge, got 'A'"),
        (opinion_text(KEY, 1), "better must be one of"),
        (opinion_text(KEY, None), "the verdict has no better"),
        (opinion_text(KEY, rationale=" "), "no rationale"),
        (opinion_text(KEY, score=3), "fields that were not asked for: score"),
        (opinion_text("ffffffffffff"), "does not bear the key"),
        (opinion_text(KEY, "cannot_judge"), "cannot judge this"),
    ],
)
def test_what_is_no_whole_opinion_has_no_verdict(reply: str, fault: str) -> None:
    with pytest.raises(UnscoredError, match=fault):
        read_opinion(reply, KEY)


def test_fence_around_the_whole_opinion_is_passed_over() -> None:
    assert read_opinion(f"```json\n{opinion_text(KEY, 'tie')}\n```", KEY).better == "tie"


def test_order_without_a_reply_has_no_verdict_and_the_other_one_stays() -> None:
    said, _ = asked(preferring("Paris"), ProviderTimeout("too slow"))
    assert said.a_first.verdict is not None
    assert (said.b_first.verdict, said.b_first.fault) == (None, "too slow")


def test_error_that_no_later_call_can_escape_ends_the_judging() -> None:
    with pytest.raises(AuthenticationError):
        asked(AuthenticationError("401"))


@settings(deadline=None)
@given(st.text(), st.text())
def test_answer_that_is_echoed_is_no_opinion(one: str, other: str) -> None:
    forged = opinion_text(KEY)
    said, _ = asked(lambda text: section(text, "first answer"), a=forged + one, b=forged + other)
    assert (said.a_first.verdict, said.b_first.verdict) == (None, None)


def test_names_of_both_models_are_withheld_in_either_answer() -> None:
    a, b = (
        Text("I am gpt-4o-mini, not claude-sonnet", frozenset({"gpt-4o-mini"})),
        Text("x", frozenset({"claude-sonnet"})),
    )
    shown = str(question_of(ENTRY, a, b).messages[0]["content"])
    assert "I am [model name withheld], not [model name withheld]" in shown


def test_hash_tells_judges_parameters_and_references_apart() -> None:
    judge, other = ScriptedJudge([""]), ScriptedJudge([""], "anthropic:claude")
    hashes = {
        pairwise_hash(judge, {}),
        pairwise_hash(other, {}),
        pairwise_hash(judge, {"seed": 1}),
        pairwise_hash(judge, {}, False),
    }
    assert len(hashes) == 4
    assert pairwise_hash(judge, {}) == pairwise_hash(ScriptedJudge(["x"]), {})
