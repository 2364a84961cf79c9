"""The chat-completions wire format: requests written and replies read, for OpenAI and all who speak it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pytest_llmeval.errors import UnsupportedByProvider
from pytest_llmeval.models.answer import FinishReason, Reply, ToolCall, Usage
from pytest_llmeval.models.providers.endpoints import Endpoint
from pytest_llmeval.models.providers.json_reading import count, joined_text, string
from pytest_llmeval.models.request import Message, Request, Tool

FIXED_FIELDS = frozenset({"model", "messages", "n", "stream"})
"""What no extra parameter may set: samples and streaming are not the caller's business."""
CARRIED = ("reasoning_content", "reasoning_details")
"""What some endpoints want back with the turn that called tools: DeepSeek the one, OpenRouter the other."""
OURS = frozenset({"is_error", "thinking_blocks"})
"""Fields of a turn that only another format has a place for; strict servers refuse what they do not know."""

_FINISH_REASONS: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
}


def request_body(request: Request, endpoint: Endpoint) -> dict[str, Any]:
    """Write the request as the endpoint's JSON.

    Raises:
        UnsupportedByProvider: Where an extra parameter is not the caller's to set.
    """
    params = request.params
    refused = sorted(FIXED_FIELDS & params.extra.keys())
    if refused:
        raise UnsupportedByProvider(f"{request.model}: parameter {refused[0]!r} cannot be set; remove it")
    system: list[Message] = [{"role": "system", "content": request.system}] if request.system else []
    optional = {
        "temperature": params.temperature,
        "top_p": params.top_p,
        "seed": params.seed,
        endpoint.max_tokens_name: params.max_tokens,
        "stop": list(params.stop) if params.stop else None,
        "tools": [_tool(tool) for tool in request.tools] or None,
        "response_format": None if request.response_schema is None else _response_format(request.response_schema),
    }
    return {
        "model": request.model.model,
        "messages": [_message(turn) for turn in (*system, *request.messages)],
        **{name: value for name, value in optional.items() if value is not None},
        **{name: value for name, value in params.extra.items() if value is not None},
    }


def read_reply(got: object) -> Reply | None:
    """Read the first choice of a completion, or return None where it has none with a message."""
    body = got if isinstance(got, Mapping) else {}
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, Mapping) else None
    if not isinstance(choice, Mapping) or not isinstance(message, Mapping):
        return None
    calls = tuple(_tool_calls(message))
    refusal = string(message.get("refusal"))
    return Reply(
        text=joined_text(message.get("content")) or refusal or "",
        finish_reason="refusal" if refusal else _finish_reason(choice.get("finish_reason"), calls),
        tool_calls=calls,
        usage=_usage(body.get("usage")),
        served_model=string(body.get("model")),
        system_fingerprint=string(body.get("system_fingerprint")),
        # reasoning_content: DeepSeek, vLLM; reasoning: OpenRouter, Ollama.
        thinking=string(message.get("reasoning_content")) or string(message.get("reasoning")),
        token_logprobs=_token_logprobs(choice.get("logprobs")),
        token_alternatives=_token_alternatives(choice.get("logprobs")),
        carried={name: message[name] for name in CARRIED if message.get(name)} if calls else {},
    )


def fits_strict_mode(schema: object) -> bool:
    """Say whether a schema keeps to what strict mode demands: closed objects with every property required.

    Where it does not, it is sent with ``strict: false``, as a guide; strict mode would refuse the whole request.
    See https://platform.openai.com/docs/guides/structured-outputs#supported-schemas.
    """
    if isinstance(schema, list):
        return all(fits_strict_mode(part) for part in schema)
    if not isinstance(schema, Mapping):
        return True
    if schema.keys() & {"allOf", "oneOf", "not", "if", "dependentRequired", "dependentSchemas", "patternProperties"}:
        return False
    properties = schema.get("properties")
    if schema.get("type") == "object" or isinstance(properties, Mapping):
        named = set(properties) if isinstance(properties, Mapping) else set()
        required = schema.get("required")
        if schema.get("additionalProperties") is not False or set(required or ()) != named:
            return False
    named_parts = [
        schema[key] for key in ("properties", "$defs", "definitions") if isinstance(schema.get(key), Mapping)
    ]
    parts = [part for group in named_parts for part in group.values()]
    return all(fits_strict_mode(part) for part in (*parts, schema.get("items"), schema.get("anyOf")))


