"""The script of a server: which outcome a request meets, and after how long."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeAlias

from tests.loopback.outcomes import Outcome, Say


@dataclass(slots=True)
class Received:
    """One request as it arrived."""

    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: dict[str, Any]
    at: float
    """When it arrived, in seconds of the monotonic clock."""
    method: str = "POST"

    @property
    def model(self) -> str:
        return str(self.body.get("model"))

    @property
    def text(self) -> str:
        """Return the text of the last user message."""
        for message in reversed(self.body.get("messages") or []):
            if message.get("role") == "user":
                return _text_of(message.get("content"))
        return ""


def drawn_latency(median_s: float, sigma: float, text: str) -> float:
    """Draw how long a text takes from a log-normal distribution: the same text takes as long each time."""
    return median_s * math.exp(Random(text).gauss(0.0, sigma)) if sigma else median_s


def _text_of(content: Any) -> str:
    if isinstance(content, str):
        return content
    return " ".join(str(block.get("text", "")) for block in content or [])


Handler: TypeAlias = Callable[[Received], Outcome]
"""Decides what a request meets; the port for scripts that a `Scenario` cannot express."""

Script: TypeAlias = Outcome | Sequence[Outcome]
"""One outcome for every request, or one after another with the last repeated."""


@dataclass(slots=True)
class Scenario:
    """Outcomes by what the user's message contains, else by the model's name, else the default.

    Example:
        ``Scenario(by_model={"flaky": [Fail(500), Say("ok")]}, by_text={"capital": Say("Paris")}, latency_s=0.2)``
    """

    default: Script = field(default_factory=Say)
    by_model: Mapping[str, Script] = field(default_factory=dict)
    by_text: Mapping[str, Script] = field(default_factory=dict)
    latency_s: float = 0.0
    """Seconds between a request's arrival and its outcome."""
    _used: dict[str, int] = field(default_factory=dict)

    def __call__(self, received: Received) -> Outcome:
        for fragment, script in self.by_text.items():
            if fragment in received.text:
                return self._next(f"text {fragment}", script)
        if received.model in self.by_model:
            return self._next(f"model {received.model}", self.by_model[received.model])
        return self._next("default", self.default)

    def _next(self, name: str, script: Script) -> Outcome:
        if not isinstance(script, Sequence):
            return script
        position = self._used.get(name, 0)
        self._used[name] = position + 1
        return script[min(position, len(script) - 1)]
