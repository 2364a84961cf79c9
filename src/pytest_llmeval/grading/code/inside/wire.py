"""The wire between the process that tests and the one that is tested: each can ask the other, one at a time."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

LONGEST = 32 << 20
"""Bytes of one message."""
_HEAD = struct.Struct("!I")


class Broken(Exception):
    """The other end is gone, late, or speaks no sense; says which."""


class Wire:
    """One end.

    Args:
        end: A connected stream.
        deadline: On the monotonic clock, when waiting ends; None to wait for ever.
    """

    def __init__(self, end: socket.socket, deadline: float | None = None) -> None:
        self._end = end
        self._deadline = deadline
        self.handle: Callable[[list[Any]], Any] = _nothing
        """Answers what the other end asks."""

    def ask(self, *question: object) -> Any:
        """Ask, and answer what the other end asks meanwhile.

        Raises:
            Broken: Where no answer comes.
        """
        self._send(["ask", *question])
        while True:
            kind, *rest = self._receive()
            if kind == "answer" and len(rest) == 1:
                return rest[0]
            if kind == "violation" and rest:
                raise Broken(f"it tried to {rest[0]}")
            if kind != "ask" or not rest:
                raise Broken("it spoke no sense")
            self._send(["answer", self.handle(rest)])

    def serve(self) -> None:
        """Answer what the other end asks, until it is gone."""
        while True:
            _, *question = self._receive()
            self._send(["answer", self.handle(question)])

    def tell(self, *words: object) -> None:
        """Say something that wants no answer."""
        self._send(list(words))

    def _send(self, message: list[object]) -> None:
        body = json.dumps(message).encode()
        if len(body) > LONGEST:
            body = json.dumps(
                ["answer", ["raise", ["OverflowError", "OverflowError", "a value is too large"]]]
            ).encode()
        self._patience()
        try:
            self._end.sendall(_HEAD.pack(len(body)) + body)
        except TimeoutError:
            raise Broken("it did not answer in time") from None
        except OSError:
            raise Broken("it ended") from None

    def _receive(self) -> list[Any]:
        (length,) = _HEAD.unpack(self._exactly(_HEAD.size))
        if length > LONGEST:
            raise Broken("it spoke no sense")
        try:
            message = json.loads(self._exactly(length))
        except (ValueError, RecursionError):
            raise Broken("it spoke no sense") from None
        if not isinstance(message, list) or not message:
            raise Broken("it spoke no sense")
        return message

    def _exactly(self, count: int) -> bytes:
        parts = []
        while count:
            self._patience()
            try:
                part = self._end.recv(min(count, 1 << 16))
            except TimeoutError:
                raise Broken("it did not answer in time") from None
            except OSError:
                part = b""
            if not part:
                raise Broken("it ended")
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def _patience(self) -> None:
        if self._deadline is not None:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise Broken("it did not answer in time")
            self._end.settimeout(left)


def _nothing(_: list[Any]) -> Any:
    raise Broken("it spoke no sense")
