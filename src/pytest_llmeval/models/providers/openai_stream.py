"""The chunks of a streamed chat completion, put together to the completion."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_llmeval.models.providers.json_reading import joined_text, string

WHOLE_FIELDS = ("model", "system_fingerprint", "usage")
"""What stands in a chunk as it would stand in the completion; the usage comes in the last one."""
GROWING_FIELDS = ("content", "refusal", "reasoning_content", "reasoning")
"""What a message is written into piece by piece."""


@dataclass(slots=True)
class _CallInPieces:
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)
    extra_content: object = None

    def wire(self) -> dict[str, Any]:
        written = {"id": self.id, "function": {"name": self.name, "arguments": "".join(self.arguments)}}
        return {**written, "extra_content": self.extra_content} if self.extra_content else written


class CompletionAssembly:
    """Takes chunks as https://platform.openai.com/docs/api-reference/chat-streaming describes them."""

    def __init__(self) -> None:
        self._whole: dict[str, Any] = {}
        self._texts: dict[str, list[str]] = {name: [] for name in GROWING_FIELDS}
        self._calls: list[_CallInPieces] = []
        self._open: dict[object, _CallInPieces] = {}
        self._finish_reason: str | None = None
        self._logprobs: list[object] = []

    @property
    def is_complete(self) -> bool:
        """Whether a finish reason came."""
        return self._finish_reason is not None

    def add(self, event: object) -> bool:
        """Take in a chunk; see the port."""
        if not isinstance(event, Mapping):
            raise ValueError(f"an event is no JSON object: {event!r}")
        self._whole.update({name: event[name] for name in WHOLE_FIELDS if event.get(name) is not None})
        choices = event.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, Mapping):
            return False
        self._finish_reason = string(choice.get("finish_reason")) or self._finish_reason
        logprobs = choice.get("logprobs")
        content = logprobs.get("content") if isinstance(logprobs, Mapping) else None
        self._logprobs += content if isinstance(content, list) else []
        delta = choice.get("delta")
        return isinstance(delta, Mapping) and self._add_delta(delta)

    def body(self) -> dict[str, Any]:
        """Return the completion."""
        message: dict[str, Any] = {name: "".join(texts) or None for name, texts in self._texts.items()}
        message["tool_calls"] = [call.wire() for call in self._calls]
        choice = {"message": message, "finish_reason": self._finish_reason, "logprobs": {"content": self._logprobs}}
        return {**self._whole, "choices": [choice]}

    def _add_delta(self, delta: Mapping[str, Any]) -> bool:
        texts = {name: joined_text(delta.get(name)) for name in GROWING_FIELDS}
        for name, text in texts.items():
            self._texts[name].append(text)
        parts = delta.get("tool_calls")
        calls = [part for part in parts if isinstance(part, Mapping)] if isinstance(parts, list) else []
        for part in calls:
            self._add_call(part)
        return bool(calls) or any(texts.values())

    def _add_call(self, part: Mapping[str, Any]) -> None:
        index, call_id = part.get("index"), string(part.get("id")) or ""
        call = self._open.get(index)
        # Some servers number every call 0, so that only its id tells a new one.
        if call is None or (call_id and call.id and call_id != call.id):
            call = self._open[index] = _CallInPieces()
            self._calls.append(call)
        found = part.get("function")
        function: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
        call.id = call.id or call_id
        call.name = call.name or string(function.get("name")) or ""
        call.extra_content = call.extra_content or part.get("extra_content")
        written = function.get("arguments")
        call.arguments.append(json.dumps(written) if isinstance(written, Mapping) else string(written) or "")
