"""The entry of a benchmark that a trial asked: its gold answer is what the trial is held against.

Answers to one entry are no independent draws, in however many samples and evals it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.runs.record import Record


def asked_entry(record: Record, entries: Mapping[str, Entry]) -> Entry | None:
    """Return the entry that a trial asked; of a variant with the same gold answer the one it was made of.

    Args:
        record: The trial.
        entries: Of the benchmark, by id; may lack any.
    """
    found = entries.get(record.question_id)
    how = record.perturbation
    if found is not None or record.parent_id is None or how is None or not how.same_gold:
        return found
    return entries.get(record.parent_id)


def asked_key(record: Record) -> int:
    """Identify the entry that a trial asked, by its id and question, as two benchmarks may share ids.

    Returns:
        A number of this process: a hundred thousand of them take little memory.
    """
    return hash((record.question_id, record.question))
