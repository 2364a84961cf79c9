"""Asking judges: every reply becomes a vote, and whatever goes wrong a vote without a verdict."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pytest_llmeval.errors import (
    BudgetExhausted,
    FatalProviderError,
    InfrastructureError,
    NotReplayable,
    RequestRejected,
    UnscoredError,
    UnsupportedByProvider,
)
from pytest_llmeval.grading.judge.port import Judge
from pytest_llmeval.grading.judge.prompt import Prompt
from pytest_llmeval.grading.judge.rubric import Rubric
from pytest_llmeval.grading.judge.verdict import CannotJudge, Verdict, read_verdict, verdict_schema
from pytest_llmeval.models.answer import Reply
from pytest_llmeval.models.request import Message
from pytest_llmeval.safe_text import one_line

PARAMS: Mapping[str, Any] = {"temperature": 0.0}
"""What judges are asked with unless someone says otherwise: a judge should say the same twice."""
LONGEST_FAULT = 200
_UNFINISHED: Mapping[str, str] = {
    "length": "the judge's reply was cut off at its length limit",
    "content_filter": "a content filter withheld the judge's reply",
    "refusal": "the judge refused to grade",
}


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Vote:
    """What came of asking one judge."""

    judge: str
    verdict: Verdict | None
    """None where it gave none."""
    fault: str = ""
    """Why it gave none, on one line."""
    abstained: bool = False
    """Whether it said itself that it cannot judge this."""


@dataclass(frozen=True, slots=True)
class Heard(Generic[T]):
    """What a judge's reply was read as."""

    verdict: T | None
    fault: str = ""
    abstained: bool = False
    not_asked: bool = False
    """Whether the budget forbade asking."""


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """What a judge is asked, and how its reply is read."""

    system: str
    messages: tuple[Message, ...]
    schema: Mapping[str, Any]
    read: Callable[[str], T]
    """Reads the text of a reply; raises `UnscoredError` where it holds no verdict."""


async def ask_judges(
    judges: Sequence[Judge], prompt: Prompt, rubric: Rubric, params: Mapping[str, Any]
) -> tuple[Vote, ...]:
    """Ask all judges side by side; none sees what another says.

    Args:
        judges: Whom to ask.
        prompt: What to ask.
        rubric: What a verdict must answer.
        params: Sampling parameters; a judge's own win.

    Returns:
        A vote for each judge, in their order.

    Raises:
        FatalProviderError: Where a judge can never be asked, for a wrong key for instance.
    """
    question = Question(
        prompt.system, prompt.messages, verdict_schema(rubric), lambda text: read_verdict(text, rubric, prompt.key)
    )
    heard = await side_by_side([ask_one(judge, question, params) for judge in judges])
    return tuple(
        Vote(judge.name, one.verdict, one.fault, one.abstained) for judge, one in zip(judges, heard, strict=True)
    )


async def side_by_side(asking: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """Await all at once; where one fails, none is left running behind."""
    ended = await asyncio.gather(*asking, return_exceptions=True)
    for end in ended:
        if isinstance(end, BaseException):
            raise end
    return [end for end in ended if not isinstance(end, BaseException)]


def params_for(judge: Judge, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return all parameters a judge is asked with."""
    return {**PARAMS, **params, **judge.params}


async def ask_one(judge: Judge, question: Question[T], params: Mapping[str, Any]) -> Heard[T]:
    """Ask one judge; whatever goes wrong is no verdict.

    Args:
        judge: Whom to ask.
        question: What.
        params: Sampling parameters; the judge's own win.

    Raises:
        FatalProviderError: Where the judge can never be asked.
    """
    try:
        reply = await _reply(judge, question, params_for(judge, params))
        return Heard(_verdict_in(reply, question))
    except FatalProviderError:
        raise
    except (InfrastructureError, BudgetExhausted, NotReplayable, TimeoutError) as error:
        told = one_line(str(error) or type(error).__name__, LONGEST_FAULT)
        return Heard(None, told, isinstance(error, CannotJudge), isinstance(error, BudgetExhausted))


def _verdict_in(reply: Reply, question: Question[T]) -> T:
    if reply.finish_reason in _UNFINISHED:
        raise UnscoredError(_UNFINISHED[reply.finish_reason])
    return question.read(reply.text)


def _holds_verdict(reply: Reply, question: Question[Any]) -> bool:
    try:
        _verdict_in(reply, question)
    except CannotJudge:
        return True  # it was asked, and said what it had to say
    except UnscoredError:
        return False
    return True


async def _reply(judge: Judge, question: Question[Any], params: Mapping[str, Any]) -> Reply:
    """Ask for a reply by schema, and where the judge cannot do that, as plain text that says the same."""

    def usable(reply: Reply) -> bool:
        return _holds_verdict(reply, question)

    messages, system, schema = question.messages, question.system, question.schema
    try:
        return await judge.ask(messages, system=system, schema=schema, params=params, usable=usable)
    except (UnsupportedByProvider, RequestRejected):  # many servers refuse what they do not know as a bad request
        return await judge.ask(messages, system=system, schema=None, params=params, usable=usable)
