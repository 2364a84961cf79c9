"""Calls as a run keeps them, without a provider."""

from __future__ import annotations

import asyncio

from pytest_llmeval.models.answer import Call, Reply
from pytest_llmeval.models.gateway import Gateway
from pytest_llmeval.models.request import Request
from pytest_llmeval.models.terms import Terms


class Saying:
    """A provider that says one thing."""

    def __init__(self, reply: Reply, adapter_version: str) -> None:
        self._reply = reply
        self.adapter_version = adapter_version

    async def complete(self, request: Request) -> Reply:
        return self._reply

    async def aclose(self) -> None:
        return None


def recorded(request: Request, reply: Reply | None = None, *, adapter_version: str = "1") -> Call:
    """Return the call that a run keeps of a request."""
    provider = Saying(reply or Reply("ok"), adapter_version)
    return asyncio.run(Gateway(lambda _: provider, Terms(1)).send(request))
