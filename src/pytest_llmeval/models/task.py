"""A task: the system under test, any sync or async function from entry and client to an answer."""

from __future__ import annotations

import inspect
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.perturbation.ablation import shown_text
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.models.citations import cited_files
from pytest_llmeval.models.client import LLM
from pytest_llmeval.models.loop_thread import run_in_thread
from pytest_llmeval.models.request import Message
from pytest_llmeval.models.tracing import with_trace

Task: TypeAlias = Callable[[Entry, LLM], Answer | str | Awaitable[Answer | str]]


class AskTheQuestion:
    """The default task: ask the model the entry's question, with its context files, and take what it says.

    Of an entry with turns it says one after another, each with the conversation so far. Where the trial has tools, the
    model may call them. Files that the text cites count as evidence where the provider itself retrieved none.

    Args:
        roots: Directories in which context files are looked for, in order.
    """

    def __init__(self, roots: tuple[Path, ...]) -> None:
        self._roots = roots

    async def __call__(self, entry: Entry, llm: LLM) -> Answer:
        """Ask: once, or once for each turn."""
        if entry.turns:
            return await self._converse(entry, llm)
        return await self._ask(self._conversation(entry), entry, llm)

    async def _ask(self, messages: list[Message], entry: Entry, llm: LLM, turn: Entry | None = None) -> Answer:
        schema = (turn.response_schema if turn else None) or entry.response_schema
        ask = llm.arun_tools if llm.tools else llm.acomplete
        answer = await ask(messages, system=entry.system_prompt, schema=schema)
        return answer if answer.evidence_files else replace(answer, evidence_files=cited_files(answer.text))

    async def _converse(self, entry: Entry, llm: LLM) -> Answer:
        messages = list(entry.messages)
        answers: list[Answer] = []
        for turn in entry.turns:
            text = turn.question if answers else self._with_files(entry, turn.question)
            answer = await self._ask([*messages, {"role": "user", "content": text}], entry, llm, turn)
            answers.append(answer)
            messages = list(answer.messages)
            if messages[-1].get("tool_calls"):
                break  # cut off amid a tool call: no provider takes another turn after that
        return replace(
            answers[-1],
            turns=tuple(answers),
            tool_calls=tuple(call for answer in answers for call in answer.tool_calls),
            evidence_files=tuple(dict.fromkeys(file for answer in answers for file in answer.evidence_files)),
        )

    def _conversation(self, entry: Entry) -> list[Message]:
        if entry.messages:
            return list(entry.messages)
        return [{"role": "user", "content": self._with_files(entry, entry.question)}]

    def _with_files(self, entry: Entry, text: str) -> str:
        shown = ((name, shown_text(entry, name, self._read(name))) for name in entry.context_files)
        return "\n\n".join([*(f'<file path="{name}">\n{told}\n</file>' for name, told in shown), text])

    def _read(self, name: str) -> str:
        for root in self._roots:
            if (root / name).is_file():
                return (root / name).read_text(encoding="utf-8", errors="replace")
        raise ConfigurationError(f"context file {name} does not exist in {' or '.join(map(str, self._roots))}")


async def run_task(task: Task, entry: Entry, llm: LLM) -> Answer:
    """Run a task for one trial; a sync one in a thread of its own.

    Returns:
        What it returned, with the trace of the calls it made.

    Raises:
        ConfigurationError: Where it returned neither an `Answer` nor text.
        Exception: Whatever the task itself raised.
    """
    begun = time.perf_counter()
    told: Any = task(entry, llm) if is_async(task) else await run_in_thread(task, entry, llm)
    if inspect.isawaitable(told):
        told = await told
    if isinstance(told, str):
        told = Answer(told, latency_s=None if llm.calls else time.perf_counter() - begun)
    if not isinstance(told, Answer):
        raise ConfigurationError(f"task {task_name(task)} must return an Answer or a str, got {type(told).__name__}")
    return with_trace(told, llm.calls, time.perf_counter() - begun)


def is_async(function: Callable[..., Any]) -> bool:
    """Tell whether calling it gives a coroutine, callable objects included."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None))  # noqa: B004  the method itself is wanted


def times_asked(task: Task | None) -> int | None:
    """Return how often a task asks the entry's question, and nothing else; None where only its code knows.

    A task says so by an attribute ``asks``, a method by that of its object.

    Args:
        task: None for the default one, which asks once.
    """
    if task is None:
        return 1
    told = getattr(task, "asks", None) or getattr(getattr(task, "__self__", None), "asks", None)
    return told if isinstance(told, int) else None


def task_name(task: Task) -> str:
    """Return the name to show for a task."""
    return getattr(task, "__qualname__", None) or type(task).__qualname__
