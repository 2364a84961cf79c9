"""A request: everything that decides what a model is asked, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, ClassVar, TypeAlias

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.fingerprint import fingerprint
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.redaction import without_secrets

Message: TypeAlias = dict[str, Any]
"""One turn in the shape of the chat-completions wire format.

``{"role": "user" | "assistant" | "system" | "tool", "content": str}``; an assistant turn may carry
``tool_calls=[{"id", "name", "arguments": dict}]``, a tool turn carries ``tool_call_id``.
"""

ROLES = ("system", "user", "assistant", "tool")


@dataclass(frozen=True, slots=True)
class Params:
    """Sampling parameters; None means: not sent, the provider's own default holds."""

    temperature: float | None = 0.0
    max_tokens: int | None = None
    seed: int | None = None
    top_p: float | None = None
    stop: tuple[str, ...] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Further parameters of the provider, sent as they are (``extra={"reasoning_effort": "low"}``)."""

    def updated(self, changes: Mapping[str, Any]) -> Params:
        """Return a copy with the named parameters changed; unknown names go to ``extra``."""
        if not changes:
            return self
        known = {f.name for f in fields(self)} - {"extra"}
        inside: dict[str, Any] = {k: v for k, v in changes.items() if k in known}
        if inside.get("stop") is not None:
            inside["stop"] = tuple(inside["stop"])
        outside = {k: v for k, v in changes.items() if k not in known and k != "extra"}
        return replace(self, **inside, extra={**self.extra, **outside, **dict(changes.get("extra") or {})})

    def as_dict(self) -> dict[str, Any]:
        """Return the parameters that are set, flat, as a record shows them: without the values of keys."""
        # Spelled out, for it is done for every record: dataclasses.asdict copies everything deeply.
        own = {
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            "seed": self.seed,
            "top_p": self.top_p,
            "stop": self.stop,
        }
        return {**{k: v for k, v in own.items() if v is not None}, **without_secrets(self.extra)}


@dataclass(frozen=True, slots=True)
class Tool:
    """A function the model may call.

    Args:
        name: Its name.
        description: When and how to use it.
        parameters: JSON Schema of its arguments (an object schema).
    """

    __pydantic_config__: ClassVar = {"extra": "ignore"}
    """In a record, what a newer version added is read over."""

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=lambda: {"type": "object", "properties": {}})

    @classmethod
    def read(cls, spec: Tool | Mapping[str, Any]) -> Tool:
        """Accept a `Tool`, a flat mapping, or the wire format's ``{"type": "function", "function": {...}}``."""
        if isinstance(spec, Tool):
            return spec
        inner = spec.get("function", spec)
        if "name" not in inner:
            raise ConfigurationError(f"a tool needs a 'name': {dict(spec)!r}")
        schema = inner.get("parameters") or inner.get("input_schema") or {"type": "object", "properties": {}}
        return cls(inner["name"], inner.get("description", ""), schema)


@dataclass(frozen=True, slots=True)
class Request:
    """One question to one model, complete: equal requests may share an answer.

    ``sample`` is part of it: sample 2 of a question is another question than sample 1.
    """

    model: ModelName
    messages: tuple[Message, ...]
    system: str | None = None
    tools: tuple[Tool, ...] = ()
    response_schema: Mapping[str, Any] | None = None
    params: Params = field(default_factory=Params)
    sample: int = 1
    base_url: str | None = None

    def key(self, adapter_version: str) -> str:
        """Return the identity of the request as the given adapter sends it; holds no API key."""
        return fingerprint({"request": self._as_dict(), "adapter": adapter_version})

    def _as_dict(self) -> dict[str, Any]:
        """Return what `dataclasses.asdict` would, which copies every message and takes most of the time of a key."""
        return {one.name: getattr(self, one.name) for one in fields(self)} | {
            "model": asdict(self.model),
            "tools": [asdict(tool) for tool in self.tools],
            "params": asdict(self.params),
        }


def read_param(option: str, text: str) -> tuple[str, Any]:
    """Read a sampling parameter as users write it: ``NAME=VALUE``, the value as JSON where it is any.

    Args:
        option: What the user wrote it after; named in the error.
        text: What was written; ``none`` as the value leaves the parameter to the provider.

    Raises:
        ConfigurationError: Where name or value is missing.

    Example:
        >>> read_param("--param", "temperature=0.7"), read_param("--param", "temperature=none")
        (('temperature', 0.7), ('temperature', None))
    """
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise ConfigurationError(f"{option} takes NAME=VALUE, such as {option} temperature=0.7, got {text}")
    if value in ("none", "None"):
        return name, None
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def read_messages(prompt: str | Message | Iterable[Message]) -> tuple[Message, ...]:
    """Turn what a caller passed into messages.

    Args:
        prompt: A user's text, one message, or a conversation.

    Raises:
        ConfigurationError: Where a message has no known role, or there is none at all.
    """
    if isinstance(prompt, str):
        return ({"role": "user", "content": prompt},)
    turns: list[Message] = [prompt] if isinstance(prompt, dict) else list(prompt)
    if not turns:
        raise ConfigurationError("nothing to ask: the list of messages is empty")
    for number, turn in enumerate(turns, 1):
        if not isinstance(turn, Mapping) or turn.get("role") not in ROLES:
            raise ConfigurationError(f"message {number} needs a role, one of {', '.join(ROLES)}: {turn!r}")
    return tuple(dict(turn) for turn in turns)
