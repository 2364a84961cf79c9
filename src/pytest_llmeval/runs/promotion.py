"""A failure becomes the line of a benchmark entry, so that what was mended stays mended."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytest_llmeval.benchmark.entry import UNCATEGORIZED, Entry
from pytest_llmeval.benchmark.writing import entry_row
from pytest_llmeval.errors import BenchmarkError, RunLogError
from pytest_llmeval.runs.record import Record

TAG = "regression"


def failure_of(records: Iterable[Record], question_id: str, model: str | None = None) -> Record:
    """Return the first failure of an entry.

    Args:
        records: Of a run.
        question_id: The entry's id.
        model: As ``provider:model``; None for any.

    Raises:
        RunLogError: Where the run does not have the entry, or it did not fail.
    """
    found = [one for one in records if one.question_id == question_id]
    asked = [one for one in found if model is None or model == f"{one.provider}:{one.model}"]
    if not asked:
        raise RunLogError(f"the run has no entry {question_id!r}" + (f" of {model}" if found and model else ""))
    failed = [one for one in asked if _failed(one)]
    if not failed:
        raise RunLogError(
            f"entry {question_id!r} did not fail in this run; only a failure is something to guard against"
        )
    return failed[0]


def _failed(record: Record) -> bool:
    if record.crashed:  # of the task, and so of the system under test; an error otherwise is the provider's
        return True
    if record.outcome in ("error", "unscored", "skipped"):
        return False
    return record.grade != "fully_correct" if record.grade else record.outcome not in ("passed", None)


def entry_of(record: Record, asked: Entry | None, day: str, **told: Any) -> dict[str, Any]:
    """Return the line of a benchmark that asks what failed.

    Args:
        record: The failure.
        asked: The entry it asked; without one the line holds what the record says, see `lost_without_entry`.
        day: Today, ISO 8601.
        told: Fields that the person who promotes it gives: ``gold_answer``, ``criteria``, ``guards``, ``harm``, and any
            other field of an entry, which wins over the entry's. None is as if it were not given.

    Raises:
        BenchmarkError: Where a question is given in place of a whole conversation.
    """
    made = _said_by(record) if asked is None else _row_of(record, asked)
    if told.get("question") is not None and (several := [name for name in ("messages", "turns") if made.get(name)]):
        which = f"entry {record.question_id!r} is a conversation ({several[0]})"
        raise BenchmarkError([f"{which}; leave --question out, and change the new line where it must be another one"])
    made |= {
        "id": f"{record.question_id}-{TAG}",
        "tags": [*(tag for tag in made.get("tags", ()) if tag != TAG), TAG],
        "must_pass": True,
        "added": day,
        "observed": record.error if record.answer is None else record.answer,
        "failure_label": record.failure_label,
        "regression_of": {
            "run_id": record.run_id,
            "question_id": record.question_id,
            "model": f"{record.provider}:{record.model}",
            "repo_sha": record.repo_sha,
        },
    }
    given = {name: value for name, value in told.items() if value is not None}
    return {name: value for name, value in {**made, **given}.items() if value is not None}


def _row_of(record: Record, asked: Entry) -> dict[str, Any]:
    """Return the entry's line, as one that is run; of a variant with the variant's own wording."""
    row = entry_row(asked)
    if row.pop("status", None) == "quarantined":
        row.pop("expires", None)  # of the quarantine, which the new entry is not in
    if record.is_variant and record.question_id != asked.id and not (asked.messages or asked.turns):
        row["question"] = record.question
    return row


def _said_by(record: Record) -> dict[str, Any]:
    return {
        "question": record.question,
        "category": None if record.category == UNCATEGORIZED else record.category,
        "tags": list(record.tags),
        "difficulty": record.difficulty,
        "weight": None if record.weight == 1 else record.weight,
        "turns": [{"user": turn.question} for turn in record.turns] or None,
    }


def lost_without_entry(line: dict[str, Any]) -> str:
    """Name what a line that was made of a record alone lacks, if the entry had it."""
    expected = "what is expected of each turn, " if line.get("turns") else ""
    return f"{expected}system prompt, messages, context files, tools, expectations and fields of its own"
