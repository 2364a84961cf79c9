"""The adapter of Anthropic's messages format."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import anthropic

from pytest_llmeval.models.answer import Reply
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.providers.anthropic_batches import AnthropicBatches
from pytest_llmeval.models.providers.anthropic_format import read_reply, request_body
from pytest_llmeval.models.providers.anthropic_stream import MessageAssembly
from pytest_llmeval.models.providers.batching import BatchDelegate
from pytest_llmeval.models.providers.endpoints import Endpoint
from pytest_llmeval.models.providers.hosted import Hosted
from pytest_llmeval.models.providers.port import ProviderSettings
from pytest_llmeval.models.providers.streaming import receive
from pytest_llmeval.models.request import Request

VERSION = "anthropic-messages-2"
PATH = "/v1/messages"


class AnthropicMessages(BatchDelegate):
    """Asks Anthropic through its SDK; made at the first request, closed when the session ends.

    Calls go through the SDK's ``post`` and come back as plain JSON: its ``create`` knows neither temperature nor top_p
    any more, which the older models still take.

    Args:
        endpoint: Its row of the table.
        settings: What the session asks for.

    Raises:
        AuthenticationError: Where the key is missing.
        ConfigurationError: Where the base URL is not usable.
    """

    def __init__(self, endpoint: Endpoint, settings: ProviderSettings) -> None:
        self._hosted = Hosted(anthropic, endpoint, settings, VERSION)
        self.adapter_version = self._hosted.adapter_version
        arguments = self._hosted.client_arguments()
        # The paths of this format begin with /v1; a base URL given for the other format ends with it.
        base_url = self._hosted.base_url.removesuffix("/v1")
        self._client = anthropic.AsyncAnthropic(**{**arguments, "base_url": base_url})
        self._streams = settings.stream
        self._provider_name = endpoint.name
        self._batches = AnthropicBatches(self._client, self._hosted, endpoint, self._read)

    async def complete(self, request: Request) -> Reply:
        """Ask once; see the port for what is raised."""
        body = request_body(request)
        if self._streams:
            return await self._in_pieces(request.model, body)
        got = await self._hosted.ask(request.model, self._client.post(PATH, cast_to=object, body=body))
        return self._read(request.model, got)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _in_pieces(self, model: ModelName, body: dict[str, Any]) -> Reply:
        call = self._client.post(
            PATH,
            cast_to=object,
            body={**body, "stream": True},
            stream=True,
            stream_cls=anthropic.AsyncStream[object],
        )
        got = await self._hosted.ask(model, receive(call, MessageAssembly()))
        return replace(self._read(model, got.body), ttft_s=got.ttft_s, streamed_s=got.streamed_s)

    def _read(self, model: ModelName, got: object) -> Reply:
        reply = read_reply(got)
        if reply is None:
            raise self._hosted.unreadable(model, "content blocks", got)
        return reply