def _message(turn: Message) -> Message:
    calls = turn.get("tool_calls")
    turn = {name: value for name, value in turn.items() if name not in OURS}
    if not calls:
        return turn
    return {**turn, "content": turn.get("content") or None, "tool_calls": [_call(call) for call in calls]}


def _call(call: Mapping[str, Any]) -> Mapping[str, Any]:
    if "function" in call:
        return call
    arguments = call.get("arguments") or {}
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    written = {"id": call.get("id", ""), "type": "function", "function": {"name": call["name"], "arguments": text}}
    return {**(call.get("extra") or {}), **written}


def _tool(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function}


def _response_format(schema: Mapping[str, Any]) -> dict[str, Any]:
    name = re.sub(r"[^\w-]", "_", str(schema.get("title") or "answer"), flags=re.ASCII)[:64]
    return {
        "type": "json_schema",
        "json_schema": {
            "name": name,
            "schema": dict(schema),
            "strict": schema.get("type") == "object" and fits_strict_mode(schema),
        },
    }


def _tool_calls(message: Mapping[str, Any]) -> Iterator[ToolCall]:
    calls = message.get("tool_calls")
    for call in calls if isinstance(calls, list) else ():
        function = call.get("function") if isinstance(call, Mapping) else None
        if not isinstance(function, Mapping):
            continue
        raw = function.get("arguments")
        arguments, unread = _arguments(raw)
        # Gemini's signature of a call stands here, and the next request is refused without it.
        extra = {"extra_content": call["extra_content"]} if call.get("extra_content") else {}
        yield ToolCall(string(function.get("name")) or "", arguments, string(call.get("id")) or "", unread, extra)


def _arguments(raw: object) -> tuple[dict[str, Any], str | None]:
    if isinstance(raw, Mapping):  # some compatible servers send the object itself
        return dict(raw), None
    try:
        read = json.loads(raw) if isinstance(raw, str) and raw.strip() else {}
    except ValueError:
        read = None
    return (read, None) if isinstance(read, dict) else ({}, str(raw))


def _finish_reason(reason: object, calls: tuple[ToolCall, ...]) -> FinishReason:
    word = str(reason).partition(":")[0]  # Gemini adds a detail: "content_filter: RECITATION"
    known = _FINISH_REASONS.get(word, "other")
    return "tool_calls" if calls and known == "stop" else known


def _token_logprobs(logprobs: object) -> tuple[float, ...] | None:
    """Read those of the text's tokens; None where there are none, or any is no logarithm of a probability."""
    return _logprobs(_tokens(logprobs))


def _token_alternatives(logprobs: object) -> tuple[tuple[float, ...], ...] | None:
    """Read those of the likeliest tokens in each place; None where any place has none."""
    content = _tokens(logprobs)
    tokens = content if isinstance(content, list) else []
    places = [_logprobs(token.get("top_logprobs")) if isinstance(token, Mapping) else None for token in tokens]
    found = [one for one in places if one is not None]
    return tuple(found) if found and len(found) == len(places) else None


def _tokens(logprobs: object) -> object:
    return logprobs.get("content") if isinstance(logprobs, Mapping) else None


def _logprobs(content: object) -> tuple[float, ...] | None:
    tokens = content if isinstance(content, list) else []
    given = [token.get("logprob") if isinstance(token, Mapping) else None for token in tokens]
    found = [min(0.0, float(one)) for one in given if isinstance(one, int | float) and math.isfinite(one)]
    return tuple(found) if found and len(found) == len(given) else None  # above 0: some servers round a hair too high


def _usage(usage: object) -> Usage:
    counts: Mapping[str, Any] = usage if isinstance(usage, Mapping) else {}
    read, written, total = (count(counts, name) for name in ("prompt_tokens", "completion_tokens", "total_tokens"))
    if read is not None and written is not None and total is not None:
        # Gemini leaves thinking out of completion_tokens but not out of the total.
        written = max(written, total - read)
    return Usage(
        read,
        written,
        count(counts.get("prompt_tokens_details"), "cached_tokens"),
        count(counts.get("completion_tokens_details"), "reasoning_tokens"),
    )
