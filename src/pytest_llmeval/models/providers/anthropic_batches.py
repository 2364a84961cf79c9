"""Message batches of Anthropic: requests go up in one call, results come down in one file."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import anthropic

from pytest_llmeval.models.providers.anthropic_format import request_body
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
from pytest_llmeval.models.request import Request

LIMITS = BatchLimits(max_requests=100_000, max_bytes=256_000_000)
"""https://platform.claude.com/docs/en/build-with-claude/batch-processing: "100,000 Message requests or 256 MB"."""
PATH = "/v1/messages/batches"


class AnthropicBatches:
    """Speaks the batch interface with an adapter's client; see the port.

    Args:
        client: The adapter's.
        hosted: The adapter's.
        endpoint: Its row of the table.
        read: Reads the body of a message.
    """

    batch_limits = LIMITS

    def __init__(self, client: anthropic.AsyncAnthropic, hosted: Hosted, endpoint: Endpoint, read: ReadReply) -> None:
        self._client = client
        self._hosted = hosted
        self._read = read
        self._calls = BatchCalls(hosted, endpoint.name, PATH)

    def batch_bytes(self, custom_id: str, request: Request) -> int:
        """Return the length of the request in the body, with the comma after it."""
        return len(json.dumps(_item(custom_id, request), ensure_ascii=False).encode()) + 1

    async def submit_batch(self, requests: Mapping[str, Request]) -> str:
        """Send the requests; they may be to several models."""
        check_requests(requests)
        model = next(iter(requests.values())).model
        body = {"requests": [_item(custom_id, request) for custom_id, request in requests.items()]}
        call = self._client.post(PATH, cast_to=object, body=body)
        made = await self._hosted.ask(model, call, least_s=TRANSFER_S)
        batch_id = string(made.get("id")) if isinstance(made, Mapping) else None
        if batch_id is None:
            raise self._hosted.unreadable(model, "batch id", made)
        return batch_id

    async def batch_state(self, batch_id: str) -> BatchState:
        """Ask for the batch."""
        got = await self._calls.about(batch_id, self._client.get(self._calls.path(batch_id), cast_to=object))
        if not isinstance(got, Mapping) or string(got.get("processing_status")) is None:
            raise self._hosted.unreadable(self._calls.name(batch_id), "batch status", got)
        return _state(batch_id, got)

    async def batch_results(self, batch_id: str) -> AsyncIterator[tuple[str, Outcome]]:
        """Fetch the file of results.

        From its documented place and not from the address the batch names: the key goes along.
        """
        self._calls.demand_results(await self.batch_state(batch_id))
        call = self._client.get(f"{self._calls.path(batch_id)}/results", cast_to=bytes)
        content = await self._calls.about(batch_id, call, least_s=TRANSFER_S)
        for line in self._calls.lines(batch_id, content):
            yield line["custom_id"], self._outcome(batch_id, line.get("result"))

    async def cancel_batch(self, batch_id: str) -> None:
        """Call the batch off."""
        call = self._client.post(f"{self._calls.path(batch_id)}/cancel", cast_to=object)
        await cancel_unless_over(self._calls.about(batch_id, call), lambda: self.batch_state(batch_id))

    def _outcome(self, batch_id: str, result: object) -> Outcome:
        told: Mapping[str, Any] = result if isinstance(result, Mapping) else {}
        model = self._calls.name(batch_id)
        match told.get("type"):
            case "succeeded":
                return outcome_of(self._read, model, told.get("message"))
            case "expired":
                return self._calls.expired(batch_id)
            case "canceled":
                return self._calls.cancelled(batch_id)
            case "errored":
                return self._hosted.errors.of_body(told.get("error"), model)
        return self._hosted.unreadable(model, "known type of result", result)


def _item(custom_id: str, request: Request) -> dict[str, Any]:
    return {"custom_id": custom_id, "params": request_body(request)}


def _state(batch_id: str, batch: Mapping[str, Any]) -> BatchState:
    counts = batch.get("request_counts")
    tally = {name: count(counts, name) or 0 for name in ("processing", "succeeded", "errored", "canceled", "expired")}
    return BatchState(
        batch_id,
        _status(batch, tally),
        total=sum(tally.values()) or None,
        succeeded=tally["succeeded"],
        errored=tally["errored"] + tally["canceled"] + tally["expired"],
    )


def _status(batch: Mapping[str, Any], tally: Mapping[str, int]) -> BatchStatus:
    """Tell how a batch ended, for which the format has one word only."""
    if batch["processing_status"] != "ended":
        return "in_progress"
    if batch.get("cancel_initiated_at") is not None:
        return "cancelled"
    return "expired" if tally["expired"] else "ended"
