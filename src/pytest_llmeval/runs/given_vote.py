"""One line of a file of votes: a grade that a person wrote into a table, or another program exported."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pytest_llmeval.grading.grade import LEVELS, ErrorMode, FailureLabel, Level
from pytest_llmeval.grading.judge.rubric import Rubric
from pytest_llmeval.runs.graded_trial import GradedTrial
from pytest_llmeval.safe_text import one_line

_LETTERS = {level[0]: level for level in LEVELS[1:]} | {"c": LEVELS[0]}


class GivenVote(BaseModel):
    """One line of the file; ``model`` and ``sample`` only where the id alone does not say which answer is meant."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True, protected_namespaces=())

    question_id: str = ""
    """May be left out, and need not be to the letter, where the trial is named."""
    trial: str | None = None
    """Names one answer, as on a sheet to fill in."""
    grade: Level | None = None
    """May be left out where scores are given, which it follows from."""
    scores: dict[str, int] = Field(default_factory=dict)
    """By a rubric with dimensions: the number given in each."""
    failure_label: FailureLabel | None = None
    error_mode: ErrorMode | None = None
    notes: str | None = None
    model: str | None = None
    """With its provider or without."""
    sample: int | None = None
    rater: str | None = None
    adjudication: bool = False
    """Whether it settles what others differ on."""

    @field_validator("grade", mode="before")
    @classmethod
    def _letter_is_a_grade(cls, value: Any) -> Any:
        return _LETTERS.get(value, value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _no_label_on_right_answers(self) -> GivenVote:
        if self.grade == "fully_correct" and self.failure_label:
            raise ValueError("a fully_correct answer has no failure_label")
        if self.grade == "fully_correct" and self.error_mode:
            raise ValueError("a fully_correct answer has no error_mode")
        return self

    def graded(self, rubric: Rubric | None) -> GivenVote:
        """Return the vote with the grade that its scores come to by a rubric.

        Raises:
            ValueError: Where it names no answer, or what it is is not said by grade or scores, or by both differently.
        """
        if not self.question_id and self.trial is None:
            raise ValueError("question_id: is missing")
        if not self.scores:
            if self.grade is None:
                raise ValueError(f"{self.question_id!r} has no grade")
            return self
        if rubric is None or not rubric.dimensions:
            raise ValueError(f"{self.question_id!r} has scores; name the rubric with --rubric FILE")
        level = rubric.level_of(rubric.checked(self.scores))
        if self.grade not in (None, level):
            raise ValueError(f"{self.question_id!r} is {self.grade}, but its scores come to {level}")
        return GivenVote.model_validate({**self.model_dump(), "grade": level})

    def check_notes(self) -> None:
        """Want to be told why, where the grade is below fully correct.

        Raises:
            ValueError: Where nothing is.
        """
        if self.grade != "fully_correct" and not one_line(self.notes or ""):
            raise ValueError(
                f"{self.question_id!r} is {self.grade} without notes that say why, as --require-notes wants"
            )

    def is_of(self, trial: GradedTrial) -> bool:
        """Tell whether a trial of the right entry is the one that is meant."""
        record = trial.record
        models = (None, record.model, f"{record.provider}:{record.model}")
        return self.model in models and self.sample in (None, record.sample)
