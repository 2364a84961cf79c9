"""What an assertion helper may know of the trial it is called in, and where it leaves word of what it checked."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.grading.code.sandbox import Sandbox
from pytest_llmeval.grading.grade import Grade, Level, Score
from pytest_llmeval.grading.judge.port import Judge
from pytest_llmeval.grading.judge.signature import Signature
from pytest_llmeval.models.answer import Answer


@dataclass(frozen=True, slots=True)
class JudgedText:
    """What judges made of a text."""

    judge_hash: str
    text: str
    level: Level | None
    """None where they reached no verdict."""
    abstained: bool = False
    """Whether they reached none because one of them says that a person should judge."""


@dataclass(slots=True)
class TrialContext:
    """One trial as its test sees it; answers and grades given to the test carry it."""

    entry: Entry
    answer: Answer | None = None
    checks: list[Score] = field(default_factory=list)
    """One score for each assertion made, passed or not, in order; they go to the record."""
    judges: Sequence[Judge] = ()
    """Whom graders may ask for a verdict."""
    sandbox: Sandbox | None = None
    """Where code out of answers may run; None where nobody has allowed that."""
    judged_by: list[Signature] = field(default_factory=list)
    """Who was asked; one for each grader that judged, whichever grade counts in the end."""
    roots: tuple[str | os.PathLike[str], ...] = ()
    """Where files that an answer names are looked for: beside the benchmark, then in pytest's root folder."""
    confidence: dict[str, float] = field(default_factory=dict)
    """How sure of itself the answer is, 0 to 1, by the signal that says so; goes to the record."""
    judged: list[JudgedText] = field(default_factory=list)
    """What they said, of whichever text they were handed."""
    turns_kept: list[bool] = field(default_factory=list)
    """Of a conversation, whether each turn kept to every format it was held against; empty where nobody looked."""

    def keep_turns(self, answer: Answer, kept: Sequence[bool]) -> None:
        """Take in which turns of an answer kept to a format; of another answer than the trial's nothing is kept.

        Args:
            answer: The conversation that was looked at.
            kept: Whether each turn kept to it; a turn must keep to all formats.
        """
        own = self.answer.turns if self.answer is not None else ()
        if [turn.text for turn in own] == [turn.text for turn in answer.turns]:
            before = self.turns_kept or [True] * len(kept)
            self.turns_kept = [one and other for one, other in zip(before, kept, strict=True)]


def judges_for(own: Sequence[Judge], context: TrialContext | None) -> tuple[Judge, ...]:
    """Return whom a grader asks: its own judges, else those of the trial; empty where there are none."""
    return tuple(own or (context.judges if context else ()))


def context_of(subject: Answer | Grade | str) -> TrialContext | None:
    """Return the context an answer or a grade carries; None for text, and for what a test made itself."""
    context = getattr(subject, "context", None)
    return context if isinstance(context, TrialContext) else None
