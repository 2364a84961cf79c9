"""What every grader with a name of its own shares: an id, the way to its needs, and the making of grades."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import NothingExpected
from pytest_llmeval.fingerprint import fingerprint
from pytest_llmeval.grading.grade import FailureLabel, Grade, Kind, Level, Score
from pytest_llmeval.models.answer import Answer

SHOWN_SETTING = 40
"""Characters of a setting's repr that go into an id as they are; longer ones are named by their hash."""


@dataclass(frozen=True, slots=True)
class NamedGrader(ABC):
    """A grader with a name, whose fields are its settings; it says itself what it needs of an entry."""

    name: ClassVar[str]
    """How users write it: ``graders.<name>()``."""
    kind: ClassVar[Kind]
    runs_inline: ClassVar[bool] = True
    """It needs no thread of its own: it waits for nothing, or is a coroutine, and may run on the event loop."""
    of_whole: ClassVar[bool] = False
    """Of a conversation with several turns it judges the whole, and none of the turns."""

    @property
    def id(self) -> str:
        """Return the name with every setting that is not the default: ``numeric(rel_tol=0.01)``."""
        given = {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name) != one.default}
        settings = ", ".join(f"{name}={shown_setting(value)}" for name, value in given.items())
        return f"{self.name}({settings})" if settings else self.name

    @abstractmethod
    def __call__(self, entry: Entry, answer: Answer) -> Any:
        """Grade the answer; gives a grade, or an awaitable of one."""

    def needed(self, given: Any, entry: Entry, field: str, argument: str) -> Any:
        """Return the grader's own setting, else the entry's field.

        Raises:
            NothingExpected: Where neither is there.
        """
        found = entry.field(field) if given is None or given == () else given
        if found is None or found in ("", (), [], {}):
            article = "an" if field[0] in "aeiou" else "a"
            raise NothingExpected(
                f"graders.{self.name}() needs {article} {field}, entry {entry.id!r} has none; "
                f"add it to the benchmark, or write graders.{self.name}({argument}=...)"
            )
        return found

    def graded(self, level: Level, *scores: Score, label: FailureLabel | None = None, notes: str = "") -> Grade:
        """Make the grade, signed with the grader's id."""
        signed = tuple(Score(s.name, s.value, s.passed, s.detail, s.kind, self.id) for s in scores)
        return Grade(level, label, notes, signed, self.id)

    def decided(self, right: bool, notes: str = "", *, value: float | None = None) -> Grade:
        """Make a grade of one score: fully correct or wrong."""
        measured = float(right) if value is None else value
        level: Level = "fully_correct" if right else "wrong"
        return self.graded(level, Score(self.name, measured, right, notes, self.kind), notes="" if right else notes)

    def shared(self, parts: int, whole: int, notes: str = "", *, least: float = 0.0, name: str | None = None) -> Grade:
        """Make a grade of the share of parts found.

        Args:
            parts: How many were found.
            whole: How many there are, at least 1.
            notes: What is missing.
            least: The share from which the answer is partially correct; below it, and at 0, it is wrong.
            name: The score's name, where it is not the grader's.
        """
        share = parts / whole
        level: Level = (
            "fully_correct" if parts == whole else "partially_correct" if share >= least and parts else "wrong"
        )
        score = Score(name or self.name, share, parts == whole, notes or f"{parts} of {whole}", self.kind)
        return self.graded(level, score, notes=notes)


def shown_setting(value: Any) -> str:
    """Show a setting in an id: the same text on every machine, and never a long one."""
    if isinstance(value, partial):
        options = [shown_setting(one) for one in value.args] + [
            f"{k}={shown_setting(v)}" for k, v in value.keywords.items()
        ]
        return f"{shown_setting(value.func)}({', '.join(options)})"
    if callable(value):
        return str(getattr(value, "id", None) or getattr(value, "__qualname__", type(value).__qualname__))
    text = repr(value)
    return text if len(text) <= SHOWN_SETTING else f"#{fingerprint(value)[:8]}"
