"""Asking judges: every reply becomes a vote, and whatever goes wrong a vote without a verdict."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
from pytest_llmeval.grading.judge.verdict import Verdict, read_verdict, verdict_schema
from pytest_llmeval.models.answer import Reply
from pytest_llmeval.safe_text import one_line

PARAMS: Mapping[str, Any] = {"temperature": 0.0}
"""What judges are asked with unless someone says otherwise: a judge should say the same twice."""
_UNFINISHED: Mapping[str, str] = {
    "length": "the judge's reply was cut off at its length limit",
    "content_filter": "a content filter withheld the judge's reply",
    "refusal": "the judge refused to grade",
}


@dataclass(frozen=True, slots=True)
class Vote:
    """What came of asking one judge."""

    judge: str
    verdict: Verdict | None
    """None where it gave none."""
    fault: str = ""
    """Why it gave none, on one line."""


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
    asking = (_vote(judge, prompt, rubric, params_for(judge, params)) for judge in judges)
    ended = await asyncio.gather(*asking, return_exceptions=True)  # none is left running behind
    for end in ended:
        if isinstance(end, BaseException):
            raise end
    return tuple(end for end in ended if isinstance(end, Vote))


def params_for(judge: Judge, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return all parameters a judge is asked with."""
    return {**PARAMS, **params, **judge.params}


async def _vote(judge: Judge, prompt: Prompt, rubric: Rubric, params: Mapping[str, Any]) -> Vote:
    try:
        reply = await _reply(judge, prompt, rubric, params)
        if reply.finish_reason in _UNFINISHED:
            raise UnscoredError(_UNFINISHED[reply.finish_reason])
        return Vote(judge.name, read_verdict(reply.text, rubric, prompt.key))
    except FatalProviderError:
        raise
    except (InfrastructureError, BudgetExhausted, NotReplayable, TimeoutError) as error:
        return Vote(judge.name, None, one_line(str(error) or type(error).__name__, 200))


async def _reply(judge: Judge, prompt: Prompt, rubric: Rubric, params: Mapping[str, Any]) -> Reply:
    """Ask for a reply by schema, and where the judge cannot do that, as plain text that says the same."""
    try:
        return await judge.ask(prompt.messages, system=prompt.system, schema=verdict_schema(rubric), params=params)
    except (UnsupportedByProvider, RequestRejected):  # many servers refuse what they do not know as a bad request
        return await judge.ask(prompt.messages, system=prompt.system, schema=None, params=params)
