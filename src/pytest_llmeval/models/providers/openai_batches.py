"""Batches of OpenAI: a file of requests goes up, a batch is made of it, files of results come down."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Mapping
from typing import Any
from urllib.parse import quote

import openai

from pytest_llmeval.errors import UnsupportedByProvider
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.providers.batch_port import BatchLimits, BatchState, BatchStatus
from pytest_llmeval.models.providers.batching import (
    TRANSFER_S,
    BatchCalls,
    Outcome,
    ReadReply,
    cancel_unless_over,
    check_requests,
    outcome_of,
)
from pytest_llmeval.models.providers.endpoints import Endpoint
from pytest_llmeval.models.providers.hosted import Hosted
from pytest_llmeval.models.providers.json_reading import count, string
from pytest_llmeval.models.providers.openai_format import request_body
from pytest_llmeval.models.request import Request

LIMITS = BatchLimits(max_requests=50_000, max_bytes=200_000_000)
"""https://platform.openai.com/docs/guides/batch: "up to 50,000 requests, and ... up to 200 MB in size"."""
PATH = "/batches"
ANSWERED_AT = "/v1/chat/completions"

_STATUSES: dict[str, BatchStatus] = {
    "completed": "ended",
    "failed": "failed",
    "expired": "expired",
    "cancelled": "cancelled",
}
"""All others (validating, in_progress, finalizing, cancelling) are on the way to one of these."""


class OpenAIBatches:
    """Speaks the batch interface with an adapter's client; see the port.

    Args:
        client: The adapter's.
        hosted: The adapter's.
        endpoint: Its row of the table.
        read: Reads the body of a completion.
    """

    batch_limits = LIMITS

    def __init__(self, client: openai.AsyncOpenAI, hosted: Hosted, endpoint: Endpoint, read: ReadReply) -> None:
        self._client = client
        self._hosted = hosted
        self._endpoint = endpoint
        self._read = read
        self._calls = BatchCalls(hosted, endpoint.name, PATH)

    def batch_bytes(self, custom_id: str, request: Request) -> int:
        """Return the length of the request's line in the file."""
        return len(self._line(custom_id, request))

    async def submit_batch(self, requests: Mapping[str, Request]) -> str:
        """Send the file, and make a batch of it; all requests must be to one model.

        "Each input file can only include requests to a single model": https://platform.openai.com/docs/guides/batch.
        """
        check_requests(requests)
        model, *others = dict.fromkeys(request.model for request in requests.values())
        if others:
            raise UnsupportedByProvider(f"{model}: a batch takes one model only, not {others[0]} as well; send another")
        content = b"".join(self._line(custom_id, request) for custom_id, request in requests.items())
        file_id = self._id(model, await self._hosted.ask(model, self._upload(content), least_s=TRANSFER_S))
        body = {"input_file_id": file_id, "endpoint": ANSWERED_AT, "completion_window": "24h"}
        return self._id(model, await self._hosted.ask(model, self._client.post(PATH, cast_to=object, body=body)))

    async def batch_state(self, batch_id: str) -> BatchState:
        """Ask for the batch."""
        return self._state(batch_id, await self._batch(batch_id))

    async def batch_results(self, batch_id: str) -> AsyncIterator[tuple[str, Outcome]]:
        """Fetch the file of answers and the file of errors."""
        batch = await self._batch(batch_id)
        self._calls.demand_results(self._state(batch_id, batch))
        found = [string(batch.get(name)) for name in ("output_file_id", "error_file_id")]
        files = [await self._content(batch_id, file_id) for file_id in found if file_id]
        for content in files:
            for line in self._calls.lines(batch_id, content):
                yield line["custom_id"], self._outcome(batch_id, line)

    async def cancel_batch(self, batch_id: str) -> None:
        """Call the batch off."""
        call = self._client.post(f"{self._calls.path(batch_id)}/cancel", cast_to=object)
        await cancel_unless_over(self._calls.about(batch_id, call), lambda: self.batch_state(batch_id))

    def _line(self, custom_id: str, request: Request) -> bytes:
        body = request_body(request, self._endpoint)
        line = {"custom_id": custom_id, "method": "POST", "url": ANSWERED_AT, "body": body}
        return json.dumps(line, ensure_ascii=False).encode() + b"\n"

    def _upload(self, content: bytes) -> Awaitable[object]:
        return self._client.post(
            "/files",
            cast_to=object,
            body={"purpose": "batch"},
            files={"file": ("batch.jsonl", content)},
            options={"headers": {"Content-Type": "multipart/form-data"}},  # what the SDK adds the boundary to
        )

    def _id(self, model: ModelName, made: object) -> str:
        found = string(made.get("id")) if isinstance(made, Mapping) else None
        if not found:
            raise self._hosted.unreadable(model, "id", made)
        return found

    async def _batch(self, batch_id: str) -> Mapping[str, Any]:
        got = await self._calls.about(batch_id, self._client.get(self._calls.path(batch_id), cast_to=object))
        if not isinstance(got, Mapping) or string(got.get("status")) is None:
            raise self._hosted.unreadable(self._calls.name(batch_id), "batch status", got)
        return got

    def _state(self, batch_id: str, batch: Mapping[str, Any]) -> BatchState:
        counts = batch.get("request_counts")
        note = self._note(batch.get("errors"))
        return BatchState(
            batch_id,
            _STATUSES.get(batch["status"], "in_progress"),
            total=count(counts, "total") or None,  # 0 while the file is being validated
            succeeded=count(counts, "completed") or 0,
            errored=count(counts, "failed") or 0,
            note=note,
        )

    def _note(self, errors: object) -> str | None:
        listed = errors.get("data") if isinstance(errors, Mapping) else None
        first = listed[0] if isinstance(listed, list) and listed else None
        if not isinstance(first, Mapping):
            return None
        place = f"line {first['line']}: " if first.get("line") else ""
        return place + self._hosted.errors.quote(str(first.get("message") or first.get("code")))

    async def _content(self, batch_id: str, file_id: str) -> bytes:
        call = self._client.get(f"/files/{quote(file_id, safe='')}/content", cast_to=bytes)
        return await self._calls.about(batch_id, call, least_s=TRANSFER_S)

    def _outcome(self, batch_id: str, line: Mapping[str, Any]) -> Outcome:
        model, response, error = self._calls.name(batch_id), line.get("response"), line.get("error")
        if isinstance(response, Mapping):
            status = count(response, "status_code") or 0
            if 200 <= status < 300:
                return outcome_of(self._read, model, response.get("body"))
            return self._hosted.errors.of_status(status or 502, response.get("body"), model)
        code = error.get("code") if isinstance(error, Mapping) else None
        if code == "batch_expired":
            return self._calls.expired(batch_id)
        if code == "batch_cancelled":
            return self._calls.cancelled(batch_id)
        return self._hosted.errors.of_body(error, model)
