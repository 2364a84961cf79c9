"""Graders made of graders: all of them, any of them, a weighted mean."""

from __future__ import annotations

import inspect
import math
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, fields, replace
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.grade import Grade, Kind, Level, Score, lowest, rank
from pytest_llmeval.grading.grader import Grader, as_grade, grader_id
from pytest_llmeval.grading.rule_grader import check_share
from pytest_llmeval.models.answer import Answer

LEVEL_VALUES: Mapping[Level, float] = {"fully_correct": 1.0, "partially_correct": 0.5, "unsupported": 0.0, "wrong": 0.0}
"""What a grade without scores counts for in a mean."""


class Composite(ABC):
    """A grader whose verdict follows from the grades of its parts.

    The runner grades the parts, each where it belongs (inline, in a thread, awaited), then calls `combined`.
    """

    __slots__ = ()

    name: ClassVar[str]

    @abstractmethod
    def parts(self) -> tuple[Grader, ...]:
        """Return the graders it is made of."""

    @abstractmethod
    def combined(self, grades: Sequence[Grade]) -> Grade:
        """Make one grade of those of the parts, given in their order."""

    def for_entry(self, entry: Entry) -> Composite:  # noqa: ARG002  of one whose parts are the same for every entry
        """Return it with the parts that an entry asks for.

        Raises:
            NothingExpected: Where the entry asks for none.
        """
        return self

    def entry_of(self, place: int, entry: Entry) -> Entry:  # noqa: ARG002  all parts judge by the whole entry
        """Return the entry by which the part in a place, from 0, judges."""
        return entry

    @property
    def id(self) -> str:
        """Return the name with the ids of the parts."""
        return f"{self.name}({', '.join(grader_id(part) for part in self.parts())})"

    def __call__(self, entry: Entry, answer: Answer) -> Grade | Awaitable[Grade]:
        """Grade outside a run; gives an awaitable where a part is async."""
        whole = self.for_entry(entry)
        verdicts = [part(whole.entry_of(place, entry), answer) for place, part in enumerate(whole.parts())]
        if any(inspect.isawaitable(verdict) for verdict in verdicts):
            return whole._awaited(verdicts)
        return whole._read(verdicts)

    async def _awaited(self, verdicts: Sequence[Any]) -> Grade:
        return self._read([await verdict if inspect.isawaitable(verdict) else verdict for verdict in verdicts])

    def _read(self, verdicts: Sequence[Any]) -> Grade:
        return self.combined([as_grade(one, grader_id(part)) for one, part in zip(verdicts, self.parts(), strict=True)])


@dataclass(frozen=True, slots=True)
class AllOf(Composite):
    """The lowest of the parts' grades counts."""

    name: ClassVar[str] = "all_of"

    graders: tuple[Grader, ...]

    def parts(self) -> tuple[Grader, ...]:
        """Return them."""
        return self.graders

    def combined(self, grades: Sequence[Grade]) -> Grade:
        """Take the lowest."""
        return replace(lowest(grades), grader=self.id)


@dataclass(frozen=True, slots=True)
class AnyOf(Composite):
    """The best of the parts' grades counts."""

    name: ClassVar[str] = "any_of"

    graders: tuple[Grader, ...]

    def parts(self) -> tuple[Grader, ...]:
        """Return them."""
        return self.graders

    def combined(self, grades: Sequence[Grade]) -> Grade:
        """Take the best; where none is fully correct and one is unscored, the best is not known."""
        best = min(grades, key=lambda grade: rank(grade.level) if grade.level else math.inf)
        if best.level != "fully_correct":
            best = next((grade for grade in grades if grade.state == "unscored"), best)
        return replace(best, grader=self.id, scores=tuple(score for grade in grades for score in grade.scores))


