"""What is said in which role: a task belongs into the user's message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pytest_llmeval.benchmark.checking.documents import texts_in
from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.checking.words import holds, plain
from pytest_llmeval.benchmark.entry import Entry

SYSTEM = ("system", "developer")
LEAST_WORDS = 4
"""Of a question that is looked for; a shorter one (Go on.) stands in an instruction by chance."""


def tasks_in_the_system_role(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find entries whose question stands in their own system prompt, or whose messages have no text of a user."""
    for entry in entries:
        told = _fault_of(entry) if entry.system_prompt or entry.messages else None
        if told is not None:
            yield Finding("task in the system role", "warning", (entry.id,), told)


def _fault_of(entry: Entry) -> str | None:
    instructions = [one for one in entry.messages if one["role"] in SYSTEM]
    if (
        instructions
        and not entry.turns
        and not any(_says_something(one) for one in entry.messages if one["role"] == "user")
    ):
        return "its messages have a system role and no text of a user; put what is asked into a user's message"
    asked = plain(entry.question)
    texts = [entry.system_prompt or "", *(text for one in instructions for text in texts_in(one.get("content")))]
    if asked.count(" ") + 1 >= LEAST_WORDS and any(holds(plain(text), asked) for text in texts):
        return "its system prompt holds the question; leave what is asked to the user's message"
    return None


def _says_something(message: dict[str, object]) -> bool:
    return any(text.strip() for text in texts_in(message.get("content")))
