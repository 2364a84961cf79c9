r"""Where in a text its final answer stands; whether that answer is right is not asked here.

Every function takes text and returns a value, or raises `ExtractionError`. Any of them can be a grader's ``extract=``.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence

from pytest_llmeval.errors import ExtractionError
from pytest_llmeval.safe_text import one_line

_HASHES = re.compile(r"^[ \t>]*####(?!#)[ \t]*(\S.*)$", re.MULTILINE)
_BOXED = re.compile(r"\\(?:boxed|fbox)\s*\{")
_ANSWER_IS = re.compile(
    r"\b(?:answer|result)(?:[ ](?:to|for)[ ][^.\n:]{1,80}?)?[*_`\"'’]{0,3}\s{0,3}"
    r"(?:\bis\b|\bare\b|\bwas\b|[:=])[*_`:\s]{0,8}",
    re.IGNORECASE,
)

_BEFORE_LETTER = r"[\s*_`\"'>]{0,8}(?:\b(?:option|choice|answer)\s+)?(?:\\text(?:bf)?\{)?[(\[*_`]{0,3}"
_NO_SECOND = r"(?![)\]*_`]{0,3}\s*(?:,|and|or|&|/)\s*[(\[*_`]{0,3}[A-Za-z](?![\w'’]))"
_OPENING_LETTER = re.compile(
    _BEFORE_LETTER + rf"([A-Za-z]){_NO_SECOND}(?:[)\]*_`:}}]|\.(?=\s|$)|\s*$|\s+[–—=-]\s)", re.IGNORECASE
)
# Behind a mark a bare capital is enough, but for "the answer is A cat".
_MARKED_LETTER = re.compile(
    _BEFORE_LETTER.replace("option|choice|answer", "[Oo]ption|[Cc]hoice|[Aa]nswer")
    + rf"([A-Za-z]){_NO_SECOND}(?:[)\]*_`:}}.,;]|\s*$|\s+(?:[–—=(-]|because|since|as|for)|(?<=[B-HJ-Z])(?![\w'’]))"
)
_STANDING_OUT = re.compile(
    r"(?<!not )(?:[(\[]([A-Za-z])[)\]]|\*\*\(?([A-Za-z])[).:]?\*\*|^[ \t]*([A-Za-z])[.)]?[ \t]*$"
    r"|\b(?:[Oo]ption|[Cc]hoice|[Cc]hoose|[Pp]ick|[Ss]elect)[ ]+([A-Z])(?![\w'’]))",
    re.MULTILINE,
)


def marked_answers(text: str) -> Iterator[str]:
    r"""Yield what the text itself marks as its answer, the surest mark first, of each mark the last one.

    The marks are ``#### n`` at the begin of a line, ``\boxed{n}``, and "answer is n" or "answer: n".
    """
    for match in _last(_HASHES, text):
        yield match.group(1).strip()
    for match in _last(_BOXED, text):
        yield _until_closed(text[match.end() :])
    for match in _last(_ANSWER_IS, text):
        yield text[match.end() :].lstrip().split("\n", 1)[0]


def final_text(text: str) -> str:
    r"""Return what the text marks as its answer, without closing punctuation.

    Raises:
        ExtractionError: Where nothing is marked.

    Example:
        >>> final_text("Well. The answer is **Paris**.")
        'Paris'
    """
    for marked in marked_answers(text):
        if answer := marked.strip(" \t*_`").rstrip(".").strip(" \t*_`"):
            return answer
    raise ExtractionError(r"no final answer is marked with '####', \boxed{} or 'answer is'")


def in_tag(text: str, name: str = "answer") -> str:
    """Return what stands between ``<name>`` and ``</name>``; of several, the last.

    Raises:
        ExtractionError: Where there is no such closed tag.
    """
    end = text.rfind(f"</{name}>")
    begin = text.rfind(f"<{name}>", 0, max(end, 0))
    if end < 0 or begin < 0:
        raise ExtractionError(f"there is no <{name}>…</{name}>")
    return text[begin + len(name) + 2 : end].strip()


def by_pattern(text: str, pattern: str, group: int | str = 1, *, ignore_case: bool = False) -> str:
    """Return one group of the last match of a regular expression.

    Raises:
        ExtractionError: Where the pattern does not match, or the group took no part in the match.
    """
    matches = list(_last(re.compile(pattern, re.IGNORECASE if ignore_case else 0), text))
    found = matches[0].group(group) if matches else None
    if found is None:
        raise ExtractionError(f"nothing matches {pattern!r}")
    return str(found)


def choice_letter(text: str, letters: Sequence[str] = "ABCDEFGHIJ") -> str:
    """Return the option the text picks, as one of ``letters``.

    A marked answer wins, then a letter at the begin (``B) because``, ``B. Paris``), then the one letter that stands in
    brackets, in bold or alone on a line. Two different letters on one footing are no choice.

    Raises:
        ExtractionError: Where no option is picked, or more than one.

    Example:
        >>> choice_letter("A is tempting, but the answer is **(C)**.")
        'C'
    """
    known = {letter.upper(): letter for letter in letters}
    for marked in marked_answers(text):
        if (match := _MARKED_LETTER.match(marked)) and match.group(1).upper() in known:
            return known[match.group(1).upper()]
    if (match := _OPENING_LETTER.match(text)) and match.group(1).upper() in known:
        return known[match.group(1).upper()]
    named = [found.group(found.lastindex or 0).upper() for found in _STANDING_OUT.finditer(text)]
    return _only([known[letter] for letter in named if letter in known], text)


def _only(found: list[str], text: str) -> str:
    distinct = sorted(set(found))
    if len(distinct) == 1:
        return distinct[0]
    if distinct:
        raise ExtractionError(f"more than one option is named: {', '.join(distinct)}")
    raise ExtractionError(f"no option is picked in {one_line(text)!r}")


def _last(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield the last match, where there is one."""
    yield from deque(pattern.finditer(text), maxlen=1)


def _until_closed(text: str) -> str:
    depth = 1
    for place, char in enumerate(text):
        depth += (char == "{") - (char == "}")
        if depth == 0:
            return text[:place]
    return ""  # cut off inside the braces
