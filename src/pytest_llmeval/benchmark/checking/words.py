"""Texts as words and runs of words, so that case, signs and spacing make no difference."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_WORD = re.compile(r"\w+")


def folded(text: str) -> str:
    """Return a text in one case and one Unicode form."""
    return unicodedata.normalize("NFKC", text).casefold()


def words(text: str) -> list[str]:
    """Return the words of a text, in one case and one Unicode form.

    Example:
        >>> words("What's the CAPITAL of France?")
        ['what', 's', 'the', 'capital', 'of', 'france']
    """
    return _WORD.findall(folded(text))


def plain(text: str) -> str:
    """Return the words of a text with one blank between them."""
    return " ".join(words(text))


def runs(found: Sequence[str], length: int) -> frozenset[str]:
    """Return every run of so many words; a shorter text is one run, an empty one none.

    Example:
        >>> sorted(runs(["a", "b", "c"], 2)), sorted(runs(["a"], 2))
        (['a b', 'b c'], ['a'])
    """
    if not found:
        return frozenset()
    last = max(len(found) - length, 0)
    return frozenset(" ".join(found[begin : begin + length]) for begin in range(last + 1))


def holds(text: str, part: str) -> bool:
    """Tell whether a plain text holds another, at the borders of words."""
    return bool(part) and f" {part} " in f" {text} "
