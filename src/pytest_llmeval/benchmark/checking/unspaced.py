"""Scripts that put no blanks between words: each character counts as a word, so that texts can be compared."""

from __future__ import annotations

import re

from pytest_llmeval.benchmark.checking.words import folded, plain, words

_UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1780-\u17ff"  # Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Kana, also of half width
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
_CHARACTER = re.compile(f"[{_UNSPACED}]")
_OF_A_WORD = 2
"""Most words of Chinese have two such characters, those of the other scripts rather more."""


def apart(text: str) -> str:
    """Return a text in which each character of a script without blanks stands alone.

    Example:
        >>> apart("GPT是什么? Good")
        'gpt 是  什  么 ? good'
    """
    if text.isascii() or not _CHARACTER.search(text):
        return text
    return _CHARACTER.sub(r" \g<0> ", folded(text))  # half width Kana are put together first


def plain_apart(text: str) -> str:
    """Return the words of a text, in which such characters stand alone, with one blank between them."""
    return plain(apart(text))


def length_in_words(text: str) -> float:
    """Return how long a text is; of scripts without blanks two characters count as a word.

    Example:
        >>> length_in_words("What is the capital?"), length_in_words("GPT是什么?")
        (4.0, 2.5)
    """
    found = words(apart(text))
    unspaced = sum(_CHARACTER.fullmatch(word) is not None for word in found)
    return len(found) - unspaced + unspaced / _OF_A_WORD
