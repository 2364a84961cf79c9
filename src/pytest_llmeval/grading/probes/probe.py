"""What every probe shares: an id, who tells the class of a reply, and errors that name the missing field."""

from __future__ import annotations

import inspect
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import GraderError
from pytest_llmeval.grading.context import JudgedText, context_of
from pytest_llmeval.grading.grade import Grade, Kind, Score
from pytest_llmeval.grading.rule_grader import RuleGrader
from pytest_llmeval.models.answer import Answer

Classifier: TypeAlias = Callable[[Entry, Answer], str | Awaitable[str]]
"""Tells the class of a reply; quick where it is no coroutine, for it runs on the event loop."""

TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def yes(value: Any) -> bool:
    """Read a truth value as files write it.

    Raises:
        ValueError: For anything else.
    """
    if isinstance(value, bool):
        return value
    return TRUTHS[str(value).strip().lower()] if str(value).strip().lower() in TRUTHS else _refused(value)


def _refused(value: Any) -> bool:
    raise ValueError(f"must be true or false, got {value!r}")


def score(name: str, good: bool | None, detail: str = "", kind: Kind = "heuristic") -> Score:
    """Make a score that is 1, 0, or absent where it does not apply."""
    return Score(name, None if good is None else float(good), good, detail, kind)


@dataclass(frozen=True, slots=True)
class Probe(RuleGrader):
    """A grader of behaviour by rule."""

    kind: ClassVar[Kind] = "heuristic"

    def field(self, entry: Entry, name: str) -> Any:
        """Return a field of the entry.

        Raises:
            GraderError: Where it has none.
        """
        value = entry.field(name)
        if value is None or value == "":
            raise GraderError(
                f"probes.{self.name}() needs {name!r}, entry {entry.id!r} has none; add it to the benchmark"
            )
        return value

    def one_of(self, entry: Entry, name: str, value: Any, known: tuple[str, ...]) -> str:
        """Return a value that is one of several words.

        Raises:
            GraderError: Where it is none of them.
        """
        if value not in known:
            raise GraderError(
                f"probes.{self.name}(): {name} of entry {entry.id!r} must be one of {', '.join(known)}, got {value!r}"
            )
        return str(value)


@dataclass(frozen=True, slots=True)
class ClassifyingProbe(Probe):
    """A probe whose verdict follows from the class of the reply, told by rules, or by whoever is given.

    Args:
        classify: Tells the class in place of the rules, such as `ByJudge`; a function of entry and answer.
    """

    classes: ClassVar[tuple[str, ...]]

    classify: Classifier | None = None

    def __call__(self, entry: Entry, answer: Answer) -> Any:
        """Classify the reply, then grade; gives an awaitable where a judge is asked."""
        if self.classify is None:
            return self.judge(entry, answer)
        told = self.classify(entry, answer)
        return self._awaited(told, entry, answer) if inspect.isawaitable(told) else self._checked(told, entry, answer)

    async def _awaited(self, told: Awaitable[str], entry: Entry, answer: Answer) -> Grade:
        return self.noted(self._checked(await told, entry, answer), answer)

    def noted(self, grade: Grade, answer: Answer) -> Grade:
        """Write down what follows from a judge's word as its verdict, so that no gate takes it for a rule's."""
        context, signature = context_of(answer), getattr(self.classify, "signature", None)
        if context is not None and signature is not None:
            context.judged.append(JudgedText(signature(context.judges).hash, answer.text, grade.level))
        return grade

    def _checked(self, told: Any, entry: Entry, answer: Answer) -> Grade:
        return self.graded_as(self._known(told), entry, answer)

    async def class_of(self, entry: Entry, answer: Answer) -> str:
        """Tell the class of a reply, by rules or by whoever is given.

        Raises:
            GraderError: Where whoever is given names no class.
            UnscoredError: Where a judge reaches none.
        """
        if self.classify is None:
            return self.by_rules(entry, answer)
        told = self.classify(entry, answer)
        return self._known(await told if inspect.isawaitable(told) else told)

    def _known(self, told: Any) -> str:
        if told not in self.classes:
            raise GraderError(
                f"probes.{self.name}(): classify must return one of {', '.join(self.classes)}, got {told!r}"
            )
        return str(told)

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Grade by the class that the rules tell."""
        return self.graded_as(self.by_rules(entry, answer), entry, answer)

    @property
    def score_kind(self) -> Kind:
        """Return who stands behind the scores: a judge, or a rule of thumb."""
        kind: Kind = getattr(self.classify, "kind", "heuristic")
        return kind

    @abstractmethod
    def by_rules(self, entry: Entry, answer: Answer) -> str:
        """Tell the class by rules."""

    @abstractmethod
    def graded_as(self, told: str, entry: Entry, answer: Answer) -> Grade:
        """Grade a reply of a class."""
