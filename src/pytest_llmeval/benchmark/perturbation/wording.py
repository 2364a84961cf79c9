"""Perturbations of the spelling: typos, case, punctuation, spacing. Code, numbers, names and links stay as they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from random import Random
from typing import Any, ClassVar, Literal

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.perturbation.drawn import TextPerturbation
from pytest_llmeval.benchmark.perturbation.noise import Levels, Noise
from pytest_llmeval.benchmark.perturbation.plain_words import rewrite, rewrite_prose, word_spans

LEAST_LETTERS = 4
"""Shorter words get no typo: it could make another word of them."""
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {letter: row[max(0, at - 1) : at] + row[at + 1 : at + 2] for row in _ROWS for at, letter in enumerate(row)}
_END_MARKS = re.compile(r"(?<=\S)(?<!^\w)(?<!\s\w)[,;:.!?…]+(?=[\"'”’)\]]*(?:\s|$))", re.MULTILINE)
_BLANK = re.compile(r"(?<=\S) (?=\S)")


@dataclass(frozen=True)
class Typos(Noise):
    """Mistypes a share of the plain words of four letters or more, one slip each, at least one word.

    A slip swaps two letters, drops or doubles one, or hits the key beside it; never the first letter. Words of the gold
    answer, where it is a text that stands in the question, are spelt as they are.

    Args:
        rate: The share of these words, above 0 and up to 1; or several shares, each with variants of its own.
    """

    default_name: ClassVar[str] = "typos"
    axis: ClassVar[str] = "rate"

    _: KW_ONLY
    rate: Levels = 0.15

    def rewritten(self, text: str, entry: Entry, random: Random) -> str | None:
        """Choose the words, then the slips."""
        kept = _gold_spans(text, entry.gold_answer)
        words = [
            (start, end)
            for start, end in word_spans(text)
            if end - start >= LEAST_LETTERS and not any(start < high and low < end for low, high in kept)
        ]
        if not words:
            return None
        chosen = sorted(random.sample(words, max(1, round(self.strength * len(words)))))
        return rewrite(text, chosen, lambda word: mistyped(word, random))


def _gold_spans(text: str, gold: Any) -> list[tuple[int, int]]:
    """Return where a text holds an accepted answer, which may have to be repeated as it is spelt."""
    accepted = [one for one in (gold if isinstance(gold, list | tuple) else (gold,)) if isinstance(one, str) and one]
    return [found.span() for one in accepted for found in re.finditer(re.escape(one), text, re.IGNORECASE)]


def mistyped(word: str, random: Random) -> str:
    """Return a word with one slip in it.

    Args:
        word: At least two letters.
        random: Chooses slip and place.
    """
    at = random.randrange(1, len(word))
    slip = random.choice(_SLIPS)
    made = slip(word, at, random)
    return made if made != word else word[:at] + word[at] + word[at:]


def _swapped(word: str, at: int, random: Random) -> str:  # noqa: ARG001  slips have one shape
    if at == len(word) - 1 and at > 1:
        at -= 1
    return word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]


def _dropped(word: str, at: int, random: Random) -> str:  # noqa: ARG001  slips have one shape
    return word[:at] + word[at + 1 :]


def _doubled(word: str, at: int, random: Random) -> str:  # noqa: ARG001  slips have one shape
    return word[:at] + word[at] + word[at:]


def _beside(word: str, at: int, random: Random) -> str:
    keys = _BESIDE.get(word[at].lower())
    if not keys:
        return word
    key = random.choice(keys)
    return word[:at] + (key.upper() if word[at].isupper() else key) + word[at + 1 :]


_SLIPS: tuple[Callable[[str, int, Random], str], ...] = (_swapped, _dropped, _doubled, _beside)


@dataclass(frozen=True)
class Case(TextPerturbation):
    """Writes plain words in lower or in upper case throughout.

    Args:
        to: ``lower`` or ``upper``.
    """

    default_name: ClassVar[str] = "case"

    _: KW_ONLY
    to: Literal["lower", "upper"] = "lower"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.to not in ("lower", "upper"):
            raise self.fault(f"to must be 'lower' or 'upper', got {self.to!r}")

    def rewritten(self, text: str, entry: Entry, random: Random) -> str | None:  # noqa: ARG002  nothing is drawn
        """Change every plain word."""
        return rewrite(text, word_spans(text), str.lower if self.to == "lower" else str.upper)


@dataclass(frozen=True)
class Punctuation(TextPerturbation):
    """Leaves out the marks at the ends of words; those inside of them (``3.5``, ``a.b()``) and ``A.`` stay."""

    default_name: ClassVar[str] = "punctuation"

    def rewritten(self, text: str, entry: Entry, random: Random) -> str | None:  # noqa: ARG002  nothing is drawn
        """Drop them."""
        return rewrite_prose(text, lambda prose: _END_MARKS.sub("", prose))


@dataclass(frozen=True)
class Spacing(Noise):
    """Doubles a share of the blanks between words, and ends the text in an empty line.

    Args:
        rate: The share of the blanks, above 0 and up to 1; or several shares, each with variants of its own.
    """

    default_name: ClassVar[str] = "spacing"
    axis: ClassVar[str] = "rate"

    _: KW_ONLY
    rate: Levels = 0.3

    def rewritten(self, text: str, entry: Entry, random: Random) -> str | None:  # noqa: ARG002  only the text counts
        """Widen the blanks that are drawn."""

        def widened(prose: str) -> str:
            return _BLANK.sub(lambda _: "  " if random.random() < self.strength else " ", prose)

        return rewrite_prose(text, widened) + "\n\n"


case = Case
punctuation = Punctuation
spacing = Spacing
typos = Typos
