"""Graders of a value the answer ends in: a number, a choice, a text close to the right one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from decimal import Decimal
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, ExtractionError, GraderError
from pytest_llmeval.grading.extraction import choice_letter, marked_answers
from pytest_llmeval.grading.grade import Grade, Kind, Level, Score
from pytest_llmeval.grading.numbers import ARITHMETIC, Number, find_number
from pytest_llmeval.grading.rule_grader import Extractor, RuleGrader, check_share, texts_of
from pytest_llmeval.grading.wording import normalized
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.safe_text import one_line

LETTERS = "ABCDEFGHIJ"
"""The options' names, where the entry gives them none."""


@dataclass(frozen=True, slots=True)
class Numeric(RuleGrader):
    r"""The number the answer ends up with is the gold number.

    It is read from ``#### n``, ``\boxed{n}`` or "answer is n", else it is the last number of the text. A percentage is
    equal to its number and to its hundredth.

    Args:
        expected: The right number, or text that holds it; a list means any of them. By default the entry's
            ``gold_answer``.
        rel_tol: How far off it may be, as a share of the gold number; 0 demands equality.
        abs_tol: How far off it may be.
        unit: What must stand beside the number, such as ``km``; several mean any of them.
        extract: Takes the part to read out of the text, such as `extraction.in_tag`.
    """

    name: ClassVar[str] = "numeric"

    expected: Any = None
    _: KW_ONLY
    rel_tol: float = 0.0
    abs_tol: float = 0.0
    unit: str | Sequence[str] | None = None
    extract: Extractor | None = None

    def __post_init__(self) -> None:
        for name, tolerance in (("rel_tol", self.rel_tol), ("abs_tol", self.abs_tol)):
            if not 0 <= tolerance < float("inf"):
                raise ConfigurationError(f"graders.numeric({name}={tolerance!r}): {name} must be a number from 0 up")

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Compare the values exactly, as decimals, not as floats."""
        gold = self.needed(self.expected, entry, "gold_answer", "expected")
        accepted = [self._gold(one, entry) for one in (gold if isinstance(gold, list | tuple) else (gold,))]
        got = find_number(str(self.extract(answer.text)) if self.extract else answer.text)
        said = " ".join([got.text, *([got.unit] if got.unit else [])])
        if self.unit is not None and got.unit not in texts_of(self.unit):
            return self.decided(False, f"got {one_line(said)}, expected the unit {' or '.join(texts_of(self.unit))}")
        right = any(self._equal(got, one) for one in accepted)
        return self.decided(right, f"got {one_line(said)}, expected {' or '.join(one.text for one in accepted)}")

    def _gold(self, gold: Any, entry: Entry) -> Number:
        try:
            return find_number("" if isinstance(gold, bool) else str(gold))
        except ExtractionError:
            raise GraderError(
                f"graders.numeric() cannot read the gold_answer of entry {entry.id!r}: "
                f"{one_line(repr(gold))} holds no number; give one, or write graders.numeric(expected=...)"
            ) from None

    def _equal(self, got: Number, gold: Number) -> bool:
        if got.unit == gold.unit:
            return self._near(got.value, gold.value)
        return any(self._near(mine, yours) for mine in got.readings for yours in gold.readings)

    def _near(self, got: Decimal, gold: Decimal) -> bool:
        allowed = ARITHMETIC.max(
            ARITHMETIC.multiply(Decimal(str(self.rel_tol)), gold.copy_abs()), Decimal(str(self.abs_tol))
        )
        return ARITHMETIC.abs(ARITHMETIC.subtract(got, gold)) <= allowed


@dataclass(frozen=True, slots=True)
class Choice(RuleGrader):
    """The option the answer picks is the right one.

    An option is picked by its letter, or by its whole text as the answer or as what the answer marks as such: no fuzzy
    match. Two options on one footing, or none, are ``unextractable``.

    Args:
        expected: The right option's letter, text, or place counted from 0; by default the entry's ``gold_answer``.
        options: The options' texts in order, or a mapping of letters to texts; by default ``choices`` or ``options``
            in the entry's metadata. Without any, letters from A to J can be picked.
    """

    name: ClassVar[str] = "choice"

    expected: Any = None
    _: KW_ONLY
    options: Sequence[Any] | Mapping[str, Any] | None = None

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Compare the letters."""
        options = _by_letter(self.options or entry.metadata.get("choices") or entry.metadata.get("options") or {})
        gold = self._gold(self.needed(self.expected, entry, "gold_answer", "expected"), options, entry)
        got = picked_option(answer.text, options)
        return self.decided(got == gold, f"picked {_shown(got, options)}, expected {_shown(gold, options)}")

    def _gold(self, gold: Any, options: dict[str, Any], entry: Entry) -> str:
        letters = list(options) or list(LETTERS)
        itself = [letter for letter, option in options.items() if option == gold]
        if len(itself) == 1:
            return itself[0]
        if isinstance(gold, int) and not isinstance(gold, bool) and 0 <= gold < len(letters):
            return letters[gold]
        letter = _named(str(gold), options) or {one.upper(): one for one in letters}.get(
            str(gold).strip(" ().").upper()
        )
        if letter is not None:
            return letter
        raise GraderError(
            f"graders.choice() cannot place the gold_answer of entry {entry.id!r}: {one_line(repr(gold))} is none of "
            f"{', '.join(map(str, options.values() or letters))}"
        )


