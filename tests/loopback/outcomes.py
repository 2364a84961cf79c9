"""What the server can be told to do with a request, independent of the wire format it arrived in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Say:
    """Answer with 200 and what a model would write."""

    text: str = "ok"
    stop: str | None = None
    """The reason to stop, in the words of the wire format asked in; None: its word for being done."""
    tool_calls: tuple[tuple[str, str], ...] = ()
    """Names of tools with their arguments as the model wrote them: JSON text, or what it took for it."""
    thinking: str | None = None
    refusal: str | None = None
    """The text of a refusal, in the field the chat-completions format has for it."""
    usage: Mapping[str, Any] | None = None
    """The usage object as it stands on the wire; None: twelve tokens in, three out."""
    served_model: str | None = None
    """The model named in the reply; None: the one asked for."""
    logprobs: Mapping[str, Any] | None = None
    """The log probabilities as they stand on the wire, in the chat-completions format; streamed in one piece."""
    piece_delay_s: float = 0.0
    """Seconds before each event that holds a token, where a stream was asked for."""


@dataclass(frozen=True, slots=True)
class Fail:
    """Answer with an error object in the shape of the wire format asked in."""

    status: int
    message: str = "scripted failure"
    code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    echo_key: bool = False
    """Repeat the key that was sent inside the message, as careless providers do."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Answer with these bytes, whatever they are."""

    body: str
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hang:
    """Keep the connection open and say nothing for this many seconds."""

    seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Cut:
    """Close the connection: before the first byte, or in the middle of a body that was promised to be longer."""

    inside_body: bool = False


@dataclass(frozen=True, slots=True)
class Stumble:
    """Stream the beginning of an answer, then meet with something else; without a stream, only with that."""

    after: int
    """How many events of the answer go out before."""
    then: Fail | Raw | Hang | Cut | None = None
    """An error event, raw bytes, silence, a cut connection; None ends the stream politely, as if it were whole."""
    say: Say = field(default_factory=lambda: Say("one two three four"))


@dataclass(frozen=True, slots=True)
class Lapse:
    """Give no answer to a request in a batch: its turn never came."""

    because: Literal["expired", "cancelled"]


Outcome: TypeAlias = Say | Fail | Raw | Hang | Cut | Stumble | Lapse