@dataclass(frozen=True, slots=True)
class Weighted(Composite):
    """The weighted mean of named components, less penalties; every component is kept as a score of its own.

    ``sum(weight * value) / sum(weight) - sum(penalty * (1 - value))``, not below 0. A component's value is its grade's
    lowest score, or where it has none 1, 0.5 or 0 by its level; an answer a component cannot extract counts 0 there.

    Args:
        components: Name to grader, or to grader and weight; a weight is 1 where none is given.
        penalties: Name to grader and what is taken off where its value is 0.
        threshold: From which score on the answer is fully correct.
        partial: From which score on it is partially correct.
    """

    name: ClassVar[str] = "weighted"

    components: Mapping[str, Grader | tuple[Grader, float]]
    _: KW_ONLY
    penalties: Mapping[str, tuple[Grader, float]] = field(default_factory=dict)
    threshold: float = 1.0
    partial: float = 0.5

    def __post_init__(self) -> None:
        check_share(self.name, threshold=self.threshold, partial=self.partial)
        amounts = [weight for _, weight in self._terms()]
        if not self.components or not all(0 < amount < math.inf for amount in amounts):
            raise ConfigurationError(
                f"graders.weighted() needs components and penalties with weights above 0, got {amounts}"
            )
        if twice := self.components.keys() & self.penalties.keys():
            raise ConfigurationError(
                f"graders.weighted(): {', '.join(sorted(twice))} is both a component and a penalty"
            )

    def parts(self) -> tuple[Grader, ...]:
        """Return the components' graders, then the penalties'."""
        return tuple(grader for grader, _ in self._terms())

    @property
    def id(self) -> str:
        """Return the name with every component and its weight."""
        names = [*self.components, *(f"-{name}" for name in self.penalties)]
        terms = [
            f"{name}={weight:g}*{grader_id(grader)}"
            for name, (grader, weight) in zip(names, self._terms(), strict=True)
        ]
        shares = [one for one in fields(self) if one.name in ("threshold", "partial")]
        settings = [f"{s.name}={getattr(self, s.name):g}" for s in shares if getattr(self, s.name) != s.default]
        return f"{self.name}({', '.join([*terms, *settings])})"

    def combined(self, grades: Sequence[Grade]) -> Grade:
        """Take the mean, or no verdict where a part reached none."""
        terms, names = self._terms(), [*self.components, *self.penalties]
        scores = tuple(component_score(name, grade) for name, grade in zip(names, grades, strict=True))
        if unscored := next((grade for grade in grades if grade.state == "unscored"), None):
            return Grade(None, None, unscored.notes, scores, self.id, "unscored")
        if all(grade.level is None for grade in grades[: len(self.components)]):
            return replace(grades[0], scores=scores, grader=self.id)
        count, values = len(self.components), [score.value or 0.0 for score in scores]
        weights = [weight for _, weight in terms]
        mean = math.fsum(w * v for w, v in zip(weights[:count], values[:count], strict=True)) / math.fsum(
            weights[:count]
        )
        taken = math.fsum(w * (1 - v) for w, v in zip(weights[count:], values[count:], strict=True))
        return self._verdict(min(1.0, max(0.0, mean - taken)), scores, grades)

    def _verdict(self, value: float, scores: tuple[Score, ...], grades: Sequence[Grade]) -> Grade:
        value = round(value, 12)  # 1 - 0.9 reaches 0.1
        level: Level = (
            "fully_correct" if value >= self.threshold else "partially_correct" if value >= self.partial else "wrong"
        )
        kinds: list[Kind] = [score.kind for score in scores if score.kind != "verifiable"]
        total = Score(self.name, value, value >= self.threshold, "", kinds[0] if kinds else "verifiable", self.id)
        if level == "fully_correct":
            return Grade(level, None, "", (total, *scores), self.id)
        label = next((grade.failure_label for grade in grades if grade.failure_label), None)
        notes = "; ".join(dict.fromkeys(grade.notes for grade in grades if grade.notes))
        return Grade(level, label, notes, (total, *scores), self.id)

    def _terms(self) -> list[tuple[Grader, float]]:
        terms = [*self.components.values(), *self.penalties.values()]
        return [term if isinstance(term, tuple) else (term, 1.0) for term in terms]


def component_score(name: str, grade: Grade) -> Score:
    """Sum a grade up in one score: its lowest, or where it has none 1, 0.5 or 0 by its level."""
    value = grade.score
    if value is None and grade.state != "unscored":
        value = LEVEL_VALUES[grade.level] if grade.level else 0.0
    kinds: list[Kind] = [score.kind for score in grade.scores if score.kind != "verifiable"]
    passed = None if grade.state == "unscored" else grade.level == "fully_correct"
    return Score(name, value, passed, grade.notes, kinds[0] if kinds else "verifiable", grade.grader)


def all_of(*graders: Grader) -> AllOf:
    """Make a grader whose verdict is the lowest of several: right only where all say so."""
    return AllOf(_some(graders, "all_of"))


def any_of(*graders: Grader) -> AnyOf:
    """Make a grader whose verdict is the best of several: right where one says so."""
    return AnyOf(_some(graders, "any_of"))


def _some(graders: tuple[Grader, ...], name: str) -> tuple[Grader, ...]:
    if not graders:
        raise ConfigurationError(f"graders.{name}() needs at least one grader")
    return graders


weighted = Weighted
