"""Ratings: what several raters said of the same answers, from one log with votes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pytest_llmeval.analysis.summary import model_of
from pytest_llmeval.errors import ConfigurationError, RunLogError
from pytest_llmeval.grading.grade import ERROR_MODES, FAILURE_LABELS, LEVELS
from pytest_llmeval.grading.judge.panel import level_said, scores_said, voter_of
from pytest_llmeval.runs.hand_grading import BEFORE, Vote, latest_by_rater, votes_of
from pytest_llmeval.runs.line import LineFault
from pytest_llmeval.runs.reading import Fault, iter_records
from pytest_llmeval.runs.record import Record

RatedField: TypeAlias = str
"""``grade``, ``failure_label``, ``error_mode``, or the name of a rubric's dimension, whose numbers are compared."""
MACHINE = "machine"
"""The rater whose grade stood in the log before anybody graded by hand."""
NO_LABEL = "none"
"""What a rater said who gave a grade, but no failure label, or no error mode."""

GRADE, LABEL, MODE = "grade", "failure_label", "error_mode"
ORDERS: Mapping[RatedField, tuple[str, ...]] = {
    GRADE: LEVELS,
    LABEL: (*FAILURE_LABELS, NO_LABEL),
    MODE: (*ERROR_MODES, NO_LABEL),
}
"""All that can be said in a field that is no dimension; grades from best to worst."""


@dataclass(frozen=True, slots=True)
class Rated:
    """One answer with what was said of it."""

    question_id: str
    model: str
    sample: int
    category: str
    said: Mapping[str, str]
    """By rater; who left the answer out is missing."""


@dataclass(frozen=True, slots=True)
class Ratings:
    """Answers that several raters judged."""

    raters: tuple[str, ...]
    answers: tuple[Rated, ...]
    field: RatedField

    @property
    def order(self) -> tuple[str, ...]:
        """Return all that could be said, grades from best to worst; numbers from the highest said to the lowest."""
        if self.field in ORDERS:
            return ORDERS[self.field]
        numbers = [int(word) for answer in self.answers for word in answer.said.values()]
        return tuple(map(str, range(max(numbers), min(numbers) - 1, -1))) if numbers else ()

    @property
    def ordered(self) -> bool:
        """Tell whether what can be said has an order, so that some disagreements are worse than others."""
        return self.field not in (LABEL, MODE)


def ratings_in(
    path: Path, field: RatedField, raters: Sequence[str] = (), *, on_fault: Callable[[Fault], None] | None = None
) -> Ratings:
    """Read what the raters of one log said.

    Those are people where two are; else the machine and who there is; where nobody is, the judges of a panel.

    Args:
        path: A log graded by hand, or by a panel of judges.
        field: What of their grades to compare.
        raters: Whom to compare: people, judges as ``provider:model``, or the machine; by default as above.
        on_fault: Is told of lines that are no records, as `iter_records` does.

    Raises:
        RunLogError: For a log without two raters.
        ConfigurationError: For a rater who is not in the log.
    """
    answers: list[Rated] = []
    panel: dict[str, None] = {}
    for record in iter_records(path, on_fault=on_fault):
        judges = panel_votes(record, field)
        panel |= dict.fromkeys(judges)
        answers.append(rated(record, {**judges, **_votes(record, path, field)}))
    there = Counter(rater for answer in answers for rater in answer.said)
    if not there and field not in ORDERS:
        known = ", ".join((*ORDERS, *_dimensions(path)))
        raise ConfigurationError(f"--field: nobody gave a number for {field!r} in {path}; there is {known}")
    people = [rater for rater, _ in there.most_common() if rater != MACHINE and rater not in panel]
    for rater in raters:
        if rater not in there:
            raise ConfigurationError(f"--raters: nobody named {rater!r} graded in {path}; there are {_listed(there)}")
    default = people if len(people) > 1 else [MACHINE, *people] if people or len(panel) < 2 else list(panel)
    chosen = tuple(raters or default)
    if len(chosen) < 2 or any(not there[rater] for rater in chosen):
        raise RunLogError(
            f"{path}: fewer than two raters; let another grade it (pytest-llmeval grade --rater NAME), "
            "or name a second log"
        )
    return Ratings(chosen, tuple(_only(answer, chosen) for answer in answers), field)


