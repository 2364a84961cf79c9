"""A grader of the way to an answer: its outcome, the share of right steps, and where the first error is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, GraderError, NothingExpected
from pytest_llmeval.grading.combining import Composite, component_score
from pytest_llmeval.grading.grade import FailureLabel, Grade, Kind, Level, Score
from pytest_llmeval.grading.grader import Grader, grader_id
from pytest_llmeval.grading.named_grader import shown_setting
from pytest_llmeval.grading.steps.reading import Step, read_steps

FIRST_ERROR = "first_error_step"


@dataclass(frozen=True, slots=True)
class Steps(Composite):
    """The outcome and the way to it, apart: partial credit for right steps, and the first one that went wrong.

    ==================  =================  ===============================================================
    outcome             steps              grade
    ==================  =================  ===============================================================
    right               all passed         fully correct
    right               not all passed     partially correct, ``reasoning_error``
    not right           any                the outcome's own; ``reasoning_error`` where a step did not pass
    not asked about     all, some, none    fully correct, partially correct, wrong
    ==================  =================  ===============================================================

    Scores: ``outcome``; ``process`` (passed steps / steps); ``first_error_step`` (steps before the first error / steps,
    its detail names the step); and, where the outcome is right, ``right_for_right_reason`` (1 where all steps passed).
    A step passed where its check says fully correct. With a step that nobody could judge there is no verdict.

    Args:
        outcome: Grades the result; without it the steps alone decide.
        steps: The steps, as `read_steps` takes them; by default the entry's ``steps``.

    Raises:
        ConfigurationError: For steps that cannot be read.
    """

    name: ClassVar[str] = "steps"

    outcome: Grader | None = None
    _: KW_ONLY
    steps: Any = None

    def __post_init__(self) -> None:
        if self.outcome is not None and not callable(self.outcome):
            raise ConfigurationError(
                f"graders.steps({self.outcome!r}): the outcome is graded by a grader; give the steps as steps=[...]"
            )
        self._own()

    def _own(self) -> tuple[Step, ...]:
        return read_steps(self.steps) if self.steps is not None else ()

    @property
    def id(self) -> str:
        """Return the name with the id of the outcome's grader, and the steps where they are its own."""
        told = [grader_id(self.outcome)] if self.outcome is not None else []
        told += [f"steps={shown_setting(self.steps)}"] if self.steps is not None else []
        return f"{self.name}({', '.join(told)})" if told else self.name

    def parts(self) -> tuple[Grader, ...]:
        """Return the graders of steps that are its own, then the outcome's."""
        return StepsOfEntry(self.id, self.outcome, self._own(), ()).parts()

    def for_entry(self, entry: Entry) -> Composite:
        """Read the steps of an entry.

        Raises:
            NothingExpected: Where it has none.
            GraderError: Where they cannot be read.
        """
        given = self.steps or entry.field("steps")
        if not given:
            raise NothingExpected(
                f"graders.steps() needs steps, entry {entry.id!r} has none; "
                "add them to the benchmark, or write graders.steps(steps=[...])"
            )
        try:
            steps = read_steps(given)
            return StepsOfEntry(self.id, self.outcome, steps, tuple(step.entry_of(entry) for step in steps))
        except ConfigurationError as error:
            raise GraderError(f"steps of entry {entry.id!r}: {error}") from None

    def combined(self, grades: Sequence[Grade]) -> Grade:
        """Combine steps that are its own; those of an entry are combined by what `for_entry` returns."""
        return StepsOfEntry(self.id, self.outcome, self._own(), ()).combined(grades)


