"""The adapter of OpenAI and of every endpoint that speaks its chat-completions format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import openai

from pytest_llmeval.models.answer import Reply
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.providers.batching import BatchDelegate
from pytest_llmeval.models.providers.endpoints import Endpoint
from pytest_llmeval.models.providers.hosted import Hosted
from pytest_llmeval.models.providers.openai_batches import OpenAIBatches
from pytest_llmeval.models.providers.openai_format import read_reply, request_body
from pytest_llmeval.models.providers.openai_stream import CompletionAssembly
from pytest_llmeval.models.providers.port import ProviderSettings
from pytest_llmeval.models.providers.streaming import receive
from pytest_llmeval.models.providers.thinking_text import split_thinking
from pytest_llmeval.models.request import Request

VERSION = "openai-chat-3"
PATH = "/chat/completions"


class _PlainClient(openai.AsyncOpenAI):
    """The SDK's client without what it would pick up from OPENAI_* variables and send to a host that is not OpenAI."""

    @property
    def default_headers(self) -> dict[str, str | openai.Omit]:
        return {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": f"AsyncOpenAI/Python {openai.__version__}",
            **self.auth_headers,
        }


class OpenAIChat(BatchDelegate):
    """Asks one endpoint through the openai SDK; made at its first request, closed when the session ends.

    Calls go through the SDK's ``post`` and come back as plain JSON: building its typed objects costs a third of the
    CPU time of a call and would hide what a compatible endpoint left out.

    Args:
        endpoint: Its row of the table.
        settings: What the session asks for.

    Raises:
        AuthenticationError: Where a key is needed and missing.
        ConfigurationError: Where there is no usable base URL.
    """

    def __init__(self, endpoint: Endpoint, settings: ProviderSettings) -> None:
        self._endpoint = endpoint
        self._hosted = Hosted(openai, endpoint, settings, VERSION)
        self.adapter_version = self._hosted.adapter_version
        make = openai.AsyncOpenAI if endpoint.reads_sdk_environment else _PlainClient
        self._client = make(**self._hosted.client_arguments())
        # An endpoint without a key gets no header at all: some refuse a made-up one.
        headers: dict[str, Any] = {} if self._hosted.key else {"Authorization": openai.Omit()}
        self._options: openai.RequestOptions = {"headers": headers}
        self._complete = self._in_pieces if settings.stream else self._in_one_piece
        self._provider_name = endpoint.name
        self._batches = (
            OpenAIBatches(self._client, self._hosted, endpoint, self._read) if endpoint.has_batches else None
        )

    async def complete(self, request: Request) -> Reply:
        """Ask once; see the port for what is raised."""
        reply = await self._complete(request)
        # With tools or a schema the text is for a program, which gets what the model wrote.
        is_for_program = bool(request.tools) or request.response_schema is not None
        if is_for_program or reply.thinking is not None or not self._endpoint.thinks_in_text:
            return reply
        thinking, text = split_thinking(reply.text)
        return replace(reply, text=text, thinking=thinking)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _in_one_piece(self, request: Request) -> Reply:
        body = request_body(request, self._endpoint)
        call = self._client.post(PATH, cast_to=object, body=body, options=self._options)
        return self._read(request.model, await self._hosted.ask(request.model, call))

    async def _in_pieces(self, request: Request) -> Reply:
        body = {**request_body(request, self._endpoint), "stream": True}
        if "stream_options" not in request.params.extra:  # set to none, it is left out where a server refuses it
            body["stream_options"] = {"include_usage": True}
        call = self._client.post(
            PATH, cast_to=object, body=body, options=self._options, stream=True, stream_cls=openai.AsyncStream[object]
        )
        got = await self._hosted.ask(request.model, receive(call, CompletionAssembly()))
        return replace(self._read(request.model, got.body), ttft_s=got.ttft_s, streamed_s=got.streamed_s)

    def _read(self, model: ModelName, got: object) -> Reply:
        if _is_error(got):
            raise self._hosted.errors.of_body(got, model)
        reply = read_reply(got)
        if reply is None:
            raise self._hosted.unreadable(model, "choices[0].message", got)
        return reply


def _is_error(got: object) -> bool:
    """Tell the error that OpenRouter and others send with status 200."""
    return isinstance(got, Mapping) and not got.get("choices") and bool(got.get("error"))
