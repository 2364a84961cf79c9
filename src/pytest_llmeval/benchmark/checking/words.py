"""Texts as words and runs of words; and as questions, of which signs make others."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_WORD = re.compile(r"\w+")
_SIGN = "-+<=>|~^$#%&*/@\\\\"
"""Signs of ASCII that say something; the others (commas, quotes, brackets) set words apart."""
_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")
"""Sets words apart; any other is a minus."""
_TOKEN = re.compile(rf"\w+|[{_SIGN}]|(?<=\d)!|!(?==)")
_NEITHER = re.compile(r"[^\w\s\x00-\x7f]")
"""What may be a combining mark or a sign of its own (an emoji, a currency); letters of most scripts are not."""
_CLOSING = " .?!\u3002\u061f\u0964\u06d4"
"""What ends a sentence, in Chinese, Arabic, Hindi and Urdu too."""
_ONE_SPELLING = str.maketrans("\u2018\u2019\u201c\u201d\u2010\u2011\u2013\u2212", "''\"\"----")
"""Quotes, hyphens, dash and minus as typewriters have them."""


def folded(text: str) -> str:
    """Return a text in one case and one Unicode form."""
    return unicodedata.normalize("NFKC", text).casefold()


def _as_typed(text: str) -> str:
    """Return a text in one case and form, with the quotes and dashes of a typewriter."""
    return text.casefold() if text.isascii() else folded(text).translate(_ONE_SPELLING)


def words(text: str) -> list[str]:
    """Return the words of a text, in one case and one Unicode form; the marks of a letter belong to it.

    Example:
        >>> words("What's the CAPITAL of France?")
        ['what', 's', 'the', 'capital', 'of', 'france']
    """
    told = folded(text)
    return _with_marks(told, signs=False) if _NEITHER.search(told) else _WORD.findall(told)


def words_and_signs(text: str) -> list[str]:
    """Return the words of a text and, each by itself, the signs that make it another one.

    Example:
        >>> words_and_signs("Is (x < 0) in C++?")
        ['is', 'x', '<', '0', 'in', 'c', '+', '+']
    """
    told = _HYPHEN.sub(" ", _as_typed(text))
    return _with_marks(told, signs=True) if _NEITHER.search(told) else _TOKEN.findall(told)


def _with_marks(told: str, *, signs: bool) -> list[str]:
    return told.translate({ord(sign): _spaced(sign, signs=signs) for sign in set(told)}).split()


def _spaced(sign: str, *, signs: bool) -> str:
    """Return a character of a word as it is, a sign with blanks around it where signs are wanted, else a blank."""
    if sign.isalnum() or sign == "_":
        return sign
    kind = unicodedata.category(sign)
    if kind.startswith("M") and not "\ufe00" <= sign <= "\ufe0f":  # those say in which colours an emoji is drawn
        return sign
    return f" {sign} " if signs and (sign in _SIGN if sign.isascii() else kind.startswith("S")) else " "


def wording(text: str) -> str:
    """Return a text in one case, form and spacing and without the signs at its end; all others make it another text.

    Example:
        >>> wording(" What is  5 - 3 ?"), wording("What is 5!?"), wording("?!")
        ('what is 5 - 3', 'what is 5!', '?!')
    """
    told = " ".join(_as_typed(text).split())
    short = told.rstrip(_CLOSING)
    factorial = short[-1:].isdigit() and told.startswith("!", len(short))
    return f"{short}!" if factorial else short or told


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
