"""The port every provider implements, and what it is told when it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pytest_llmeval.models.answer import Reply
from pytest_llmeval.models.request import Request


class Provider(Protocol):
    """Answers requests; lives on the session's event loop from the first call to the end of the run."""

    adapter_version: str
    """Changes whenever equal requests would be sent, or replies read, in another way; part of the cache key."""

    async def complete(self, request: Request) -> Reply:
        """Ask once, without retrying.

        Raises:
            ProviderError: One of its kinds; never an exception of the SDK, never a text that holds the key.
            UnsupportedByProvider: Where the request asks for what the provider cannot do.
        """
        ...

    async def aclose(self) -> None:
        """Give connections back; called once, on the same loop."""
        ...


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """What a provider's factory is told."""

    rootdir: Path
    """The directory the evaluated repository lies in."""
    base_url: str | None = None
    """``--llm-base-url``, where given."""
    timeout_s: float = 120.0
    """Seconds one attempt may take."""
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Where keys are read from; not shown, for it holds them."""
    private_files: frozenset[Path] = frozenset()
    """Benchmark files and logs in use, which no provider may read: they hold the gold answers."""
    max_connections: int = 16
    """How many requests may be in flight."""
    stream: bool = False
    """Whether replies are streamed, which tells the time to the first token (``--llm-stream``)."""


ProviderFactory = Callable[[ProviderSettings], Provider]
