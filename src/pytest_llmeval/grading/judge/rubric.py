"""A rubric: what a judge is asked about an answer, and how its replies become one of the four levels."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, asdict, dataclass, field
from functools import cached_property

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.fingerprint import fingerprint
from pytest_llmeval.grading.grade import FAILURE_LABELS, LEVELS, FailureLabel, Level, rank
from pytest_llmeval.grading.judge.anchors import LABEL_ANCHORS, LEVEL_ANCHORS

TOTAL = "rubric_judge"
"""Name of the score that sums a verdict up, so no dimension may have it."""
MOST_STEPS = 101
"""A scale from 0 to 100 is the finest; no judge tells more steps apart."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """One question a rubric asks, answered by a whole number.

    Args:
        name: One word in lower case; names the score.
        scale: The lowest and the highest number; ``(0, 1)`` makes it a question with yes or no.
        weight: How much it counts in the total; 0 keeps it out of the total and in the log.
        anchors: What a number means, for as many of the scale's numbers as can be told.
        floor: The lowest number that will do: below it the answer is wrong whatever the total is.
        asks: The question in words.

    Raises:
        ConfigurationError: For a setting that makes no sense.
    """

    name: str
    scale: tuple[int, int] = (1, 5)
    weight: float = 1.0
    anchors: Mapping[int, str] = field(default_factory=dict)
    floor: int | None = None
    _: KW_ONLY
    asks: str = ""

    def __post_init__(self) -> None:
        low, high = self.scale
        object.__setattr__(self, "anchors", dict(self.anchors))
        numbers = [*self.anchors, *([] if self.floor is None else [self.floor])]
        outside = [number for number in numbers if not low <= number <= high]
        here = f"dimension {self.name!r}"
        _refuse_if(not re.fullmatch("[a-z][a-z0-9_]*", self.name), f"{here}: name it by one word of a-z, 0-9 and _")
        _refuse_if(self.name == TOTAL, f"{here}: the total has this name, choose another")
        _refuse_if(not 0 < high - low < MOST_STEPS, f"{here}: its scale must rise by 1 to 100, got {self.scale}")
        _refuse_if(not 0 <= self.weight < math.inf, f"{here}: its weight must be 0 or more, got {self.weight}")
        _refuse_if(bool(outside), f"{here}: anchors and floor must lie on the scale {self.scale}, got {outside}")

    @property
    def steps(self) -> range:
        """Return every number of the scale."""
        return range(self.scale[0], self.scale[1] + 1)

    def normalized(self, score: float) -> float:
        """Return a number of the scale as a share from 0 to 1."""
        low, high = self.scale
        return (score - low) / (high - low)

    def is_below_floor(self, score: float) -> bool:
        """Tell whether a number is too low whatever the total is."""
        return self.floor is not None and score < self.floor


@dataclass(frozen=True, slots=True)
class Example:
    """An answer with the verdict it deserves, shown to the judge.

    Args:
        answer: What was answered.
        why: The rationale.
        level: Its level; for a rubric without dimensions.
        failure_label: Its failure label, if any.
        scores: Its number in each dimension; for a rubric with dimensions.
        question: What was asked, where that matters.
    """

    answer: str
    why: str
    _: KW_ONLY
    level: Level | None = None
    failure_label: FailureLabel | None = None
    scores: Mapping[str, int] = field(default_factory=dict)
    question: str = ""


@dataclass(frozen=True)
class Rubric:
    """What is asked of an answer. ``Rubric()`` asks for one of the four levels and a failure label.

    With dimensions each is scored on its own scale, and the level follows from the total, the weighted mean of the
    normalised scores: ``sum(weight * (score - low) / (high - low)) / sum(weight)``. A score below its dimension's floor
    makes the answer wrong.

    Args:
        dimensions: The questions, where levels alone will not do.
        guidance: What the judge should know besides, such as which details do not matter.
        levels: Each level with its meaning; for a rubric without dimensions.
        labels: The failure labels to choose from with their meaning; for a rubric without dimensions.
        examples: Graded answers to show to the judge.
        thresholds: The least total of each level; below all of them an answer is wrong.

    Raises:
        ConfigurationError: For a setting that makes no sense.

    Example:
        >>> rubric = Rubric([Dimension("accuracy", weight=3), Dimension("safety", floor=4)])
        >>> rubric.level_of({"accuracy": 4, "safety": 5}), rubric.level_of({"accuracy": 5, "safety": 3})
        ('fully_correct', 'wrong')
    """

    dimensions: Sequence[Dimension] = ()
    _: KW_ONLY
    guidance: str = ""
    levels: Mapping[Level, str] = field(default_factory=lambda: dict(LEVEL_ANCHORS))
    labels: Mapping[FailureLabel, str] = field(default_factory=lambda: dict(LABEL_ANCHORS))
    examples: Sequence[Example] = ()
    thresholds: Mapping[Level, float] = field(default_factory=lambda: {"fully_correct": 0.8, "partially_correct": 0.5})

    def __post_init__(self) -> None:
        for name in ("dimensions", "examples"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        for name in ("levels", "labels", "thresholds"):
            object.__setattr__(self, name, dict(getattr(self, name)))
        names = [dimension.name for dimension in self.dimensions]
        _refuse_if(len(set(names)) < len(names), f"a dimension is named twice: {', '.join(names)}")
        _refuse_if(bool(names) and not any(one.weight for one in self.dimensions), "no dimension has a weight above 0")
        _refuse_if(set(self.levels) != set(LEVELS), f"levels must say what each of {', '.join(LEVELS)} means")
        _refuse_if(not set(self.labels) <= set(FAILURE_LABELS), f"labels must be some of {', '.join(FAILURE_LABELS)}")
        self._check_thresholds()
        for number, example in enumerate(self.examples, 1):
            self._check_example(number, example)

    def _check_thresholds(self) -> None:
        _refuse_if(not set(self.thresholds) <= set(LEVELS[:-1]), f"thresholds must be of {', '.join(LEVELS[:-1])}")
        least = [self.thresholds[level] for level in sorted(self.thresholds, key=rank)]
        sound = all(0 < value <= 1 for value in least) and least == sorted(least, reverse=True)
        _refuse_if(not sound, f"thresholds must lie between 0 and 1 and fall with the level, got {self.thresholds}")

    def _check_example(self, number: int, example: Example) -> None:
        steps = {dimension.name: dimension.steps for dimension in self.dimensions}
        sound = set(example.scores) == set(steps) and all(example.scores[name] in steps[name] for name in steps)
        if not steps:
            sound = example.level in LEVELS and example.failure_label in (None, *self.labels)
        wanted = f"scores for {', '.join(steps)} on their scales" if steps else "a level, and a failure label or none"
        _refuse_if(not sound, f"example {number} needs {wanted}")

    @cached_property
    def hash(self) -> str:
        """Identify the rubric: what the judge is told of it, and what is made of its replies."""
        return fingerprint(asdict(self))

    def total(self, scores: Mapping[str, float]) -> float:
        """Return the weighted mean of the normalised scores, from 0 to 1.

        Args:
            scores: A number of its scale for every dimension.
        """
        parts = math.fsum(one.weight * one.normalized(scores[one.name]) for one in self.dimensions)
        return round(parts / math.fsum(one.weight for one in self.dimensions), 12)  # 0.7999… reaches 0.8

    def checked(self, scores: Mapping[str, int]) -> Mapping[str, int]:
        """Return scores that give a number of its scale for every dimension, and no others.

        Raises:
            ValueError: Where they do not.
        """
        for one in self.dimensions:
            if scores.get(one.name) not in one.steps:
                low, high = one.scale
                raise ValueError(f"{one.name} must be a whole number from {low} to {high}, got {scores.get(one.name)}")
        unknown = sorted(scores.keys() - {one.name for one in self.dimensions})
        if unknown:
            raise ValueError(f"the rubric has no dimension {', '.join(unknown)}")
        return scores

    def below_floor(self, scores: Mapping[str, float]) -> tuple[Dimension, ...]:
        """Return the dimensions whose score is too low whatever the total is."""
        return tuple(one for one in self.dimensions if one.is_below_floor(scores[one.name]))

    def level_of(self, scores: Mapping[str, float]) -> Level:
        """Return the level that scores come to."""
        if self.below_floor(scores):
            return "wrong"
        total = self.total(scores)
        return next((level for level in LEVELS if total >= self.thresholds.get(level, math.inf)), "wrong")


def _refuse_if(is_fault: bool, fault: str) -> None:
    if is_fault:
        raise ConfigurationError(f"rubric: {fault}")
