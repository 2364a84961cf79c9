"""What is asked in an entry: its question, and each later turn of a conversation."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_llmeval.benchmark.entry import Entry


def parts_of(entry: Entry) -> Iterator[Entry]:
    """Yield the entry and then its turns, each under the entry's id and told what the entry is."""
    yield entry
    told = {"id": entry.id, "system_prompt": entry.system_prompt, "messages": entry.messages}
    yield from (turn.model_copy(update=told) for turn in entry.turns)
