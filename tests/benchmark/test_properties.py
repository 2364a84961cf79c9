"""What holds of every benchmark, whatever its lines say."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.benchmark.formats import FORMATS
from pytest_llmeval.benchmark.json_rows import json_rows, jsonl_rows
from pytest_llmeval.benchmark.loading import Benchmark, benchmark_from_entries
from pytest_llmeval.benchmark.rows import Fault, Row
from pytest_llmeval.benchmark.spellings import FIELDS, SPELLINGS
from pytest_llmeval.errors import BenchmarkError

NAMES = sorted({*FIELDS, *(name for names in SPELLINGS.values() for name in names)})
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
UNKNOWN = st.dictionaries(WORDS.filter(lambda name: name not in NAMES), VALUES, max_size=4)
QUESTION = WORDS.filter(lambda text: any(not c.isspace() for c in text) and text.isprintable())


@given(QUESTION, UNKNOWN, VALUES)
def test_nothing_is_lost_between_line_and_entry(question: str, unknown: dict[str, Any], answer: Any) -> None:
    line = json.dumps({"id": "a", "prompt": question, "ideal": answer, **unknown}).encode()
    [row] = jsonl_rows([line])
    assert isinstance(row, Row)
    [entry] = benchmark_from_entries([row.values]).entries
    lost = {"ideal": None} if answer is None else {}
    assert (entry.question, entry.gold_answer) == (question, answer)
    assert entry.metadata == {**unknown, **lost}


@given(UNKNOWN, st.dictionaries(WORDS, VALUES, max_size=4))
def test_no_value_of_a_metadata_object_is_lost(unknown: dict[str, Any], own: dict[str, Any]) -> None:
    [entry] = benchmark_from_entries([{"id": "a", "question": "q", "metadata": own, **unknown}]).entries
    for name, value in own.items():
        assert entry.metadata[name] == value or entry.metadata["metadata"][name] == value
    assert {name: entry.metadata[name] for name in unknown} == unknown


def read(rows: Iterable[dict[str, Any]]) -> Benchmark | BenchmarkError:
    try:
        return benchmark_from_entries(rows)
    except BenchmarkError as error:
        return error


@given(st.lists(st.tuples(QUESTION, VALUES), min_size=1, max_size=6, unique_by=repr), st.randoms())
def test_ids_and_hash_do_not_depend_on_the_order(rows: list[tuple[str, Any]], random: Any) -> None:
    listed = [{"question": question, "answer": answer} for question, answer in rows]
    first, second = read(listed), read(random.sample(listed, len(listed)))
    if isinstance(first, BenchmarkError):  # texts that differ in their Unicode normal form alone are the same content
        assert all("is a duplicate of" in fault for fault in first.faults)
    else:
        assert isinstance(second, Benchmark)
        assert first.hash == second.hash
        assert {one.id: one.question for one in first.entries} == {one.id: one.question for one in second.entries}


@given(st.lists(st.dictionaries(WORDS, VALUES, max_size=3), max_size=4), st.sampled_from([None, 1]), st.booleans())
def test_the_rows_of_a_json_document_and_of_its_lines_are_the_same(
    rows: list[dict[str, Any]], indent: int | None, wrapped: bool
) -> None:
    document = {"name": "x", "by": rows, "entries": rows} if wrapped else rows
    text = json.dumps(document, indent=indent)
    read = list(json_rows(text))
    assert [row.values for row in read if isinstance(row, Row)] == rows
    lines = text.splitlines()
    assert all("{" in lines[row.line - 1] for row in read if row.line)


@given(st.sampled_from(sorted(FORMATS)), st.binary(max_size=60) | WORDS.map(str.encode))
def test_any_bytes_are_rows_or_faults_and_never_a_crash(suffix: str, data: bytes) -> None:
    found = list(FORMATS[suffix](data.splitlines(keepends=True)))
    assert all(isinstance(one, Row | Fault) for one in found)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5))
def test_any_values_of_known_fields_are_an_entry_or_one_line_faults(row: dict[str, Any]) -> None:
    found = read([row])
    if isinstance(found, Benchmark):
        assert len(found.entries) == 1
    else:
        assert found.faults
        assert all(fault.startswith("entries[0]: entry") and fault.isprintable() for fault in found.faults)
