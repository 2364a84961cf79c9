"""The card a person grades by: question, gold answer, key points, answer and evidence, set for a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.text import Text

from pytest_llmeval.analysis.people.ratings import MACHINE
from pytest_llmeval.analysis.summary import model_of
from pytest_llmeval.benchmark.entry import UNCATEGORIZED, Entry
from pytest_llmeval.reports.lines import Line, Segment, Style, fit, line, safe, wrapped
from pytest_llmeval.runs.graded_trial import GradedTrial
from pytest_llmeval.runs.hand_grading import Vote
from pytest_llmeval.runs.record import Record
from pytest_llmeval.safe_text import strip_control, trim_middle

_LABEL = 10
LONGEST_TEXT = 20_000
"""Characters of an answer that are shown; nobody reads more, and a terminal must not choke on it."""


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of one trial."""

    record: Record
    entry: Entry | None = None
    """Of the benchmark, where that was found."""
    votes: tuple[Vote, ...] = ()
    """Those to show; none where a person should judge for themselves."""
    blind: bool = False
    """Whether to hide which model answered, and who voted."""


def card_lines(card: Card, width: int) -> list[Line]:
    """Set a card for a width; what strangers wrote has no control codes and no markup."""
    told = _title(card, width)
    for part in (_question(card), _expected(card.entry), _turns(card), _answer(card), _evidence(card), _votes(card)):
        rows = [row for label, styles, text in part for row in _labelled(label, text, width, styles)]
        told += [line(), *rows] if rows else []
    return told


def asked_lines(card: Card, width: int) -> list[Line]:
    """Set the title, the question and what is expected, without what was answered."""
    told = _title(card, width)
    for part in (_question(card), _expected(card.entry)):
        rows = [row for label, styles, text in part for row in _labelled(label, text, width, styles)]
        told += [line(), *rows] if rows else []
    return told


def _labelled(label: str, text: str, width: int, styles: tuple[Style, ...]) -> Iterator[Line]:
    for number, one in enumerate(folded(text, width - _LABEL)):
        yield line(Segment(fit("" if number else label, _LABEL), ("light",)), Segment(one, styles))


_Part = Iterator[tuple[str, tuple[Style, ...], str]]


def _title(card: Card, width: int) -> list[Line]:
    record = card.record
    told = [_safe(record.question_id, 40)]
    told += [_safe(record.category, 30)] if record.category != UNCATEGORIZED else []
    told += [_safe(record.difficulty, 20)] if record.difficulty else []
    told += [f"sample {record.sample}"] if record.sample > 1 else []
    told += [] if card.blind else [_safe(model_of(record), 40)]
    return [line(Segment(one, ("bold",))) for one in wrapped("", told, width)]


def _safe(text: str, limit: int) -> str:
    return safe(text, ascii_only=False, limit=limit)


def _question(card: Card) -> _Part:
    yield "question", (), card.record.question
    changed = card.entry is not None and card.record.entry_hash not in (None, card.entry.hash)
    if changed:
        yield "mind", ("yellow",), "the benchmark's entry is not the one that was run: it has changed since"


def _expected(entry: Entry | None) -> _Part:
    if entry is None:
        return
    if entry.gold_answer is not None:
        yield "gold", ("green",), _as_text(entry.gold_answer)
    if entry.criteria:
        yield "points", ("green",), "\n".join(f"• {_point(one)}" for one in entry.criteria)
    for heading, names in (("files", entry.expected_files), ("symbols", entry.expected_symbols)):
        if names:
            yield heading, ("green",), ", ".join(names)
    notes = entry.metadata.get("grading_notes") or entry.metadata.get("notes")
    if notes:
        yield "notes", ("green",), _as_text(notes)


def _point(one: str | Sequence[str]) -> str:
    return one if isinstance(one, str) else " / ".join(one)


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2, default=str)


def _turns(card: Card) -> _Part:
    """Show a conversation but for its last answer, which stands where answers stand."""
    expected = card.entry.turns if card.entry is not None else ()
    for number, turn in enumerate(card.record.turns, 1):
        yield f"user {number}", (), turn.question
        gold = expected[number - 1].gold_answer if number <= len(expected) else None
        if gold is not None:
            yield "gold", ("green",), _as_text(gold)
        if number < len(card.record.turns):
            yield f"answer {number}", (), trim_middle(turn.answer or "(none)", LONGEST_TEXT)


def _answer(card: Card) -> _Part:
    answer = card.record.answer
    text = trim_middle(answer or "", LONGEST_TEXT)
    yield "answer", (), text if text.strip() else "(empty)"
    cut = {"length": "the answer was cut off at its limit", "content_filter": "the answer was filtered"}
    if card.record.finish_reason in cut:
        yield "mind", ("yellow",), cut[card.record.finish_reason]


def _evidence(card: Card) -> _Part:
    record = card.record
    if record.evidence_files:
        yield "evidence", (), "\n".join(record.evidence_files)
    if record.retrieval_method and not card.blind:
        yield "found by", (), record.retrieval_method
    if record.tools_called:
        yield "tools", (), ", ".join(record.tools_called)


def _votes(card: Card) -> _Part:
    if card.votes:
        yield "votes", ("cyan",), votes_told(card.votes, blind=card.blind)


def votes_told(votes: Iterable[Vote], *, blind: bool) -> str:
    """Tell votes, a line each; blind, without who gave them."""
    return "\n".join(_vote(one, number, blind) for number, one in enumerate(votes, 1))


def all_votes(trial: GradedTrial) -> tuple[Vote, ...]:
    """Return the votes on a trial, the machine's grade as the first."""
    record = trial.record
    if record.grade is None:
        return trial.votes
    notes, label = record.grading_notes, record.failure_label
    machine = Vote(
        rater=MACHINE,
        grade=record.grade,
        failure_label=label,
        error_mode=record.error_mode,
        notes=notes,
        timestamp=record.timestamp,
    )
    return (machine, *trial.votes)


def _vote(vote: Vote, number: int, blind: bool) -> str:
    who = f"grader {number}" if blind else vote.rater
    label = f" · {vote.failure_label.replace('_', ' ')}" if vote.failure_label else ""
    return f"{who}: {vote.grade.replace('_', ' ')}{label}" + (f" — {vote.notes}" if vote.notes else "")


def folded(text: str, width: int) -> Iterable[str]:
    """Fold a text at words, its own line breaks and indentation kept."""
    console = Console(width=width, color_system=None)
    for one in Text(strip_control(text).strip("\n"), tab_size=4).wrap(console, width):
        yield one.plain.rstrip()
