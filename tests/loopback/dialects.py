"""The wire formats the server speaks: how each writes an answer and an error."""

from __future__ import annotations

import json
from typing import Any, Protocol

from tests.loopback.outcomes import Fail, Say
from tests.loopback.scenario import Received
from tests.loopback.streams import completion_events, event, message_events


class Dialect(Protocol):
    """One wire format."""

    def reply(self, say: Say, received: Received) -> dict[str, Any]: ...

    def error(self, fail: Fail, message: str) -> dict[str, Any]: ...

    def events(self, say: Say, received: Received) -> list[str]:
        """Write the answer as the events of a stream."""
        ...

    def error_event(self, fail: Fail, message: str) -> str:
        """Write the error as an event in the middle of a stream."""
        ...


class ChatCompletions:
    """``POST /v1/chat/completions``, as https://platform.openai.com/docs/api-reference/chat describes it."""

    def reply(self, say: Say, received: Received) -> dict[str, Any]:
        """Write the answer as a completion with one choice."""
        message: dict[str, Any] = {"role": "assistant", "content": None if say.refusal else say.text}
        if say.refusal:
            message["refusal"] = say.refusal
        if say.thinking:
            message["reasoning_content"] = say.thinking
        if say.tool_calls:
            message["tool_calls"] = [
                {"id": f"call_{n}", "type": "function", "function": {"name": name, "arguments": arguments}}
                for n, (name, arguments) in enumerate(say.tool_calls, 1)
            ]
        stop = say.stop or ("tool_calls" if say.tool_calls else "stop")
        return {
            "id": "chatcmpl-loopback",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": say.served_model or received.model,
            "choices": [{"index": 0, "message": message, "finish_reason": stop, "logprobs": say.logprobs}],
            "usage": say.usage or {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15},
            "system_fingerprint": "fp_loopback",
        }

    def error(self, fail: Fail, message: str) -> dict[str, Any]:
        """Write the error object."""
        return {"error": {"message": message, "type": "loopback_error", "param": None, "code": fail.code}}

    def events(self, say: Say, received: Received) -> list[str]:
        """Write the answer as chunks, with a last one for the usage where that was asked for."""
        options = received.body.get("stream_options") or {}
        return completion_events(self.reply(say, received), include_usage=bool(options.get("include_usage")))

    def error_event(self, fail: Fail, message: str) -> str:
        """Write the error object as a chunk."""
        return event(self.error(fail, message))


class Messages:
    """``POST /v1/messages``, as https://platform.claude.com/docs/en/api/messages describes it."""

    def reply(self, say: Say, received: Received) -> dict[str, Any]:
        """Write the answer as a message of content blocks."""
        blocks: list[dict[str, Any]] = []
        if say.thinking:
            blocks.append({"type": "thinking", "thinking": say.thinking, "signature": "c2ln"})
        if say.text:
            blocks.append({"type": "text", "text": say.text})
        for n, (name, arguments) in enumerate(say.tool_calls, 1):
            blocks.append({"type": "tool_use", "id": f"toolu_{n}", "name": name, "input": json.loads(arguments)})
        return {
            "id": "msg_loopback",
            "type": "message",
            "role": "assistant",
            "model": say.served_model or received.model,
            "content": blocks,
            "stop_reason": say.stop or ("tool_use" if say.tool_calls else "end_turn"),
            "stop_sequence": None,
            "usage": say.usage or {"input_tokens": 12, "output_tokens": 3},
        }

    def error(self, fail: Fail, message: str) -> dict[str, Any]:
        """Write the error object."""
        return {"type": "error", "error": {"type": fail.code or "api_error", "message": message}}

    def events(self, say: Say, received: Received) -> list[str]:
        """Write the answer as events from message_start to message_stop."""
        return message_events(self.reply(say, received))

    def error_event(self, fail: Fail, message: str) -> str:
        """Write the error object as an error event."""
        return event(self.error(fail, message), "error")
