"""A judge that says what a test tells it to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pytest_llmeval.models.answer import Reply
from pytest_llmeval.models.request import Message

Script: TypeAlias = "str | Reply | Exception | Callable[[str], str]"
"""A reply's text, a whole reply, what is raised, or a function of the user's message."""


@dataclass(frozen=True)
class Asked:
    """What the judge was asked."""

    text: str
    system: str
    schema: Mapping[str, Any] | None
    params: Mapping[str, Any]


@dataclass
class ScriptedJudge:
    """Says one line of its script after the other, the last one for ever."""

    script: Sequence[Script]
    name: str = "openai:gpt-4o"
    params: Mapping[str, Any] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    kept: list[bool] = field(default_factory=list)
    """For each reply whether it may be kept in the cache."""

    async def ask(
        self,
        messages: Sequence[Message],
        *,
        system: str,
        schema: Mapping[str, Any] | None,
        params: Mapping[str, Any],
        usable: Callable[[Reply], bool],
    ) -> Reply:
        text = str(messages[-1]["content"])
        line = self.script[min(len(self.asked), len(self.script) - 1)]
        self.asked.append(Asked(text, system, schema, params))
        if isinstance(line, Exception):
            raise line
        if callable(line):
            line = line(text)
        reply = line if isinstance(line, Reply) else Reply(line)
        self.kept.append(usable(reply))
        return reply


def key_in(prompt: str) -> str:
    """Read the key as a judge does, at the top of the message."""
    return prompt.removeprefix("KEY: ").partition("\n")[0]


def verdict_text(key: str, level: str = "fully_correct", label: str = "none", /, **changes: Any) -> str:
    """Write a verdict on the four levels, with fields changed, added, or (by None) left out."""
    fields = {"rationale": "It says what it must.", "level": level, "failure_label": label, "key": key, **changes}
    return json.dumps({name: value for name, value in fields.items() if value is not None})


def saying(level: str, label: str = "none", /, **changes: Any) -> Callable[[str], str]:
    """Make a line of script: a sound verdict of the level."""
    return lambda prompt: verdict_text(key_in(prompt), level, label, **changes)


def scoring(**scores: Any) -> Callable[[str], str]:
    """Make a line of script: a sound verdict with a number for each dimension."""
    return lambda prompt: json.dumps(
        {"rationale": "Because.", "judged": "yes", "scores": scores, "key": key_in(prompt)}
    )


def abstaining(prompt: str, /, **scores: Any) -> str:
    """Say, by a rubric with dimensions, that a person should judge."""
    told = {"rationale": "Nobody knows.", "judged": "cannot_judge", "scores": scores, "key": key_in(prompt)}
    return json.dumps(told)


def section(prompt: str, name: str) -> str:
    """Read a section back, as a judge does that knows the frame."""
    key = key_in(prompt)
    body = prompt.split(f"\n[[begin {name} {key}]]\n")[1].split(f"\n[[end {name} {key}]]")[0]
    return "\n".join(line.removeprefix("| ") for line in body.split("\n"))
