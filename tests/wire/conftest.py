"""Both wire formats as a test sees them: the real SDK on one side, a scripted server on the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

from pytest_llmeval.errors import ProviderError
from pytest_llmeval.models.answer import Reply
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.providers.port import Provider, ProviderSettings
from pytest_llmeval.models.providers.registry import builtin_providers
from pytest_llmeval.models.request import Request, read_messages
from tests.loopback.server import LoopbackServer

T = TypeVar("T")

KEYS = {
    "OPENAI_API_KEY": "openai-key-0123456789",
    "ANTHROPIC_API_KEY": "anthropic-key-0123456789",
    "GEMINI_API_KEY": "gemini-key-0123456789",
}


@dataclass(frozen=True)
class Wire:
    """A provider by name, called through its SDK."""

    provider: str
    key_variable: str
    environ: Mapping[str, str] = field(default_factory=lambda: KEYS)

    @property
    def key(self) -> str:
        return self.environ[self.key_variable]

    def request(self, question: Any = "hello", *, model: str = "some-model", **fields: Any) -> Request:
        """Write a request to this provider."""
        return Request(ModelName(self.provider, model), read_messages(question), **fields)

    def ask(
        self, base_url: str, question: Any = "hello", *, timeout_s: float = 5.0, stream: bool = False, **fields: Any
    ) -> Reply:
        """Make the provider, ask once, close it."""
        request = self.request(question, **fields, base_url=base_url)
        return self.use(base_url, lambda provider: provider.complete(request), timeout_s=timeout_s, stream=stream)

    def use(
        self,
        base_url: str,
        do: Callable[[Provider], Awaitable[T]],
        *,
        timeout_s: float = 5.0,
        stream: bool = False,
    ) -> T:
        """Make the provider, do something with it, close it."""
        settings = ProviderSettings(Path(), base_url, timeout_s, self.environ, stream=stream)

        async def session() -> T:
            provider = builtin_providers().make(self.provider, settings)
            try:
                return await do(provider)
            finally:
                await provider.aclose()

        return asyncio.run(session())

    def failure(self, base_url: str, **fields: Any) -> ProviderError:
        """Ask, and return the error that must come."""
        with pytest.raises(ProviderError) as caught:
            self.ask(base_url, **fields)
        return caught.value

    def sent(self, **fields: Any) -> dict[str, Any]:
        """Return the body a request becomes on the wire."""
        with LoopbackServer() as server:
            self.ask(server.base_url, **fields)
        return server.requests[0].body


OPENAI = Wire("openai", "OPENAI_API_KEY")
ANTHROPIC = Wire("anthropic", "ANTHROPIC_API_KEY")


@pytest.fixture(params=[OPENAI, ANTHROPIC], ids=lambda wire: wire.provider)
def wire(request: pytest.FixtureRequest) -> Wire:
    found: Wire = request.param
    return found


@pytest.fixture
def openai() -> Wire:
    return OPENAI


@pytest.fixture
def anthropic() -> Wire:
    return ANTHROPIC
