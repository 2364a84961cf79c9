"""The grader that goes with a task: made of the same settings, it grades each call that the task made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Generic, Protocol, TypeVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import GraderError
from pytest_llmeval.grading.code.executing import executes_code
from pytest_llmeval.grading.grade import Kind
from pytest_llmeval.grading.grader import Grader
from pytest_llmeval.models.answer import Answer, Call


class TaskSettings(Protocol):
    """What a task and its grader are made of."""

    @property
    def id(self) -> str:
        """The name with all settings, by which grades are signed."""

    @property
    def grader_of_answers(self) -> Grader:
        """Tells right answers."""


Settings = TypeVar("Settings", bound=TaskSettings)


@dataclass(frozen=True, slots=True)
class TaskGrader(Generic[Settings]):
    """Grades the calls of one task, and no others.

    Args:
        settings: Those the task had.
    """

    name: ClassVar[str]
    maker: ClassVar[str]
    """How users write what makes task and grader: ``probes.pushback()``."""
    called: ClassVar[str]
    """What users call what makes them: a probe, a vote."""
    kind: ClassVar[Kind] = "heuristic"
    runs_inline: ClassVar[bool] = True
    """It is a coroutine."""

    settings: Settings

    @property
    def id(self) -> str:
        """Return the name with all settings."""
        return self.settings.id

    @property
    def executes_code(self) -> bool:
        """Tell whether the grader within runs code out of answers, which has to be allowed."""
        return executes_code(self.settings.grader_of_answers)

    def calls_of(self, entry: Entry, answer: Answer, times: int, told: str = "") -> list[Call]:
        """Return the calls of the model under test, as many as the task makes.

        Args:
            entry: What was asked.
            answer: What came of it.
            times: How often the task asks.
            told: Says so, where the number alone would not.

        Raises:
            GraderError: Where there are more or fewer: another task was at work.
        """
        calls = [call for call in answer.calls if call.role == "model"]
        if len(calls) != times:
            raise GraderError(
                f"{self.maker}: entry {entry.id!r} was asked {len(calls)} times, not {told or times}; "
                f"use task and grader of one {self.called} together"
            )
        return calls
