"""Whatever goes wrong with a judge makes a vote without a verdict."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import (
    AuthenticationError,
    BadReply,
    BudgetExhausted,
    CacheMiss,
    NotReplayable,
    ProviderTimeout,
    ProviderUnavailable,
    RateLimited,
    RequestRejected,
    UnsupportedByProvider,
)
from pytest_llmeval.grading.judge.asking import Vote, ask_judges
from pytest_llmeval.grading.judge.port import Judge
from pytest_llmeval.grading.judge.prompt import make_prompt
from pytest_llmeval.grading.judge.rubric import Rubric
from pytest_llmeval.grading.judge.verdict import verdict_schema
from pytest_llmeval.models.answer import Answer, FinishReason, Reply
from pytest_llmeval.models.request import Message
from tests.grading.judge.scripted import Script, ScriptedJudge, saying, verdict_text

PROMPT = make_prompt(Entry(id="x", question="?"), Answer("4"), Rubric())


def votes(*judges: Judge, params: Mapping[str, Any] | None = None) -> tuple[Vote, ...]:
    return asyncio.run(ask_judges(judges, PROMPT, Rubric(), params or {}))


def vote(*script: Script) -> Vote:
    (only,) = votes(ScriptedJudge(script))
    return only


def test_sound_reply_is_a_vote_with_its_verdict() -> None:
    given = vote(saying("wrong", "hallucination"))
    assert given.verdict is not None
    assert (given.judge, given.verdict.level, given.fault) == ("openai:gpt-4o", "wrong", "")


@pytest.mark.parametrize(
    "error",
    [
        ProviderTimeout("openai:gpt-4o: no reply within 120 s"),
        ProviderUnavailable("openai:gpt-4o: 503"),
        RateLimited("openai:gpt-4o: 429"),
        BadReply("openai:gpt-4o: no choices"),
        BudgetExhausted("the budget of 1 USD is used up"),
        CacheMiss("openai:gpt-4o: the answer is not in the cache"),
        NotReplayable("no such call in the run"),
        TimeoutError(),
    ],
)
def test_judge_that_cannot_be_heard_gives_no_verdict_and_the_reason(error: Exception) -> None:
    assert vote(error) == Vote("openai:gpt-4o", None, str(error) or "TimeoutError")


@pytest.mark.parametrize(
    ("finish", "fault"),
    [
        ("length", "the judge's reply was cut off at its length limit"),
        ("content_filter", "a content filter withheld the judge's reply"),
        ("refusal", "the judge refused to grade"),
    ],
)
def test_unfinished_reply_is_no_verdict_even_where_it_reads_like_one(finish: FinishReason, fault: str) -> None:
    assert vote(Reply(verdict_text(PROMPT.key), finish)) == Vote("openai:gpt-4o", None, fault)


def test_reply_without_text_is_no_verdict() -> None:
    assert vote(Reply("", "tool_calls")).fault == "the judge's reply is empty"


def test_error_that_no_later_call_can_escape_ends_the_grading() -> None:
    with pytest.raises(AuthenticationError):
        vote(AuthenticationError("no OPENAI_API_KEY in the environment"))


def test_mistake_in_a_judge_itself_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        vote(ZeroDivisionError())


def test_judge_is_asked_by_schema_with_temperature_0() -> None:
    judge = ScriptedJudge([saying("wrong")])
    votes(judge)
    (asked,) = judge.asked
    assert asked.schema == verdict_schema(Rubric())
    assert asked.params == {"temperature": 0.0}
    assert asked.system == PROMPT.system
    assert asked.text == PROMPT.messages[0]["content"]


def test_parameters_of_the_judge_win_over_those_of_the_grader() -> None:
    judge = ScriptedJudge([saying("wrong")], params={"temperature": None, "seed": 1})
    votes(judge, params={"seed": 2, "max_tokens": 500})
    assert judge.asked[0].params == {"temperature": None, "seed": 1, "max_tokens": 500}


@pytest.mark.parametrize("refusal", [UnsupportedByProvider("no schema"), RequestRejected("unknown: response_format")])
def test_judge_that_takes_no_schema_is_asked_for_plain_text(refusal: Exception) -> None:
    judge = ScriptedJudge([refusal, saying("partially_correct")])
    (given,) = votes(judge)
    assert given.verdict is not None
    assert [asked.schema is None for asked in judge.asked] == [False, True]
    assert judge.asked[0].text == judge.asked[1].text


def test_judge_that_refuses_plain_text_as_well_gives_no_verdict() -> None:
    assert vote(RequestRejected("openai:gpt-4o: 400: too long")).fault == "openai:gpt-4o: 400: too long"


def test_judges_are_asked_side_by_side_and_vote_in_their_order() -> None:
    meeting = asyncio.Barrier(2)

    class Waiting(ScriptedJudge):
        async def ask(
            self,
            messages: Sequence[Message],
            *,
            system: str,
            schema: Mapping[str, Any] | None,
            params: Mapping[str, Any],
            usable: Callable[[Reply], bool],
        ) -> Reply:
            await asyncio.wait_for(meeting.wait(), 5)  # passes only when both are being asked
            return await super().ask(messages, system=system, schema=schema, params=params, usable=usable)

    given = votes(Waiting([saying("wrong")], "a:1"), Waiting([saying("wrong")], "b:2"))
    assert [(one.judge, one.fault) for one in given] == [("a:1", ""), ("b:2", "")]


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (saying("wrong"), True),
        (saying("cannot_judge"), True),
        ("no idea", False),
        (Reply("", "refusal"), False),
        (Reply(verdict_text(PROMPT.key), "length"), False),
    ],
)
def test_only_a_reply_that_can_be_used_again_is_kept_in_the_cache(line: Script, kept: bool) -> None:
    judge = ScriptedJudge([line])
    votes(judge)
    assert judge.kept == [kept]


def test_judge_that_abstains_is_told_apart_from_one_that_fails() -> None:
    assert (vote(saying("cannot_judge")).abstained, vote("no idea").abstained) == (True, False)
