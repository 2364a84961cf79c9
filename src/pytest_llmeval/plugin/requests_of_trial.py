"""Where the requests of one attempt at a trial go: to the gateway, or to the answers of an earlier run."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_llmeval.errors import CacheMiss, LLMEvalError
from pytest_llmeval.models.answer import Call
from pytest_llmeval.models.gateway import Gateway
from pytest_llmeval.models.request import Request
from pytest_llmeval.runs.earlier import RecordedCalls


@dataclass(frozen=True, slots=True)
class RequestsOfTrial:
    """Held by the trial's client, which would otherwise hold the trial that holds it.

    Ten thousand trials in circles are much for the garbage collector.
    """

    entry_id: str
    gateway: Gateway
    anew: bool = False
    """Whether to ask although the answer is in the cache."""
    recorded: RecordedCalls | None = None
    """The calls of the run that is replayed."""
    refusal: LLMEvalError | None = None
    """Why nothing is asked at all."""

    async def send(self, request: Request) -> Call:
        """Send one request.

        Raises:
            LLMEvalError: The refusal, or what the gateway raises; a miss of the cache names the entry.
        """
        if self.refusal is not None:
            raise self.refusal
        if self.recorded is not None:
            return await self.recorded.send(request)
        try:
            return await self.gateway.send(request, anew=self.anew)
        except CacheMiss as error:
            raise CacheMiss(f"entry {self.entry_id!r}: {error}") from None
