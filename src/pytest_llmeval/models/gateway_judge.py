"""A model that judges, asked through the same gateway as the models under test: implements the port graders ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pytest_llmeval.models.answer import Call, Reply
from pytest_llmeval.models.gateway import Gateway, Usable
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.request import Message, Params, Request


class GatewayJudge:
    """One judge; made for a trial of a run, or by a command for all that it has judged.

    Args:
        model: Who judges.
        gateway: Sends, counts and caches as for every other call; judge calls are priced apart.
        keep: Takes each call for the record.
        anew: Whether to ask although the cache has a verdict, as a rerun does.
        sample: Which of several times the same is asked; equal samples of equal questions share one verdict.
    """

    def __init__(
        self, model: ModelName, gateway: Gateway, keep: Callable[[Call], None], *, anew: bool = False, sample: int = 1
    ) -> None:
        self._model = model
        self._gateway = gateway
        self._keep = keep
        self._anew = anew
        self._sample = sample

    @property
    def name(self) -> str:
        """The judge, as ``provider:model``."""
        return str(self._model)

    @property
    def params(self) -> Mapping[str, Any]:
        """No parameters of its own: the grader's hold."""
        return MappingProxyType({})

    async def ask(
        self,
        messages: Sequence[Message],
        *,
        system: str,
        schema: Mapping[str, Any] | None,
        params: Mapping[str, Any],
        usable: Usable,
    ) -> Reply:
        """Ask through the gateway."""
        request = judge_request(self._model, messages, system, schema, params, sample=self._sample)
        call = await self._gateway.send(request, "judge", anew=self._anew, usable=usable)
        self._keep(call)
        return call.reply


def judge_request(
    model: ModelName,
    messages: Sequence[Message],
    system: str,
    schema: Mapping[str, Any] | None,
    params: Mapping[str, Any],
    *,
    sample: int = 1,
) -> Request:
    """Write what a judge is sent."""
    told = Params().updated(dict(params))
    return Request(model, tuple(messages), system, response_schema=schema, params=told, sample=sample)
