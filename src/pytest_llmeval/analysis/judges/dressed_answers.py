"""Answers of a run that have markup, each beside the same content as prose: does a judge like the one better."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.judge.battery import Case
from pytest_llmeval.grading.probes.markup import marks_in, without_markup
from pytest_llmeval.runs.asked_entry import asked_entry
from pytest_llmeval.runs.reading import iter_records

KIND = "same_content"


def cases_of_run(log: Path, entries: Mapping[str, Entry]) -> tuple[Case, ...]:
    """Make a case for the judge of each answer that has bullets, headers or bold type.

    Args:
        log: The run.
        entries: By id, for their gold answers; one that is missing leaves the judge without.

    Returns:
        In the order of the log, the same answer to the same question once.

    Raises:
        ConfigurationError: Where no answer has markup.
        RunLogError: Where the log cannot be read.
    """
    found: dict[tuple[str, str], Case] = {}
    answers = 0
    for record in iter_records(log):
        answers += bool(record.answer)
        if record.answer and marks_in(record.answer):
            place = (record.question_id, record.answer)
            name = f"{record.question_id}-{len(found) + 1}"
            found.setdefault(place, _case(name, record.question, record.answer, asked_entry(record, entries)))
    if not found:
        raise ConfigurationError(f"{log}: none of its {answers:,} answers has bullets, headers or bold type")
    return tuple(found.values())


def _case(name: str, question: str, answer: str, entry: Entry | None) -> Case:
    gold = entry.gold_answer if entry is not None else None
    told = "" if gold is None else gold if isinstance(gold, str) else json.dumps(gold, ensure_ascii=False, default=str)
    return Case(name, KIND, question, told, without_markup(answer), answer, "no_reward")
