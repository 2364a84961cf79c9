"""An answer: what a task returned, with the trace of the calls it made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pytest_llmeval.errors import ExtractionError
from pytest_llmeval.models.request import Message, Tool

FinishReason = Literal["stop", "length", "content_filter", "refusal", "tool_calls", "other"]
"""Why the model stopped: done, cut off at its limit, filtered, refused, wants a tool, or something else."""

IN_RECORDS = {"extra": "ignore"}
"""How pydantic reads these types in a record: what a newer version added is read over, and does not break the line."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one or several calls; None where the provider did not say, never 0."""

    __pydantic_config__ = IN_RECORDS

    input_tokens: int | None = None
    """All tokens read, cached ones included."""
    output_tokens: int | None = None
    """All tokens written, thinking included."""
    cached_tokens: int | None = None
    """Those of the input that came from the provider's prompt cache."""
    reasoning_tokens: int | None = None
    """Those of the output that were thinking."""
    estimated: bool = False
    """Whether some were not told by the provider, and counted by the length of the texts."""

    @property
    def total_tokens(self) -> int | None:
        """Return input plus output, or None where either is unknown."""
        if self.input_tokens is None or self.output_tokens is None:
            return None
        return self.input_tokens + self.output_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            _sum(self.input_tokens, other.input_tokens),
            _sum(self.output_tokens, other.output_tokens),
            _sum(self.cached_tokens, other.cached_tokens),
            _sum(self.reasoning_tokens, other.reasoning_tokens),
            self.estimated or other.estimated,
        )


def _sum(a: int | None, b: int | None) -> int | None:
    return b if a is None else a if b is None else a + b


ToolStatus = Literal["ok", "error", "timeout", "malformed", "unknown_tool", "invalid_arguments", "unscripted"]
"""How a tool call ended.

``error``, ``timeout`` and ``malformed`` are faults of the tool; ``unknown_tool`` and ``invalid_arguments`` are the
model's: it asked for a tool that was not offered, or with arguments that do not fit its schema. ``unscripted``: a fake
tool has no result for these arguments.
"""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool gave back."""

    __pydantic_config__ = IN_RECORDS

    text: str
    """What the model was told."""
    status: ToolStatus = "ok"
    """How the call ended."""
    latency_s: float = 0.0
    """Seconds the tool took; of a fake tool, the seconds it says it took."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool the model asked for."""

    __pydantic_config__ = IN_RECORDS

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    id: str = ""
    raw_arguments: str | None = None
    """The text the model wrote, where it was not a JSON object."""
    extra: dict[str, Any] = field(default_factory=dict)
    """What the provider wants back with the call, such as a signature."""
    result: ToolResult | None = None
    """What the tool gave back; null where it was not run, or by code that does not tell."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider's adapter makes of one response on the wire."""

    __pydantic_config__ = IN_RECORDS

    text: str
    finish_reason: FinishReason = "stop"
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage = field(default_factory=Usage)
    served_model: str | None = None
    """The model the provider says it used."""
    system_fingerprint: str | None = None
    evidence_files: tuple[str, ...] = ()
    """Files the provider itself retrieved; only the embedded one does."""
    retrieval_method: str | None = None
    ttft_s: float | None = None
    """Seconds to the first token, when streamed."""
    thinking: str | None = None
    streamed_s: float | None = None
    """Seconds from the first token to the last, when streamed."""
    token_logprobs: tuple[float, ...] | None = None
    """Natural logarithm of the probability of each output token, where they were asked for (``logprobs=True``)."""
    token_alternatives: tuple[tuple[float, ...], ...] | None = None
    """For each output token the log probabilities of the likeliest tokens in its place, where they were asked for
    (``top_logprobs=5``)."""
    carried: dict[str, Any] = field(default_factory=dict)
    """What the provider wants back with the turn that calls tools, such as its thinking."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request with its reply, as the trace of an answer keeps it."""

    __pydantic_config__ = IN_RECORDS

    provider: str
    model: str
    messages: tuple[Message, ...]
    reply: Reply
    request_hash: str
    system: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    tools: tuple[str, ...] = ()
    role: Literal["model", "judge"] = "model"
    latency_s: float = 0.0
    """Seconds from sending to the last token of the attempt that succeeded."""
    waited_s: float = 0.0
    """Seconds spent queued for a slot or backing off between attempts."""
    attempts: int = 1
    """How often it was sent; 0 for an answer from the cache, or out of a batch."""
    failures: tuple[str, ...] = ()
    """What each attempt but the last ended with, one line each."""
    cached: bool = False
    cost_usd: float | None = None
    offered: tuple[Tool, ...] = ()
    """How the tools were described to the model; empty where an earlier call of the record was offered the same."""
    response_schema: Mapping[str, Any] | None = None
    """JSON Schema the model under test had to follow."""
    base_url: str | None = None
    """The endpoint, where it was not the provider's own; without a password."""


@dataclass(frozen=True)
class Answer:
    """What the system under test said, and how it came to say it.

    A task may build one itself (``Answer("Paris", evidence_files=("atlas.md",))``); the calls it made through ``llm``
    are added by the plugin.
    """

    text: str
    evidence_files: tuple[str, ...] = ()
    """Files the answer rests on."""
    tool_calls: tuple[ToolCall, ...] = ()
    retrieval_method: str | None = None
    finish_reason: FinishReason | None = None
    messages: tuple[Message, ...] = ()
    """The conversation, the model's last turn included: extend it to go on."""
    calls: tuple[Call, ...] = ()
    """Every call made on the way, in order."""
    turns: tuple[Answer, ...] = ()
    """Of a conversation with several turns of the user: the answer to each."""
    usage: Usage = field(default_factory=Usage)
    latency_s: float | None = None
    ttft_s: float | None = None
    cost_usd: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    context: object | None = field(default=None, repr=False, compare=False)
    """The trial it belongs to, for the assertion helpers."""

    def __post_init__(self) -> None:
        for name in ("evidence_files", "tool_calls", "messages", "calls", "turns"):
            value = getattr(self, name)
            if type(value) is not tuple:
                object.__setattr__(self, name, _as_tuple(value))

    def __str__(self) -> str:
        return self.text

    @property
    def tools_called(self) -> tuple[str, ...]:
        """Return the names of the tools called, in order, repeats kept."""
        return tuple(call.name for call in self.tool_calls)

    def json(self) -> Any:
        """Parse the whole text as JSON.

        Raises:
            ExtractionError: Where the text is not JSON as it stands. To accept JSON in a fence or among prose, use
                ``assert_schema(answer, schema, accept=("raw", "fenced", "embedded"))``, which returns the value.
        """
        try:
            return json.loads(self.text)
        except ValueError as error:
            raise ExtractionError(f"the answer is not JSON: {error}: {self.text[:80]!r}") from error


def _as_tuple(values: Iterable[Any] | str) -> tuple[Any, ...]:
    return (values,) if isinstance(values, str) else tuple(values)
