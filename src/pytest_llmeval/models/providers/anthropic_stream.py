"""The events of a streamed message, put together to the message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pytest_llmeval.models.providers.json_reading import string

PIECES = {"text_delta": "text", "thinking_delta": "thinking"}
"""Kinds of deltas, and the field of the block that they grow."""


class MessageAssembly:
    """Takes events as https://platform.claude.com/docs/en/build-with-claude/streaming describes them."""

    def __init__(self) -> None:
        self._message: dict[str, Any] = {}
        self._usage: dict[str, Any] = {}
        self._blocks: dict[object, dict[str, Any]] = {}
        self._pieces: dict[object, list[str]] = {}

    @property
    def is_complete(self) -> bool:
        """Whether a reason to stop came."""
        return string(self._message.get("stop_reason")) is not None

    def add(self, event: object) -> bool:
        """Take in an event; see the port."""
        if not isinstance(event, Mapping):
            raise ValueError(f"an event is no JSON object: {event!r}")
        match event.get("type"):
            case "message_start":
                self._update(event.get("message"), event.get("message"))
            case "content_block_start":
                return self._start(event.get("index"), event.get("content_block"))
            case "content_block_delta":
                return self._grow(event.get("index"), event.get("delta"))
            case "message_delta":
                self._update(event.get("delta"), event)
        return False  # of the others, none says anything that is not in these, and new kinds may come

    def body(self) -> dict[str, Any]:
        """Return the message."""
        return {**self._message, "usage": self._usage, "content": [self._block(index) for index in self._blocks]}

    def _update(self, told: object, holder: object) -> None:
        if isinstance(told, Mapping):
            self._message.update({name: value for name, value in told.items() if value is not None})
        usage = holder.get("usage") if isinstance(holder, Mapping) else None
        if isinstance(usage, Mapping):  # cumulative: the last word counts
            self._usage.update({name: value for name, value in usage.items() if value is not None})

    def _start(self, index: object, block: object) -> bool:
        if not isinstance(block, Mapping):
            raise ValueError("a content block starts without a block")
        field = PIECES.get(f"{block.get('type')}_delta", "")
        self._blocks[index] = dict(block)
        self._pieces[index] = [string(block.get(field)) or ""]
        return block.get("type") == "tool_use" or bool(self._pieces[index][0])

    def _grow(self, index: object, delta: object) -> bool:
        if not isinstance(delta, Mapping) or index not in self._blocks:
            raise ValueError(f"a delta belongs to no content block: {delta!r}")
        kind = str(delta.get("type"))
        if kind == "signature_delta":
            signed = string(self._blocks[index].get("signature")) or ""
            self._blocks[index]["signature"] = signed + (string(delta.get("signature")) or "")
            return False
        piece = string(delta.get("partial_json" if kind == "input_json_delta" else PIECES.get(kind, ""))) or ""
        self._pieces[index].append(piece)
        return bool(piece)

    def _block(self, index: object) -> dict[str, Any]:
        block, written = self._blocks[index], "".join(self._pieces[index])
        kind = str(block.get("type"))
        if kind == "tool_use":
            return {**block, "input": _input(written)} if written else block
        field = PIECES.get(f"{kind}_delta")
        return {**block, field: written} if field else block


def _input(written: str) -> object:
    """Read a tool's input; what is no JSON, as where the limit cut it off, stays text."""
    try:
        return json.loads(written)
    except ValueError:
        return written
