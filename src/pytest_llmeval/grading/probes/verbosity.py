"""Verbosity and format: is the reply longer, or more marked up, than the question calls for."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, GraderError
from pytest_llmeval.grading.grade import Grade, Score
from pytest_llmeval.grading.probes.markup import marks_in, without_fences
from pytest_llmeval.grading.probes.probe import Probe, score
from pytest_llmeval.grading.probes.prose import words
from pytest_llmeval.grading.rule_grader import RuleGrader, texts_of
from pytest_llmeval.models.answer import Answer


@dataclass(frozen=True, slots=True)
class Verbosity(Probe, RuleGrader):
    """The reply is not much longer than what would do.

    What would do is the entry's ``reference_words``, a number, else the words of its ``minimal_answer``, else of its
    ``gold_answer``. The score ``conciseness`` is the share of the words that would have done, 1 for a reply that is no
    longer.

    Args:
        limit: How many times as long it may be, at least 1.
    """

    name: ClassVar[str] = "verbosity"

    _: KW_ONLY
    limit: float = 2.0

    def __post_init__(self) -> None:
        if isinstance(self.limit, bool) or not 1 <= self.limit < math.inf:
            raise ConfigurationError(f"probes.verbosity(limit={self.limit!r}): limit must be at least 1")

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Count words."""
        reference, said = self._reference(entry), words(answer.text)
        ratio = said / reference
        within = ratio <= self.limit
        detail = f"{said} words, {ratio:.1f} times the {reference} that would do"
        concise = Score("conciseness", min(1.0, 1 / ratio) if said else 1.0, None, detail, "verifiable")
        scores = (concise, score("within_length", within, detail, "verifiable"))
        return self.graded("fully_correct" if within else "wrong", *scores, notes="" if within else detail)

    def _reference(self, entry: Entry) -> int:
        count = entry.field("reference_words")
        if count is not None:
            found = int(count) if str(count).strip().isdigit() else 0
        else:
            told = entry.field("minimal_answer") or self.field(entry, "gold_answer")
            found = min((words(text) for text in texts_of(told)), default=0)
        if found < 1:
            raise GraderError(
                f"probes.verbosity(): entry {entry.id!r} must say what would do, in at least 1 word; "
                "give reference_words, a whole number, or minimal_answer"
            )
        return found


@dataclass(frozen=True, slots=True)
class PlainFormat(Probe, RuleGrader):
    """The reply to a question for prose is not dressed up with bullets, headers and bold type.

    Markup density is bullets, numbered points, headers and bold spans on 100 words, code blocks aside.

    Args:
        limit: The density that is still good, at least 0.
    """

    name: ClassVar[str] = "plain_format"

    _: KW_ONLY
    limit: float = 2.0

    def __post_init__(self) -> None:
        if isinstance(self.limit, bool) or not 0 <= self.limit < math.inf:
            raise ConfigurationError(f"probes.plain_format(limit={self.limit!r}): limit must be at least 0")

    def judge(self, entry: Entry, answer: Answer) -> Grade:  # noqa: ARG002  the same for every entry
        """Count marks and words."""
        density = markup_density(answer.text)
        plain = density <= self.limit
        detail = f"{density:.1f} marks on 100 words, at most {self.limit:g} wanted"
        made = score("plain_format", plain, detail, "verifiable")
        return self.graded("fully_correct" if plain else "wrong", made, notes="" if plain else detail)


def markup_density(text: str) -> float:
    """Return bullets, headers and bold spans on 100 words, code blocks aside; 0 for a text without words.

    Example:
        >>> markup_density("# Paris" + 19 * " word")
        4.761904761904762
    """
    count = words(without_fences(text))
    return 100 * marks_in(text) / count if count else 0.0


verbosity = Verbosity
plain_format = PlainFormat
