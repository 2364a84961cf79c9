"""The server itself: real sockets in a thread of its own, every request recorded, every outcome scripted."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.loopback.batches import BatchDesk, BatchScript
from tests.loopback.dialects import ChatCompletions, Dialect, Messages
from tests.loopback.outcomes import Cut, Fail, Hang, Lapse, Outcome, Raw, Say, Stumble
from tests.loopback.scenario import Handler, Received, Scenario, drawn_latency

MOST_BYTES = 300_000_000
"""Of one request; a batch may be that large."""
DIALECTS: dict[str, Dialect] = {"/v1/chat/completions": ChatCompletions(), "/v1/messages": Messages()}


class LoopbackServer:
    """Lives from ``with`` to the end of its block; what it saw stays readable afterwards.

    Args:
        handler: What requests meet; by default every one is answered "ok" at once.
        port: Where to listen; 0 takes a free one.
        latency_s: Seconds before every outcome; by default what the handler says, if it says so.
        latency_sigma: How widely seconds are spread around that, as their median; 1.0 makes a heavy tail.
        keep_requests: Whether to remember the requests (a benchmark has no use for them).
        batches: What batches go through; their items meet what the handler says.
    """

    def __init__(
        self,
        handler: Handler | None = None,
        *,
        port: int = 0,
        latency_s: float | None = None,
        latency_sigma: float = 0.0,
        keep_requests: bool = True,
        batches: BatchScript | None = None,
    ) -> None:
        self.requests: list[Received] = []
        self.max_in_flight = 0
        self.connections = 0
        """How many connections were ever accepted."""
        self._handler: Handler = handler or Scenario()
        self._latency_s: float = getattr(self._handler, "latency_s", 0.0) if latency_s is None else latency_s
        self._latency_sigma = latency_sigma
        self._keep_requests = keep_requests
        self._port = port
        self._desk = BatchDesk(batches or BatchScript(), self._handler, DIALECTS)
        self._in_flight = 0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="loopback", daemon=True)
        self._loop: asyncio.AbstractEventLoop
        self._stopped: asyncio.Event

    @property
    def origin(self) -> str:
        """Return the address without a path: the base URL of the messages format."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def base_url(self) -> str:
        """Return the base URL of the chat-completions format."""
        return f"{self.origin}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the loopback server did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)
        if self._thread.is_alive():
            raise RuntimeError("the loopback server did not stop")

    async def _serve(self) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        protocols = web.Server(self._answer, request_factory=self._request)

        def accept() -> asyncio.BaseProtocol:
            self.connections += 1
            return protocols()

        listener = await self._loop.create_server(accept, "127.0.0.1", self._port, backlog=1024)
        self._port = listener.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopped.wait()
        listener.close()
        await protocols.shutdown(timeout=0)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self._in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self._in_flight)
        try:
            dialect = DIALECTS.get(request.path)
            if dialect is None and not self._desk.knows(request.method, request.path):
                return web.json_response({"error": {"message": f"no route for {request.path}"}}, status=404)
            received = await _receive(request)
            if self._keep_requests:
                self.requests.append(received)
            if self._latency_s:
                await asyncio.sleep(drawn_latency(self._latency_s, self._latency_sigma, received.text))
            if dialect is None:
                reply = self._desk.answer(received)
                return reply if isinstance(reply, web.Response) else await self._play(request, received, *reply)
            return await self._play(request, received, dialect, self._handler(received))
        finally:
            self._in_flight -= 1

    def _request(self, message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
        return web.BaseRequest(message, payload, protocol, writer, task, self._loop, client_max_size=MOST_BYTES)

    async def _play(
        self, request: web.BaseRequest, received: Received, dialect: Dialect, outcome: Outcome
    ) -> web.StreamResponse:
        match outcome:
            case Say():
                if received.body.get("stream"):
                    return await self._stream(request, received, dialect, Stumble(sys.maxsize, say=outcome))
                return _json(dialect.reply(outcome, received))
            case Stumble(_, then, say):
                if received.body.get("stream"):
                    return await self._stream(request, received, dialect, outcome)
                return await self._play(request, received, dialect, then or say)
            case Fail():
                message = f"{outcome.message}: {_key_of(received)}" if outcome.echo_key else outcome.message
                return _json(dialect.error(outcome, message), outcome.status, outcome.headers)
            case Raw(body, status, content_type, headers):
                return web.Response(text=body, status=status, content_type=content_type, headers=headers)
            case Hang(seconds):
                # A server that stops does not wait for it.
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopped.wait(), seconds)
                return web.Response(status=504)
            case Cut(inside_body):
                return await _cut(request, inside_body=inside_body)
            case Lapse():
                raise RuntimeError("only a request in a batch can lapse")

    async def _stream(
        self, request: web.BaseRequest, received: Received, dialect: Dialect, stumble: Stumble
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        for text in dialect.events(stumble.say, received)[: stumble.after]:
            if stumble.say.piece_delay_s:
                await asyncio.sleep(stumble.say.piece_delay_s)
            await response.write(text.encode())
        match stumble.then:
            case Fail():
                await response.write(dialect.error_event(stumble.then, stumble.then.message).encode())
            case Raw(body):
                await response.write(body.encode())
            case Hang(seconds):
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopped.wait(), seconds)
            case Cut() if request.transport is not None:
                request.transport.close()
        return response


async def _receive(request: web.BaseRequest) -> Received:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Received(request.path, headers, await _body(request), time.monotonic(), request.method)


async def _body(request: web.BaseRequest) -> dict[str, Any]:
    if request.content_type == "multipart/form-data":
        fields = await request.post()
        return {name: v.file.read() if isinstance(v, web.FileField) else v for name, v in fields.items()}
    content = await request.read()
    body: dict[str, Any] = json.loads(content) if content else {}
    return body


def _json(body: dict[str, Any], status: int = 200, headers: Any = None) -> web.Response:
    return web.Response(body=json.dumps(body).encode(), status=status, content_type="application/json", headers=headers)


def _key_of(received: Received) -> str:
    return received.headers.get("x-api-key") or received.headers.get("authorization", "")


async def _cut(request: web.BaseRequest, *, inside_body: bool) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
    if inside_body:
        await response.prepare(request)
        await response.write(b'{"id": "half')
    if request.transport is not None:
        request.transport.close()
    return response
