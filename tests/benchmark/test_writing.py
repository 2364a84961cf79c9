"""An entry written as a line and read again is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.loading import benchmark_from_entries
from pytest_llmeval.benchmark.spellings import SPELLINGS
from pytest_llmeval.benchmark.writing import entry_row, moved

WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
KEYS = WORDS | st.sampled_from([*Entry.model_fields, *(name for names in SPELLINGS.values() for name in names)])
VALUES = st.recursive(
    st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "category": WORDS,
    "gold_answer": VALUES,
    "criteria": st.lists(WORDS | st.lists(WORDS, max_size=2), max_size=2),
    "expected_tools": st.lists(WORDS | st.just({"name": "find"}), max_size=2),
    "context_files": st.lists(WORDS, max_size=2),
    "response_schema": st.just({"type": "object"}) | WORDS,
    "tags": st.lists(WORDS, max_size=2),
    "weight": st.floats(0, 100),
    "status": st.sampled_from(["active", "retired"]),
    "messages": st.just([{"role": "user", "content": "Why?"}]),
    "metadata": st.dictionaries(KEYS, VALUES, max_size=4),
}
TURN = st.fixed_dictionaries({"question": WORDS}, optional=FIELDS)


@given(
    st.fixed_dictionaries({"question": WORDS}, optional=FIELDS),
    st.lists(TURN, max_size=2),
)
def test_nothing_is_lost_between_entry_and_line(told: dict[str, Any], turns: list[dict[str, Any]]) -> None:
    entry = Entry(id="a", **told, turns=tuple(Entry(id=str(n), **one) for n, one in enumerate(turns, 1)))
    assert benchmark_from_entries([entry_row(entry)]).entries == (entry,)


def test_files_of_its_folder_are_named_from_another_one(tmp_path: Path) -> None:
    old, new = tmp_path / "a" / "b", tmp_path / "c"
    old.mkdir(parents=True)
    (old / "near.md").touch()
    turn = Entry(id="1", question="?", context_files=("near.md",))
    entry = Entry(id="a", question="?", context_files=("near.md", "README.md", "/etc/motd"), turns=(turn,))
    found = moved(entry, old, new)
    assert found.context_files == ("../a/b/near.md", "README.md", "/etc/motd")
    assert found.turns[0].context_files == ("../a/b/near.md",)
    assert moved(entry, old, old) is entry
