"""A task: the system under test, any sync or async function from entry and client to an answer."""

from __future__ import annotations

import inspect
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.models.citations import cited_files
from pytest_llmeval.models.client import LLM, with_trace
from pytest_llmeval.models.loop_thread import run_in_thread
from pytest_llmeval.models.request import Message

Task: TypeAlias = Callable[[Entry, LLM], Answer | str | Awaitable[Answer | str]]


class AskTheQuestion:
    """The default task: ask the model the entry's question, with its context files, and take what it says.

    Files that the text cites count as evidence where the provider itself retrieved none.

    Args:
        roots: Directories in which context files are looked for, in order.
    """

    def __init__(self, roots: tuple[Path, ...]) -> None:
        self._roots = roots

    async def __call__(self, entry: Entry, llm: LLM) -> Answer:
        """Ask, once."""
        schema = entry.response_schema
        answer = await llm.acomplete(self._conversation(entry), system=entry.system_prompt, schema=schema)
        return answer if answer.evidence_files else replace(answer, evidence_files=cited_files(answer.text))

    def _conversation(self, entry: Entry) -> list[Message]:
        if entry.messages:
            return list(entry.messages)
        parts = [f'<file path="{name}">\n{self._read(name)}\n</file>' for name in entry.context_files]
        return [{"role": "user", "content": "\n\n".join([*parts, entry.question])}]

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
        told = Answer(told)
    if not isinstance(told, Answer):
        raise ConfigurationError(f"task {task_name(task)} must return an Answer or a str, got {type(told).__name__}")
    return with_trace(told, llm.calls, time.perf_counter() - begun)


def is_async(function: Callable[..., Any]) -> bool:
    """Tell whether calling it gives a coroutine, callable objects included."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None))  # noqa: B004  the method itself is wanted


def task_name(task: Task) -> str:
    """Return the name to show for a task."""
    return getattr(task, "__qualname__", None) or type(task).__qualname__
