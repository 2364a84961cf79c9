"""Gold answers that stand where the model under test reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.checking.words import holds, plain
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.safe_text import one_line

SHORTEST = 4
"""Characters. A shorter answer (yes, 12, A) stands in many a question by chance."""
LONGEST_SAID = 60


def leaked(entries: Sequence[Entry], prompts: Mapping[str, str]) -> Iterator[Finding]:
    """Find gold answers in questions, in entries' own prompts and in prompts of the system under test.

    A question may well offer its answer as a choice, so there it is a warning. In a prompt it is an error, and so is a
    question that stands there word for word, as among its examples.

    Args:
        entries: What to look for.
        prompts: Texts that the system under test is given with every question, by name.
    """
    plain_prompts = {name: plain(text) for name, text in prompts.items()}
    for entry in entries:
        yield from _in_entry(entry)
        yield from _in_prompts(entry, plain_prompts)


def _gold(entry: Entry) -> str:
    told = plain(entry.gold_answer) if isinstance(entry.gold_answer, str) else ""
    return told if len(told) >= SHORTEST else ""


def _in_entry(entry: Entry) -> Iterator[Finding]:
    gold = _gold(entry)
    said = repr(one_line(str(entry.gold_answer), LONGEST_SAID))
    if holds(plain(entry.question), gold):
        yield Finding("leaked answers", "warning", (entry.id,), f"the question holds the gold answer {said}")
    given = [entry.system_prompt or "", *(str(one.get("content", "")) for one in entry.messages)]
    if any(holds(plain(text), gold) for text in given):
        yield Finding("leaked answers", "error", (entry.id,), f"its prompt or messages hold the gold answer {said}")


def _in_prompts(entry: Entry, prompts: Mapping[str, str]) -> Iterator[Finding]:
    sought = {"the gold answer": _gold(entry), "the question": plain(entry.question)}
    for name, text in prompts.items():
        for what, part in sought.items():
            if len(part) >= SHORTEST and holds(text, part):
                yield Finding("leaked answers", "error", (entry.id,), f"{name} holds {what}")
