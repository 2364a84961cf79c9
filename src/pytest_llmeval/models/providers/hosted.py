"""What the adapters of both SDKs share: settings read once, one call with a deadline, errors translated.

Both official SDKs come from the same generator, so their modules offer the same names.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from types import ModuleType
from typing import Any, TypeVar

from pytest_llmeval.errors import BadReply, ProviderError
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.providers.endpoints import Endpoint, base_url_of, key_of
from pytest_llmeval.models.providers.port import ProviderSettings
from pytest_llmeval.models.providers.sdk_errors import SdkErrors

T = TypeVar("T")

CONNECT_TIMEOUT_S = 10.0
"""A host that does not even accept a connection is given up sooner than one that thinks."""


class Hosted:
    """One endpoint as an adapter sees it.

    Args:
        sdk: ``openai`` or ``anthropic``.
        endpoint: Its row of the table.
        settings: What the session asks for.
        version: The adapter's version.

    Raises:
        AuthenticationError: Where a key is needed and missing.
        ConfigurationError: Where there is no usable base URL.
    """

    def __init__(self, sdk: ModuleType, endpoint: Endpoint, settings: ProviderSettings, version: str) -> None:
        self.base_url = base_url_of(endpoint, settings)
        # A request knows --llm-base-url; where an environment variable moved the host, the cache key must know as well.
        moved = self.base_url != endpoint.base_url and not settings.base_url
        self.adapter_version = f"{version}@{self.base_url}" if moved else version
        self.key = key_of(endpoint, settings)
        self._sdk = sdk
        self._timeout_s = settings.timeout_s
        self._max_connections = settings.max_connections
        self.errors = SdkErrors(
            sdk=sdk,
            base_url=self.base_url,
            timeout_s=settings.timeout_s,
            key=self.key,
            key_variable=next(iter(endpoint.key_variables), None),
            when_unreachable=endpoint.when_unreachable,
        )

    def client_arguments(self) -> dict[str, Any]:
        """Return what the SDK's client is made with; the caller owns the client and closes it.

        Everything is said: what is left out, an SDK takes from environment variables of its own.
        """
        sdk = self._sdk
        timeout = sdk.Timeout(None, connect=min(CONNECT_TIMEOUT_S, self._timeout_s))
        limits = type(sdk.DEFAULT_CONNECTION_LIMITS)(
            max_connections=self._max_connections, max_keepalive_connections=self._max_connections
        )
        # Redirects are not followed: a POST does not survive most of them, and a key must not go along to another host.
        transport = sdk.DefaultAioHttpClient(timeout=timeout, limits=limits, follow_redirects=False)
        return {
            "api_key": self.key or "none",
            "base_url": self.base_url,
            "timeout": timeout,
            "max_retries": 0,
            "http_client": transport,
        }

    async def ask(self, model: ModelName, reply: Awaitable[T], *, least_s: float = 0.0) -> T:
        """Wait for an SDK's reply, at most as long as an attempt may take.

        Args:
            model: Who is asked, for the error.
            reply: What is waited for.
            least_s: Seconds it may take even where an attempt may take less, for transfers of whole files.

        Raises:
            ProviderError: In place of whatever the SDK raised.
        """
        failure: ProviderError
        timeout_s = max(self._timeout_s, least_s)
        try:
            async with asyncio.timeout(timeout_s):
                return await reply
        except Exception as error:  # the port promises that nothing of the SDK's comes through
            failure = replace(self.errors, timeout_s=timeout_s).translate(error, model)
        # Outside the block: raised in there it would carry the SDK's error, request headers included, as its context.
        raise failure

    def unreadable(self, model: ModelName, lacks: str, got: object) -> BadReply:
        """Return the error for a reply that is not what the wire format promises."""
        return BadReply(f"{model}: the reply has no {lacks}: {self.errors.quote(str(got))}")