@dataclass(frozen=True, slots=True)
class Similarity(RuleGrader):
    """The answer's wording is close to the gold answer's: a rule of thumb, blind to a missing "not".

    Args:
        expected: The right answer; of several the closest counts. By default the entry's ``gold_answer``.
        threshold: From which similarity on (0 to 1) the answer is fully correct.
        partial: From which on it is partially correct.
        word_order: Whether the order of the words counts.
        extract: Takes the part to compare out of the text.
    """

    name: ClassVar[str] = "similarity"
    kind: ClassVar[Kind] = "heuristic"

    expected: Any = None
    _: KW_ONLY
    threshold: float = 0.9
    partial: float = 0.6
    word_order: bool = True
    extract: Extractor | None = None

    def __post_init__(self) -> None:
        check_share("similarity", threshold=self.threshold, partial=self.partial)

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Measure by the normalised insertions and deletions that turn one text into the other."""
        from rapidfuzz import fuzz  # imported where it is needed: a suite may have no such grader

        measure = fuzz.ratio if self.word_order else fuzz.token_sort_ratio
        text = normalized(str(self.extract(answer.text)) if self.extract else answer.text)
        gold = texts_of(self.needed(self.expected, entry, "gold_answer", "expected"))
        value = max(measure(text, normalized(one)) for one in gold) / 100
        level: Level = (
            "fully_correct" if value >= self.threshold else "partially_correct" if value >= self.partial else "wrong"
        )
        notes = f"{value:.2f} similar to the gold answer, {self.threshold:g} wanted"
        score = Score(self.name, value, value >= self.threshold, notes, self.kind)
        return self.graded(level, score, notes="" if score.passed else notes)


def picked_option(text: str, options: Mapping[str, Any]) -> str:
    """Return the letter of the option a text picks.

    Args:
        text: The answer.
        options: Letter to text; empty where only letters can be picked.

    Raises:
        ExtractionError: Where none is picked, or more than one.
    """
    for said in [text, *marked_answers(text)]:
        if named := _named(said, options):
            return named
    try:
        return choice_letter(text, list(options) or LETTERS)
    except ExtractionError:
        for line in (text.strip().split("\n", 1)[0], text.strip().rpartition("\n")[2]):
            if named := _named(line, options):
                return named
        raise


def _named(said: str, options: Mapping[str, Any]) -> str | None:
    """Return the one option whose text this is."""
    plain = normalized(said)
    named = [letter for letter, text in options.items() if normalized(str(text)) == plain]
    return named[0] if len(named) == 1 else None


def _by_letter(options: Sequence[Any] | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(options, Mapping):
        if {"label", "text"} <= options.keys():  # {"label": ["A", "B"], "text": [...]}
            return dict(zip(map(str, options["label"]), options["text"], strict=False))
        return {str(letter): option for letter, option in options.items()}
    if len(options) > len(_ALPHABET):
        raise GraderError(f"graders.choice() can name {len(_ALPHABET)} options by letters, got {len(options)}")
    return dict(zip(_ALPHABET, options, strict=False))


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _shown(letter: str, options: Mapping[str, Any]) -> str:
    return f"{letter} ({one_line(str(options[letter]), 40)})" if letter in options else letter


numeric = Numeric
choice = Choice
similarity = Similarity
