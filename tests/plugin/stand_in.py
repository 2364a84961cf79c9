"""A provider for tests of the plugin: says what the question tells it to, and notes every call in a file.

A question may hold one directive, ``say: TEXT``, ``fail: KIND``, ``finish: REASON TEXT`` or ``served: MODEL TEXT``;
any other is echoed. Calls are appended to ``asked.txt`` in the working folder, so that they can be counted over several
processes. The model ``judge`` reads the framed answer of a judge's prompt and finds it right where it holds the word
"right".
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_llmeval import errors
from pytest_llmeval.models.answer import Reply, Usage
from pytest_llmeval.models.providers.port import ProviderSettings
from pytest_llmeval.models.providers.registry import ProviderRegistry
from pytest_llmeval.models.request import Request

FAILURES: dict[str, errors.ProviderError] = {
    "401": errors.AuthenticationError("stand-in:m: 401 wrong key", status=401),
    "500": errors.ProviderUnavailable("stand-in:m: 500 out of order", status=500),
    "400": errors.RequestRejected("stand-in:m: 400 not like this", status=400),
}


class StandIn:
    """Knows nothing and does as it is told."""

    adapter_version = "1"

    def __init__(self, settings: ProviderSettings) -> None:
        self._notes = Path("asked.txt").absolute()
        self._in_flight = 0

    async def complete(self, request: Request) -> Reply:
        question = str(request.messages[-1]["content"])
        self._in_flight += 1
        with self._notes.open("a") as notes:
            notes.write(f"{request.model.model}\t{os.getpid()}\t{question.splitlines()[0]}\t{self._in_flight}\n")
        try:
            await asyncio.sleep(float(os.environ.get("STAND_IN_DELAY", "0")))
        finally:
            self._in_flight -= 1
        usage = Usage(10, 5)
        if request.model.model == "judge":
            asked = (request.response_schema or {}).get("properties", {})
            return Reply(chosen(question, asked) or verdict(question), usage=Usage(100, 20))
        order, _, rest = question.partition(": ")
        if order == "fail":
            raise FAILURES[rest]
        if order == "finish":
            reason, _, text = rest.partition(" ")
            return Reply(text, finish_reason=reason, usage=usage)  # type: ignore[arg-type]
        if order == "served":
            served, _, text = rest.partition(" ")
            return Reply(text, usage=usage, served_model=served)
        return Reply(rest if order == "say" else question, usage=usage, served_model=request.model.model)

    async def aclose(self) -> None:
        return None


def chosen(prompt: str, asked: Mapping[str, Any]) -> str | None:
    """Sort a reply into the class of those that answer, or find every claim borne out; None where neither is asked."""
    told: dict[str, object] = {"rationale": "It says so.", "key": prompt.partition("KEY: ")[2].partition("\n")[0]}
    if "class" in asked:
        return json.dumps({**told, "class": "comply" if "comply" in asked["class"]["enum"] else "answers"})
    if "scores" in asked and "[[begin claims" in prompt:
        return json.dumps({**told, "judged": "yes", "scores": dict.fromkeys(asked["scores"]["properties"], 1)})
    return None


def verdict(prompt: str) -> str:
    found = re.search(r"\[\[begin answer (\w+)\]\]\n(.*?)\n\[\[end answer \1\]\]", prompt, re.DOTALL)
    assert found, prompt
    key, answer = found.groups()
    told = {"rationale": "It says so.", "level": "wrong", "failure_label": "hallucination", "key": key}
    if "right" in answer:
        told |= {"level": "fully_correct", "failure_label": "none"}
    if "nobody knows" in answer:
        told |= {"level": "cannot_judge", "failure_label": "none"}
    return "no idea" if "unsure" in answer else json.dumps(told)


def pytest_llmeval_register_providers(registry: ProviderRegistry) -> None:
    registry.register("stand-in", StandIn)
