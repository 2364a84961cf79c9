"""Answers taken apart into the events of a stream, as each wire format sends them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any


def event(data: object, name: str | None = None) -> str:
    """Write one server-sent event; text is sent as it is, anything else as JSON."""
    written = data if isinstance(data, str) else json.dumps(data)
    return f"event: {name}\ndata: {written}\n\n" if name else f"data: {written}\n\n"


def completion_events(reply: dict[str, Any], *, include_usage: bool) -> list[str]:
    """Take a completion apart into chunks, from the role to ``[DONE]``."""
    (choice,) = reply["choices"]
    deltas = [{"role": "assistant", "content": ""}, *_deltas(choice["message"])]
    choices = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    choices.append({"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]})
    choices[1]["logprobs"] = choice["logprobs"]
    whole = {**reply, "object": "chat.completion.chunk", "usage": None}
    chunks = [{**whole, "choices": [choice]} for choice in choices]
    if include_usage:
        chunks.append({**whole, "choices": [], "usage": reply["usage"]})
    return [*map(event, chunks), event("[DONE]")]


def message_events(reply: dict[str, Any]) -> list[str]:
    """Take a message apart into its events, a ping among them."""
    usage = reply["usage"]
    begun = {**reply, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": begun}, {"type": "ping"}]
    for index, block in enumerate(reply["content"]):
        events += [{**part, "index": index} for part in _block_events(block)]
    delta = {"stop_reason": reply["stop_reason"], "stop_sequence": None}
    last = {"output_tokens": usage["output_tokens"]}
    events += [{"type": "message_delta", "delta": delta, "usage": last}, {"type": "message_stop"}]
    return [event(data, data["type"]) for data in events]


def _deltas(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in ("reasoning_content", "content", "refusal"):
        for piece in _pieces(message.get(name) or ""):
            yield {name: piece}
    for index, call in enumerate(message.get("tool_calls", ())):
        function = {**call["function"], "arguments": ""}
        yield {"tool_calls": [{**call, "index": index, "function": function}]}
        for half in _halves(call["function"]["arguments"]):
            yield {"tool_calls": [{"index": index, "function": {"arguments": half}}]}


def _block_events(block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    kind = block["type"]
    empty: dict[str, Any] = {"text": "", "thinking": "", "signature": "", "input": {}}
    begun = {name: empty.get(name, value) for name, value in block.items()}
    yield {"type": "content_block_start", "content_block": begun}
    for delta in _block_deltas(kind, block):
        yield {"type": "content_block_delta", "delta": delta}
    yield {"type": "content_block_stop"}


def _block_deltas(kind: str, block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if kind == "tool_use":
        for half in ("", *_halves(json.dumps(block["input"]))):
            yield {"type": "input_json_delta", "partial_json": half}
        return
    for piece in _pieces(block[kind]):
        yield {"type": f"{kind}_delta", kind: piece}
    if kind == "thinking":
        yield {"type": "signature_delta", "signature": block["signature"]}


def _pieces(text: str) -> list[str]:
    return re.findall(r"\s*\S+|\s+$", text)


def _halves(text: str) -> tuple[str, str]:
    return text[: len(text) // 2], text[len(text) // 2 :]
