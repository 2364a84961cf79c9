"""The messages wire format of Anthropic: requests written and replies read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pytest_llmeval.errors import UnsupportedByProvider
from pytest_llmeval.models.answer import FinishReason, Reply, ToolCall, Usage
from pytest_llmeval.models.providers.json_reading import count, string
from pytest_llmeval.models.request import Message, Request, Tool

DEFAULT_MAX_TOKENS = 4096
"""The limit sent where none is asked for; the format demands one."""
FIXED_FIELDS = frozenset({"model", "messages", "system", "stream"})
"""What no extra parameter may set."""
THINKING = ("thinking", "redacted_thinking")
"""Blocks that the format wants back, signed as they came, with the turn that called tools."""

_FINISH_REASONS: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "refusal",
    "pause_turn": "other",
}


def request_body(request: Request) -> dict[str, Any]:
    """Write the request as the format's JSON.

    Raises:
        UnsupportedByProvider: For a seed, a system message inside the conversation, or a fixed field among the extras.
    """
    params = request.params
    _refuse(request)
    turns = list(request.messages)
    system = [request.system] if request.system else []
    while turns and turns[0]["role"] == "system":
        system.append(str(turns.pop(0)["content"]))
    if any(turn["role"] == "system" for turn in turns):
        raise UnsupportedByProvider(f"{request.model}: takes system messages at the beginning only; move it there")
    optional = {
        "system": "\n\n".join(system) or None,
        "temperature": params.temperature,
        "top_p": params.top_p,
        "stop_sequences": list(params.stop) if params.stop else None,
        "tools": [_tool(tool) for tool in request.tools] or None,
        "output_config": _output_config(request),
    }
    return {
        "model": request.model.model,
        "max_tokens": DEFAULT_MAX_TOKENS if params.max_tokens is None else params.max_tokens,
        "messages": _messages(turns),
        **{name: value for name, value in params.extra.items() if value is not None},
        **{name: value for name, value in optional.items() if value is not None},
    }


def read_reply(got: object) -> Reply | None:
    """Read the content blocks of a message, or return None where there is no list of them."""
    body = got if isinstance(got, Mapping) else {}
    content = body.get("content")
    if not isinstance(content, list):
        return None
    blocks = [block for block in content if isinstance(block, Mapping)]
    calls = tuple(_tool_call(block) for block in blocks if block.get("type") == "tool_use")
    thought = [dict(block) for block in blocks if block.get("type") in THINKING]
    return Reply(
        text=_joined(blocks, "text"),
        finish_reason=_FINISH_REASONS.get(str(body.get("stop_reason")), "other"),
        tool_calls=calls,
        usage=_usage(body.get("usage")),
        served_model=string(body.get("model")),
        thinking=_joined(blocks, "thinking") or None,
        carried={"thinking_blocks": thought} if thought and calls else {},
    )


def _refuse(request: Request) -> None:
    if request.params.seed is not None:
        raise UnsupportedByProvider(f"{request.model}: takes no seed; add --llm-param seed=none")
    refused = sorted(FIXED_FIELDS & request.params.extra.keys())
    if refused:
        raise UnsupportedByProvider(f"{request.model}: parameter {refused[0]!r} cannot be set; remove it")


def _output_config(request: Request) -> dict[str, Any] | None:
    """Put the schema beside what the caller set there (``extra={"output_config": {"effort": "low"}}``)."""
    if request.response_schema is None:
        return None
    own = request.params.extra.get("output_config") or {}
    return {**own, "format": {"type": "json_schema", "schema": dict(request.response_schema)}}


def _messages(turns: list[Message]) -> list[Message]:
    """Write the turns; results of tools called together go into one turn, as the format wants them."""
    written: list[Message] = []
    previous = ""
    for turn in turns:
        if turn["role"] == "assistant" and not turn.get("content") and not turn.get("tool_calls"):
            continue  # the format refuses a turn without content, and reads the user's turns around it as one
        message = _message(turn)
        if turn["role"] == previous == "tool":
            written[-1]["content"].extend(message["content"])
        else:
            written.append(message)
        previous = turn["role"]
    return written


def _message(turn: Message) -> Message:
    content = turn.get("content")
    if turn["role"] == "tool":
        result = {"type": "tool_result", "tool_use_id": turn.get("tool_call_id", ""), "content": content}
        return {"role": "user", "content": [{**result, "is_error": True} if turn.get("is_error") else result]}
    if not turn.get("tool_calls"):
        return {"role": turn["role"], "content": content}
    said = content if isinstance(content, list) else [{"type": "text", "text": content}] if content else []
    thought = turn.get("thinking_blocks") or []
    return {"role": turn["role"], "content": [*thought, *said, *(_tool_use(call) for call in turn["tool_calls"])]}


def _tool_use(call: Mapping[str, Any]) -> dict[str, Any]:
    given = call.get("arguments")
    # The format takes an object; what the model wrote in place of one is not to be had here.
    arguments = given if isinstance(given, Mapping) else {}
    return {"type": "tool_use", "id": call.get("id", ""), "name": call["name"], "input": arguments}


def _tool(tool: Tool) -> dict[str, Any]:
    return {"name": tool.name, "description": tool.description, "input_schema": dict(tool.parameters)}


def _tool_call(block: Mapping[str, Any]) -> ToolCall:
    given = block.get("input")
    arguments = dict(given) if isinstance(given, Mapping) else {}
    unread = None if isinstance(given, Mapping) else given if isinstance(given, str) else json.dumps(given)
    return ToolCall(string(block.get("name")) or "", arguments, string(block.get("id")) or "", unread)


def _usage(usage: object) -> Usage:
    counts: Mapping[str, Any] = usage if isinstance(usage, Mapping) else {}
    fresh, stored, cached = (
        count(counts, name) for name in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    )
    # What was written to the cache or read from it is not part of input_tokens here.
    read = None if fresh is None else fresh + (stored or 0) + (cached or 0)
    thought = count(counts.get("output_tokens_details"), "thinking_tokens")
    return Usage(read, count(counts, "output_tokens"), cached, thought)


def _joined(blocks: list[Mapping[str, Any]], kind: str) -> str:
    return "".join(string(block.get(kind)) or "" for block in blocks if block.get("type") == kind)
