"""Probes that tell the class of a reply, by rules or by whoever is given, and those whose grade follows from it."""

from __future__ import annotations

import inspect
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeAlias

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import GraderError
from pytest_llmeval.grading.context import JudgedText, context_of
from pytest_llmeval.grading.grade import Grade, Kind
from pytest_llmeval.grading.judge.choice import because
from pytest_llmeval.grading.probes.probe import Probe
from pytest_llmeval.models.answer import Answer

Classifier: TypeAlias = Callable[[Entry, Answer], str | Awaitable[str]]
"""Tells the class of a reply; quick where it is no coroutine, for it runs on the event loop."""


@dataclass(frozen=True, slots=True)
class ClassifyingProbe(Probe):
    """A probe that tells the class of a reply by rules, or by whoever is given.

    Args:
        classify: Tells the class in place of the rules, such as `ByJudge`; a function of entry and answer.
    """

    classes: ClassVar[tuple[str, ...]]

    classify: Classifier | None = None

    async def class_of(self, entry: Entry, answer: Answer, by_rules: Callable[[], str]) -> str:
        """Tell the class of a reply.

        Args:
            entry: What was asked.
            answer: The reply.
            by_rules: Tells the class where nobody else is given.

        Raises:
            GraderError: Where whoever is given names no class.
            UnscoredError: Where a judge reaches none.
        """
        if self.classify is None:
            return by_rules()
        told = self.classify(entry, answer)
        return self.known(await told if inspect.isawaitable(told) else told)

    def known(self, told: Any) -> str:
        """Return what whoever is given has told.

        Raises:
            GraderError: Where it is no class.
        """
        if told not in self.classes:
            raise GraderError(
                f"probes.{self.name}(): classify must return one of {', '.join(self.classes)}, got {told!r}"
            )
        word: str = told  # and not str(told): a judge's word bears its reason
        return word

    def noted(self, grade: Grade, answer: Answer, told: str) -> Grade:
        """Write down what follows from a judge's word as its verdict, so that no gate takes it for a rule's.

        Args:
            grade: What followed.
            answer: What was judged.
            told: The word; where a judge gave its reason for it, that goes to the notes.
        """
        grade = replace(grade, notes="; ".join(note for note in (grade.notes, because(told)) if note))
        context, signature = context_of(answer), getattr(self.classify, "signature", None)
        if context is not None and signature is not None:
            context.judged.append(JudgedText(signature(context.judges).hash, answer.text, grade.level))
        return grade

    @property
    def score_kind(self) -> Kind:
        """Return who stands behind the scores: a judge, or a rule of thumb."""
        kind: Kind = getattr(self.classify, "kind", "heuristic")
        return kind


@dataclass(frozen=True, slots=True)
class GradedByClass(ClassifyingProbe):
    """A probe whose grade follows from the class of the reply and from what the entry says."""

    def __call__(self, entry: Entry, answer: Answer) -> Any:
        """Classify the reply, then grade; gives an awaitable where a judge is asked."""
        if self.classify is None:
            return self.graded_as(self.by_rules(entry, answer), entry, answer)
        told = self.classify(entry, answer)
        if inspect.isawaitable(told):
            return self._awaited(told, entry, answer)
        return self.graded_as(self.known(told), entry, answer)

    async def _awaited(self, told: Awaitable[str], entry: Entry, answer: Answer) -> Grade:
        name = self.known(await told)
        return self.noted(self.graded_as(name, entry, answer), answer, name)

    @abstractmethod
    def by_rules(self, entry: Entry, answer: Answer) -> str:
        """Tell the class by rules."""

    @abstractmethod
    def graded_as(self, told: str, entry: Entry, answer: Answer) -> Grade:
        """Grade a reply of a class."""
