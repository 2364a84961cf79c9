"""When two entries ask the same: all counts that the model may read beside the question."""

from __future__ import annotations

from typing import Any

from pytest_llmeval.benchmark.checking.words import wording
from pytest_llmeval.benchmark.entry import BOOKKEEPING, EXPECTATIONS, Entry
from pytest_llmeval.fingerprint import fingerprint

NAMES = frozenset({"idx", "index", "uuid", "guid", "row_id"})
"""Metadata that names an entry, and would make each another question."""
_NOT_ASKED = BOOKKEEPING | NAMES | frozenset(EXPECTATIONS)


def setting(entry: Entry) -> str:
    """Identify what makes the same words another question: prompt, messages, files, tools, turns and metadata.

    Metadata counts, for choices, a premise or a passage are read from there; not what says when, by whom or under which
    name the entry was written, nor what a right answer is.
    """
    given = _setting(entry)
    return fingerprint(given) if any(given) else ""  # most entries have none


def _setting(entry: Entry) -> list[Any]:
    return [
        entry.system_prompt,
        [_message(one, entry) for one in entry.messages],
        sorted(entry.context_files),
        list(entry.fake_tools),
        [[wording(turn.question), _setting(turn)] for turn in entry.turns],
        {name: value for name, value in entry.metadata.items() if name not in _NOT_ASKED},
    ]


def _message(message: dict[str, Any], entry: Entry) -> dict[str, Any]:
    """Leave out of a message what is the question itself: that may be worded otherwise."""
    return {**message, "content": None} if message.get("content") == entry.question else message


def gold_of(entry: Entry) -> str | None:
    """Return the gold answer, and those of the turns, in one case and spacing; None where there is none."""
    golds = [one.gold_answer for one in (entry, *entry.turns)]
    if all(gold is None for gold in golds):
        return None
    return fingerprint([None if gold is None else wording(str(gold)) for gold in golds])
