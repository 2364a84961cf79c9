"""What a judge is sent: the instructions, and question, reference and answer as framed data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import GraderError
from pytest_llmeval.fingerprint import fingerprint
from pytest_llmeval.grading.judge.blinding import blinded
from pytest_llmeval.grading.judge.framing import framed, section_key
from pytest_llmeval.grading.judge.instructions import instructions
from pytest_llmeval.grading.judge.rubric import Rubric
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.models.request import Message

Reference: TypeAlias = bool | Literal["auto"]
"""Whether the judge sees the right answer: always, never, or where the entry has one."""
Basis = Literal["reference", "criteria", "rubric"]
"""What an answer was held against: the right answer, the entry's criteria, or nothing but the rubric."""

_REMINDER = (
    "That was the whole of the data. Give your verdict on the section named answer, as the one JSON object described, "
    "with the key {key}."
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """All that one judge is asked about one answer."""

    system: str
    messages: tuple[Message, ...]
    key: str
    """Marks the sections; a verdict bears it, which nothing copied from an answer can."""
    basis: Basis


def make_prompt(
    entry: Entry,
    answer: Answer,
    rubric: Rubric,
    reference: Reference = "auto",
    material: Mapping[str, str] = MappingProxyType({}),
) -> Prompt:
    """Write what a judge is asked: the same for equal entries, answers and rubrics.

    Args:
        entry: The question, with what a right answer must hold.
        answer: The answer; where it names the model it came from, the name is withheld.
        rubric: What is asked of it.
        reference: Whether the judge sees the right answer.
        material: Further sections that the rubric speaks of, name to text.

    Raises:
        GraderError: Where the right answer is to be shown, and the entry has none.
    """
    if reference is True and not _has_gold(entry):
        raise GraderError(
            f"graders.rubric_judge(reference=True) needs a gold_answer, entry {entry.id!r} has none; "
            'add it to the benchmark, or write reference="auto"'
        )
    right = {} if reference is False else dict(_right(entry))
    known = {**known_sections(entry, reference), **material}
    sections = {**known, **dict(_said(answer, known.values()))}
    key = section_key(rubric.hash, sections)
    text = f"KEY: {key}\n\n{framed(sections, key)}\n\n{_REMINDER.format(key=key)}"
    basis: Basis = "reference" if right else "criteria" if entry.criteria else "rubric"
    return Prompt(instructions(rubric), ({"role": "user", "content": text},), key, basis)


def known_sections(entry: Entry, reference: Reference = "auto") -> dict[str, str]:
    """Return what a judge is shown besides answers: question, right answer, criteria.

    Args:
        entry: The question.
        reference: Whether what gives the right answer away is among it.
    """
    right = {} if reference is False else dict(_right(entry))
    return {**dict(_asked(entry)), **right, **dict(_criteria(entry))}


def prompt_hash(rubric: Rubric) -> str:
    """Identify the wording of the prompts of a rubric, by the prompt of a fixed specimen."""
    entry = Entry(
        id="specimen",
        question="Q",
        messages=({"role": "user", "content": "Q"},),
        gold_answer="G",
        criteria=("C", ("D", "E")),
        expected_files=("F",),
        expected_symbols=("S",),
    )
    prompt = make_prompt(entry, Answer("A", evidence_files=("F",)), rubric)
    return fingerprint([prompt.system, prompt.messages])


def _has_gold(entry: Entry) -> bool:
    return entry.gold_answer is not None and entry.gold_answer not in ("", [], {})


def _asked(entry: Entry) -> Iterator[tuple[str, str]]:
    yield "question", entry.question
    if entry.messages:
        yield "conversation", "\n\n".join(f"{turn['role']}: {_text(turn.get('content'))}" for turn in entry.messages)


def _right(entry: Entry) -> Iterator[tuple[str, str]]:
    """Name what gives the right answer away."""
    if _has_gold(entry):
        yield "reference answer", _text(entry.gold_answer)
    if entry.expected_files:
        yield "files a right answer rests on", _listed(entry.expected_files)
    if entry.expected_symbols:
        yield "names a right answer holds", _listed(entry.expected_symbols)


def _criteria(entry: Entry) -> Iterator[tuple[str, str]]:
    if entry.criteria:
        yield "criteria", _listed(one if isinstance(one, str) else " / or: ".join(one) for one in entry.criteria)


def _said(answer: Answer, known: Iterable[str]) -> Iterator[tuple[str, str]]:
    if answer.evidence_files:
        yield "files the answer rests on", _listed(answer.evidence_files)
    yield "answer", blinded(answer, known)


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _text(value: Any) -> str:
    if isinstance(value, Mapping | list | tuple | bool) or value is None:
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
