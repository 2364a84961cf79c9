"""Grades: four levels, six failure labels, and the scores behind them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from pytest_llmeval.models.answer import IN_RECORDS

Level = Literal["fully_correct", "partially_correct", "unsupported", "wrong"]
FailureLabel = Literal[
    "missing_evidence", "retrieval_miss", "wrong_chunk", "hallucination", "reasoning_error", "scope_confusion"
]
ErrorMode = Literal["hallucination", "omission", "conflation", "fabrication", "inconsistent"]
"""In what way a failed answer is wrong.

It states what is not so; leaves out what was asked; takes one thing for another; names what does not exist;
contradicts itself, or another answer to the same question.
"""
State = Literal["graded", "unextractable", "truncated", "filtered", "unscored"]
"""Why there is, or is not, a level.

``unextractable``: the answer holds no value of the kind to judge; ``truncated`` and ``filtered``: the text was cut off,
or withheld, before it could be right: three failures of the model that are not *wrong* answers. ``unscored``: the
grader reached no verdict, which says nothing about the model.
"""
Kind = Literal["verifiable", "heuristic", "judge", "human"]
"""Who stands behind a score: a check of fact, a rule of thumb, a model, a person."""

LEVELS: tuple[Level, ...] = get_args(Level)
"""From best to worst."""
FAILURE_LABELS: tuple[FailureLabel, ...] = get_args(FailureLabel)
ERROR_MODES: tuple[ErrorMode, ...] = get_args(ErrorMode)


@dataclass(frozen=True, slots=True)
class Score:
    """One measurement of one answer.

    Args:
        name: What was measured, in one word.
        value: From 0 (worst) to 1 (best); None where nothing could be measured.
        passed: Whether it is good enough; None where that was not asked or cannot be told.
        detail: One line for a person.
        kind: Who stands behind it.
        grader: Id of the grader it came from.

    Raises:
        ValueError: For a value outside 0..1, or NaN.
    """

    __pydantic_config__ = IN_RECORDS

    name: str
    value: float | None
    passed: bool | None = None
    detail: str = ""
    kind: Kind = "verifiable"
    grader: str = ""

    def __post_init__(self) -> None:
        if self.value is not None and not 0 <= self.value <= 1:
            raise ValueError(f"score {self.name!r} must lie between 0 and 1, got {self.value}")


@dataclass(frozen=True, slots=True)
class Grade:
    """The verdict on one answer.

    Args:
        level: One of the four levels; None exactly where ``state`` is not ``graded``.
        failure_label: What kind of failure it is, for answers that are not fully correct.
        notes: Why, in one or two lines.
        scores: The measurements behind it.
        grader: Id of the grader, with its version where that matters.
        state: Why there is, or is not, a level.

    Raises:
        ValueError: For an unknown level or label, or a level that contradicts the state.
    """

    level: Level | None
    failure_label: FailureLabel | None = None
    notes: str = ""
    scores: tuple[Score, ...] = ()
    grader: str = ""
    state: State = "graded"
    metadata: dict[str, Any] = field(default_factory=dict)
    context: object | None = field(default=None, repr=False, compare=False)
    """The trial it belongs to, for the assertion helpers."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "scores", tuple(self.scores))
        if self.level is not None and self.level not in LEVELS:
            raise ValueError(f"grade must be one of {', '.join(LEVELS)}, got {self.level!r}")
        if self.failure_label is not None and self.failure_label not in FAILURE_LABELS:
            raise ValueError(f"failure label must be one of {', '.join(FAILURE_LABELS)}, got {self.failure_label!r}")
        if (self.level is None) != (self.state != "graded"):
            raise ValueError(f"a grade with level {self.level!r} cannot be in state {self.state!r}")

    def __str__(self) -> str:
        return self.level or self.state

    @property
    def score(self) -> float | None:
        """Return the lowest of the scores' values, or None where none could be measured."""
        return min((s.value for s in self.scores if s.value is not None), default=None)

    def reaches(self, least: Level) -> bool | None:
        """Tell whether the level is at least as good as the given one; None for an unscored answer."""
        if self.level is None:
            return None if self.state == "unscored" else False
        return rank(self.level) <= rank(least)


def rank(level: Level) -> int:
    """Return 0 for the best level, 3 for the worst."""
    return LEVELS.index(level)


def lowest(grades: Iterable[Grade]) -> Grade:
    """Combine the grades of several graders: the lowest counts, every score is kept.

    A model's own failure to give something that can be judged counts below every level; an unscored grade below that,
    because without it the lowest is unknown. Of equally low grades all are heard in the notes; the first failure label
    counts, that of the lowest grade before those of better ones.

    Raises:
        ValueError: Where there is no grade at all.
    """
    given = tuple(grades)
    if len(given) == 1:
        return given[0]
    worst = max(given, key=lambda grade: (_badness(grade), grade.failure_label is not None))
    label = worst.failure_label
    if worst.level != "fully_correct":
        label = label or next((grade.failure_label for grade in given if grade.failure_label), None)
    notes = dict.fromkeys(grade.notes for grade in given if _badness(grade) == _badness(worst) and grade.notes)
    scores = tuple(score for grade in given for score in grade.scores)
    return replace(worst, failure_label=label, notes="; ".join(notes), scores=scores)


def _badness(grade: Grade) -> int:
    if grade.level is not None:
        return rank(grade.level)
    return len(LEVELS) + (1 if grade.state == "unscored" else 0)
