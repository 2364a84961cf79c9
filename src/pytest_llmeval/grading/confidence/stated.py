"""The confidence an answer states: ``Confidence: 80%``, ``I am 80 % sure``, ``{"confidence": 0.8}``, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

WORDS: Mapping[str, float] = MappingProxyType(
    {
        "certain": 0.99,
        "almost certain": 0.93,
        "nearly certain": 0.93,
        "very likely": 0.9,
        "highly likely": 0.9,
        "very probable": 0.9,
        "probable": 0.75,
        "likely": 0.75,
        "about even": 0.5,
        "even chance": 0.5,
        "toss-up": 0.5,
        "unlikely": 0.3,
        "probably not": 0.3,
        "improbable": 0.3,
        "very unlikely": 0.1,
        "highly unlikely": 0.1,
        "almost certainly not": 0.07,
        "very high": 0.95,
        "high": 0.85,
        "medium": 0.5,
        "moderate": 0.5,
        "low": 0.25,
        "very low": 0.1,
    }
)
"""Words to numbers. *Almost certain*, *probable*, *about even*, *probably not* and *almost certainly not* are those of
Kent, S. (1964), Words of Estimative Probability, Studies in Intelligence 8; the others are ours, set between them."""

_OF = r"%|percent\b|per cent\b|/\s{0,5}(?:100|10|5|1)\b|out of (?:100|10|5)\b"
_NUMBER = rf"(?<![\w.,])(?P<n>\d{{1,9}}(?:\.\d{{1,12}})?|\.\d{{1,12}})(?:\s{{0,5}}(?P<of>{_OF}))?"
_NAME = r"(?:confidence|certainty)(?:[ _-](?:level|score|rating))?"
_ABOUT = r"(?:(?:about|around|approximately|roughly) |~\s{0,5})?"
_SEPARATOR = rf"[\"'*_`]{{0,3}}\s{{0,5}}(?::|=|\bis\b|\bof\b|\bat\b|–|->)\s{{0,5}}[\"'*_`<(\[]{{0,3}}\s{{0,5}}{_ABOUT}"
_NAMED = re.compile(rf"(?<!\w){_NAME}{_SEPARATOR}{_NUMBER}", re.IGNORECASE)
_SURE = re.compile(
    rf"{_NUMBER}\s{{0,5}}(?:confident|certain\b|sure\b|confidence(?! (?:interval|band|bound|limit|region)))",
    re.IGNORECASE,
)
_WORDED = re.compile(rf"(?<!\w){_NAME}{_SEPARATOR}(?P<w>[a-z][a-z-]*(?: [a-z]+){{0,2}})", re.IGNORECASE)


def stated_confidence(text: str, words: Mapping[str, float] = WORDS) -> float | None:
    """Read how sure an answer says it is.

    The last statement counts, for answers end with their verdict. A number with ``%``, or a whole number from 2 to 100,
    is percents; one up to 1 is a share; ``8/10`` and ``8 out of 10`` are parts. What is none of these, such as 120 % or
    1.5, is passed over; so is a *confidence interval*.

    Args:
        text: The answer.
        words: What words mean, in lower case, from 0 to 1; empty to read numbers only.

    Returns:
        From 0 to 1; None where the answer says nothing that can be read.

    Example:
        >>> stated_confidence("Paris. Confidence: 80%"), stated_confidence("I am 95 % sure"), stated_confidence("Paris")
        (0.8, 0.95, None)
    """
    found = [*_numbers(text), *_in_words(text, words)]
    return max(found)[1] if found else None


def _numbers(text: str) -> Iterator[tuple[int, float]]:
    for pattern in (_NAMED, _SURE):
        for match in pattern.finditer(text):
            share = _share(match["n"], match["of"])
            # A lone number before "sure" may count anything: "the 3 sure signs".
            if share is not None and (pattern is _NAMED or match["of"]):
                yield match.start("n"), share


def _share(number: str, of: str | None) -> float | None:
    value = float(number)
    whole = re.search(r"\d+", of or "")
    if whole:
        value /= int(whole[0])
    elif of:
        value /= 100
    elif value > 1:
        value = value / 100 if "." not in number else -1.0
    return value if 0 <= value <= 1 else None


def _in_words(text: str, words: Mapping[str, float]) -> Iterator[tuple[int, float]]:
    for match in _WORDED.finditer(text):
        said = match["w"].lower().split(" ")
        for many in range(len(said), 0, -1):  # the longest name first: "very high" before "very"
            meaning = words.get(" ".join(said[:many]))
            if meaning is not None:
                yield match.start("w"), meaning
                break


def without_statement(text: str) -> str:
    """Return an answer without what it says of how sure it is, so that answers can be compared.

    Example:
        >>> without_statement("Paris. Confidence: 80%")
        'Paris.'
    """
    for pattern in (_NAMED, _WORDED):
        text = pattern.sub("", text)
    return text.strip()
