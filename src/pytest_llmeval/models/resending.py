"""Recorded calls as the very requests they were, so that they can be sent once more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pytest_llmeval.errors import NotReplayable
from pytest_llmeval.models.answer import Call
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.request import Params, Request, Tool
from pytest_llmeval.redaction import REDACTED


def described_once(calls: Iterable[Call]) -> tuple[Call, ...]:
    """Leave out what a record would repeat: how tools are described that an earlier call was offered as well."""
    found = tuple(calls)
    if not any(call.offered for call in found):
        return found
    known: dict[tuple[str, ...], tuple[Tool, ...]] = {}
    told = []
    for call in found:
        repeats = bool(call.offered) and known.get(call.tools) == call.offered
        known[call.tools] = call.offered
        told.append(replace(call, offered=()) if repeats else call)
    return tuple(told)


def described_again(calls: Iterable[Call]) -> tuple[Call, ...]:
    """Give each call back what `described_once` left out."""
    known: dict[tuple[str, ...], tuple[Tool, ...]] = {}
    told = []
    for call in calls:
        offered = call.offered or known.get(call.tools, ())
        known[call.tools] = offered
        told.append(replace(call, offered=offered) if offered and not call.offered else call)
    return tuple(told)


def request_of(call: Call, sample: int = 1, base_url: str | None = None) -> Request:
    """Return the request that a recorded call was.

    Args:
        call: With its tools described (`described_again`).
        sample: Which of several times the same was asked; the record's.
        base_url: Where it is sent. What the call says is not followed: a log must not decide who gets a key.

    Raises:
        NotReplayable: Where the record does not hold all that was sent.
    """
    if call.tools and not call.offered:
        raise NotReplayable("its tools were recorded by their names only, as older versions did; run it again")
    if secret := next((name for name, value in call.params.items() if value == REDACTED), None):
        raise NotReplayable(f"its parameter {secret!r} was kept out of the log as a secret; run it again")
    return Request(
        ModelName(call.provider, call.model),
        call.messages,
        call.system,
        call.offered,
        call.response_schema,
        Params(temperature=None).updated(call.params),
        sample,
        base_url,
    )
