"""A streamed reply: events put together to what the unstreamed reply would have been, with the times of its tokens."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterable, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol


class EventStream(AbstractAsyncContextManager[Any], AsyncIterable[object], Protocol):
    """What the streams of both official SDKs have in common; leaving its block closes the connection."""

    response: Any


class Assembly(Protocol):
    """Puts the events of one wire format together; made for each reply."""

    def add(self, event: object) -> bool:
        """Take in an event, and say whether it held a token of text, thinking or a tool call.

        Raises:
            ValueError: Where it is nothing the wire format knows.
        """
        ...

    @property
    def is_complete(self) -> bool:
        """Whether the model said why it stopped; before that, the reply is a torn one."""
        ...

    def body(self) -> object:
        """Return the body of the unstreamed reply."""
        ...


@dataclass(frozen=True, slots=True)
class Streamed:
    """The body of a reply that came in pieces."""

    body: object
    ttft_s: float | None = None
    """Seconds from sending to the first token; None where there was none, or where the reply came in one piece."""
    streamed_s: float | None = None
    """Seconds from the first token to the last."""


async def receive(
    stream: Awaitable[EventStream], assembly: Assembly, clock: Callable[[], float] = time.perf_counter
) -> Streamed:
    """Send a request, and put its reply together to the end.

    Args:
        stream: Sends the request when awaited.
        assembly: Takes the events.
        clock: Seconds, monotonic.

    Raises:
        ConnectionError: Where the events end before the reply does.
    """
    sent = clock()
    first = last = None
    async with await stream as events:
        if not _is_event_stream(events.response):
            # A server that does not stream answers in one piece, as do gateways that report an error with status 200.
            return Streamed(json.loads(await events.response.aread()))
        async for event in events:
            if assembly.add(event):
                last = clock()
                first = last if first is None else first
    if not assembly.is_complete:
        raise ConnectionError("the stream ended before the answer did")
    if first is None or last is None:
        return Streamed(assembly.body())
    return Streamed(assembly.body(), first - sent, last - first)


def _is_event_stream(response: Any) -> bool:
    return "event-stream" in str(response.headers.get("content-type", "event-stream"))
