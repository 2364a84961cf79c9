"""What every grader by rule shares: one method to fill in, and what becomes of answers that hold nothing to judge."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, ExtractionError
from pytest_llmeval.grading.grade import Grade, Kind, Score
from pytest_llmeval.grading.named_grader import NamedGrader
from pytest_llmeval.models.answer import Answer

Extractor: TypeAlias = Callable[[str], Any]
"""Takes the part to judge out of an answer's text, or raises `ExtractionError`."""


@dataclass(frozen=True, slots=True)
class RuleGrader(NamedGrader):
    """A grader that decides by rule: pure, fast, and the same verdict every time."""

    kind: ClassVar[Kind] = "verifiable"

    def __call__(self, entry: Entry, answer: Answer) -> Grade:
        """Grade the answer; one that holds nothing of the kind to judge is ``unextractable``, not wrong."""
        try:
            return self.judge(entry, answer)
        except ExtractionError as error:
            nothing = Score(self.name, None, None, str(error), self.kind, self.id)
            return Grade(None, None, str(error), (nothing,), self.id, "unextractable")

    @abstractmethod
    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Grade the answer.

        Raises:
            ExtractionError: Where it holds no value of the kind to judge.
            NothingExpected: Where the entry lacks what the grader needs.
        """


def check_share(grader: str, *, maker: str = "graders", **settings: float) -> None:
    """Refuse settings that are no share between 0 and 1.

    Args:
        grader: Its name.
        maker: The module that users write before it.
        settings: By name.

    Raises:
        ConfigurationError: Naming the setting.
    """
    for name, value in settings.items():
        if not (math.isfinite(value) and 0 <= value <= 1):
            raise ConfigurationError(f"{maker}.{grader}({name}={value!r}): {name} must lie between 0 and 1")


def texts_of(value: Any) -> tuple[str, ...]:
    """Return one text or several as a tuple of texts; numbers are written out."""
    several = value if isinstance(value, list | tuple | set | frozenset) else (value,)
    return tuple(one if isinstance(one, str) else str(one) for one in several)