def panel_votes(record: Record, field: RatedField) -> dict[str, str | None]:
    """Return what each judge of a panel said of a record's answer; of several panels what the first did.

    By a rubric with dimensions judges give numbers and no levels, so they have votes in its dimensions alone. Judges of
    a panel name no error mode.
    """
    found: dict[str, str | None] = {}
    for score in record.scores:
        judge = voter_of(score.name) if score.kind == "judge" else None
        if judge is None or score.value is None:
            continue
        said = level_said(score.detail)
        if field not in ORDERS:
            number = scores_said(score.detail).get(field)
            found.setdefault(judge, None if number is None else str(number))
        elif said and field != MODE:
            found.setdefault(judge, word_said(said[0], said[1], field))
    return found


def _dimensions(path: Path) -> list[str]:
    found: dict[str, None] = {}
    for record in iter_records(path, on_fault=lambda _fault: None):
        for vote in votes_of(record):
            found |= dict.fromkeys(vote.scores)
        for score in record.scores:
            found |= dict.fromkeys(scores_said(score.detail) if voter_of(score.name) else ())
    return list(found)


def _listed(raters: Iterable[str]) -> str:
    return ", ".join(map(repr, raters))


def _votes(record: Record, path: Path, field: RatedField) -> dict[str, str | None]:
    votes = latest_by_rater(votes_on(record, path))
    said = {rater: word_of(vote, field) for rater, vote in votes.items()}
    if field not in ORDERS:
        return said
    before = (record.model_extra or {}).get(BEFORE)
    machine = before if isinstance(before, dict) else record.model_dump(include={*ORDERS})
    return {MACHINE: word_said(machine.get(GRADE), machine.get(beside(field)), field), **said}


def votes_on(record: Record, path: Path) -> tuple[Vote, ...]:
    """Return the votes on a record.

    Raises:
        RunLogError: Where they are no votes; names the log.
    """
    try:
        return votes_of(record)
    except LineFault as error:
        raise RunLogError(f"{path}: {record.question_id!r}: {error}") from None


def word_of(vote: Vote, field: RatedField) -> str | None:
    """Return what a vote says in a field; None where it says nothing."""
    if field not in ORDERS:
        return str(vote.scores[field]) if field in vote.scores else None
    return word_said(vote.grade, getattr(vote, beside(field)), field)


def beside(field: RatedField) -> str:
    """Return which field stands beside the grade: the error mode where that is compared, else the failure label."""
    return MODE if field == MODE else LABEL


def word_said(grade: str | None, label: str | None, field: RatedField) -> str | None:
    """Return what a grade says in one of these fields, with what stands beside it; None where there is no grade."""
    if grade is None or field == GRADE:
        return grade
    return label if label in ORDERS[field] else NO_LABEL  # a foreign log may hold anything under these names


def rated(record: Record, said: Mapping[str, str | None]) -> Rated:
    """Return an answer with what was said of it; who said nothing is left out."""
    heard = {rater: word for rater, word in said.items() if word is not None}
    return Rated(record.question_id, model_of(record), record.sample, record.category, heard)


def _only(answer: Rated, raters: Iterable[str]) -> Rated:
    said = {rater: answer.said[rater] for rater in raters if rater in answer.said}
    return Rated(answer.question_id, answer.model, answer.sample, answer.category, said)


def rated_by(answers: Iterable[Rated], least: int = 2) -> Iterator[Rated]:
    """Yield the answers that so many raters judged at least."""
    return (answer for answer in answers if len(answer.said) >= least)