@dataclass(frozen=True, slots=True)
class StepsOfEntry(Composite):
    """The steps of one entry, with the outcome where it is graded."""

    name: ClassVar[str] = "steps"

    signed: str
    """The id that grades bear."""
    outcome: Grader | None
    steps: tuple[Step, ...]
    entries: tuple[Entry, ...]
    """By which each step is graded."""

    @property
    def id(self) -> str:
        """Return the id of the grader it was made by."""
        return self.signed

    def parts(self) -> tuple[Grader, ...]:
        """Return the graders of the steps, then the outcome's."""
        return (*(step.grader for step in self.steps), *([self.outcome] if self.outcome else []))

    def entry_of(self, place: int, entry: Entry) -> Entry:
        """Return the step's entry; for the outcome the whole."""
        return self.entries[place] if place < len(self.entries) else entry

    def combined(self, grades: Sequence[Grade]) -> Grade:
        """Hold outcome and steps against each other."""
        taken, outcome = grades[: len(self.steps)], next(iter(grades[len(self.steps) :]), None)
        scores = tuple(self._scores(taken, outcome))
        heard = [*taken, *([outcome] if outcome else [])]
        if unscored := next((grade for grade in heard if grade.state == "unscored"), None):
            return Grade(None, None, unscored.notes, scores, self.id, "unscored")
        if outcome is not None and outcome.level != "fully_correct":
            notes = "; ".join(note for note in (outcome.notes, self._told(taken)) if note)
            label = outcome.failure_label or (_label(taken) if outcome.level else None)
            return replace(outcome, failure_label=label, notes=notes, scores=scores, grader=self.id)
        passed = sum(map(_passed, taken))
        if passed == len(taken):
            return Grade("fully_correct", None, "", scores, self.id)
        level: Level = "partially_correct" if passed or outcome is not None else "wrong"
        return Grade(level, _label(taken), self._told(taken), scores, self.id)

    def _told(self, taken: Sequence[Grade]) -> str:
        place = _first_error(taken)
        if place is None:
            return ""
        why = f": {taken[place].notes}" if taken[place].notes else ""
        return f"first error: step {place + 1} of {len(taken)}, {self.steps[place].id}{why}"

    def _scores(self, taken: Sequence[Grade], outcome: Grade | None) -> Iterator[Score]:
        if outcome is not None:
            yield replace(component_score("outcome", outcome), grader=self.id)
        kind = _kind([*taken, *([outcome] if outcome else [])])
        of, passed = len(taken), sum(map(_passed, taken))
        known = all(grade.state != "unscored" for grade in taken)
        failed = ", ".join(step.id for step, grade in zip(self.steps, taken, strict=True) if not _passed(grade))
        told = f"{passed} of {of} steps" + (f", not {failed}" if failed else "")
        share = passed / of if known else None
        yield Score("process", share, passed == of if known else None, told, _kind(taken), self.id)
        yield self._first_error_score(taken)
        if known and outcome is not None and outcome.level == "fully_correct":
            sound = passed == of
            yield Score("right_for_right_reason", float(sound), sound, told, kind, self.id)

    def _first_error_score(self, taken: Sequence[Grade]) -> Score:
        place, kind, of = _first_error(taken), _kind(taken), len(taken)
        if place is not None:
            told = f"step {place + 1} of {of}, {self.steps[place].id}"
            return Score(FIRST_ERROR, place / of, False, told, kind, self.id)
        if all(grade.state != "unscored" for grade in taken):
            return Score(FIRST_ERROR, 1.0, True, "none", kind, self.id)
        return Score(FIRST_ERROR, None, None, "a step before it has no verdict", kind, self.id)


def _passed(grade: Grade) -> bool:
    return grade.level == "fully_correct"


def _first_error(taken: Sequence[Grade]) -> int | None:
    """Return the place of the first step that failed; None where there is none, or where one before it is unknown."""
    place = next((at for at, grade in enumerate(taken) if not _passed(grade)), None)
    return None if place is None or taken[place].state == "unscored" else place


def _label(taken: Sequence[Grade]) -> FailureLabel | None:
    """Return what went wrong at the first error; None where there is none."""
    place = _first_error(taken)
    return None if place is None else taken[place].failure_label or "reasoning_error"


def _kind(grades: Sequence[Grade]) -> Kind:
    kinds: list[Kind] = [score.kind for grade in grades for score in grade.scores if score.kind != "verifiable"]
    return kinds[0] if kinds else "verifiable"


steps = Steps
