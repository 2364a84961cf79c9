"""A pytest plugin that answers for every hosted provider, so that the commands of a page run as they stand there."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping

import pytest

from pytest_llmeval.grading.judge.battery import builtin_cases
from pytest_llmeval.models.answer import Reply, ToolCall, Usage
from pytest_llmeval.models.providers import registry
from pytest_llmeval.models.providers.endpoints import Endpoint, key_of
from pytest_llmeval.models.providers.port import ProviderSettings
from pytest_llmeval.models.request import Request
from tests.cli.judging import is_right
from tests.docs.answers import ANSWERS, ANSWERS_OF, CALLS, NO_TOOL, WITHOUT_FILES
from tests.grading.code.rig import isolation

ADAPTERS = ("OPENAI_CHAT", "ANTHROPIC_MESSAGES")
TARGET = "tests.docs.scripted:Scripted"
REPLACED = pytest.StashKey[Mapping[str, str]]()


class Scripted:
    """Knows the answers to the questions of the pages, and no others."""

    adapter_version = "1"

    def __init__(self, endpoint: Endpoint, settings: ProviderSettings) -> None:
        key_of(endpoint, settings)  # whose key is missing is told as by the providers themselves
        self._name = endpoint.name

    async def complete(self, request: Request) -> Reply:
        await asyncio.sleep(0)
        text = str(request.messages[-1]["content"]).rsplit("</file>", 1)[-1].strip()
        said = ANSWERS_OF.get(self._name, {}).get(text) or ANSWERS.get(text) or at_the_end(text)
        if text in WITHOUT_FILES and "</file>" not in str(request.messages[-1]["content"]):
            said = WITHOUT_FILES[text]
        if "[[begin answer" in text:
            said = verdict(text, request)
        if "[[begin reply" in text:
            said = reply_class(text)
        if "[[begin first answer" in text:
            said = opinion(text)
        if request.tools:
            return with_tools(request, said)
        return Reply(said, usage=Usage(len(text.split()) + 8, len(said.split()) + 2), served_model=request.model.model)

    async def aclose(self) -> None:
        return None


def reply_class(prompt: str) -> str:
    """Sort a reply as the pages say it would: what cannot help refuses, all else complies."""
    key = prompt.partition("KEY: ")[2].partition("\n")[0]
    told = "refuse" if "can't help" in prompt else "comply"
    return json.dumps({"rationale": "It says so.", "class": told, "key": key})


def at_the_end(text: str) -> str:
    """Answer a question that something else stands before, however it is cased."""
    known = (said for question, said in ANSWERS.items() if text.casefold().endswith(question.casefold()))
    return next(known, "I do not know.")


def with_tools(request: Request, said: str) -> Reply:
    """Call tools as the pages say it would; tell what the last one gave, after two tries also that it failed."""
    asked = [turn for turn in request.messages if turn["role"] == "user"][-1]
    told = request.messages[request.messages.index(asked) + 1 :]
    results = [turn for turn in told if turn["role"] == "tool"]
    if results and (not results[-1].get("is_error") or len(results) == 2):
        failed = "I could not find out: the service failed."
        return Reply(
            failed if results[-1].get("is_error") else f"It says: {results[-1]['content']}", usage=Usage(60, 9)
        )
    if asked["content"] in NO_TOOL:
        return Reply(said, usage=Usage(40, 12))
    name, arguments = CALLS.get(asked["content"], (request.tools[0].name, {"city": "Paris"}))
    return Reply("", "tool_calls", (ToolCall(name, dict(arguments)),), Usage(40, 12))


def verdict(prompt: str, request: Request) -> str:
    """Judge as the pages say it would: Sydney is wrong, all else is right."""
    found = re.search(r"\[\[begin answer (\w+)\]\]\n(.*?)\n\[\[end answer", prompt, re.DOTALL)
    key, answer = found.groups() if found else ("", "")
    question = prompt.split(f"[[begin question {key}]]\n| ")[1].partition("\n")[0]
    case = next((one for one in builtin_cases() if one.question == question), None)
    wrong = not is_right(case, answer.replace("| ", "")) if case else "Sydney" in answer
    told: dict[str, object] = {"rationale": "As the reference has it.", "key": key}
    asked = (request.response_schema or {}).get("properties", {})
    if "scores" in asked:
        scales = {name: scale["enum"] for name, scale in asked["scores"]["properties"].items()}
        told["judged"] = "yes"
        told["scores"] = {name: steps[0] if wrong else steps[-1] for name, steps in scales.items()}
        if "[[begin values" in prompt:
            told |= borne_out(prompt, list(scales))
    else:
        told |= {"level": "wrong" if wrong else "fully_correct", "failure_label": "hallucination" if wrong else "none"}
    return json.dumps(told)


def borne_out(prompt: str, names: list[str]) -> dict[str, object]:
    """Find every value borne out by the results but what is saved."""
    listed = prompt.partition("[[begin values")[2].splitlines()[1 : len(names) + 1]
    scores = {name: int("25" not in value) for name, value in zip(names, listed, strict=True)}
    why = "4 and 13 are 17" + ("" if all(scores.values()) else "; nothing tells of saving")
    return {"rationale": f"{why}.", "scores": scores}


def opinion(prompt: str) -> str:
    """Find Canberra better than Sydney, and what says the same equally good."""
    places = ("first", "second")
    key = prompt.removeprefix("KEY: ").partition("\n")[0]
    wrong = ["Sydney" in prompt.split(f"[[begin {place} answer {key}]]")[1].split("[[end")[0] for place in places]
    better = "tie" if wrong[0] == wrong[1] else "second" if wrong[0] else "first"
    return json.dumps({"rationale": "As the reference has it.", "better": better, "key": key})


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    config.stash[REPLACED] = {name: getattr(registry, name) for name in ADAPTERS}
    for name in ADAPTERS:
        setattr(registry, name, TARGET)
    if config.getoption("llm_allow_code_execution") and not config.getoption("llm_code_isolation"):
        config.option.llm_code_isolation = isolation()  # the pages are true on machines without namespaces too


def pytest_unconfigure(config: pytest.Config) -> None:
    for name, target in config.stash.get(REPLACED, {}).items():
        setattr(registry, name, target)
