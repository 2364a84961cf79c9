"""The claims an answer makes: its sentences, list items and table rows, without code, headings and questions."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,}).*?(?:^[ \t]*\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"^[ \t]*(?:[-*+•]|\d{1,3}[.)]|>+|\|)[ \t]+")
_RULE = re.compile(r"^[ \t]*(?:#{1,6} .*|[-=*_|: \t]{3,})$")
_END = re.compile(r"(?<=[.!?。！？])[\"'”’)\]*_`]*(?:\s+|(?<=[。！？]))(?=[^\s.,;:a-z])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:e\.g|i\.e|cf|vs|etc|approx|no|nos|fig|eq|sec|ch|vol|pp?|mr|mrs|ms|dr|st|[A-Z])\.$", re.IGNORECASE
)
_WORD = re.compile(r"[^\W_]{2,}")
LONGEST_ABBREVIATION = 10
LEAST_WORDS = 3
"""Shorter pieces, such as ``Yes.`` or ``For example:``, claim nothing that evidence could bear out, unless alone."""


def claims_in(text: str) -> tuple[str, ...]:
    r"""Split an answer into the claims it makes, by rule.

    Args:
        text: The answer. Fenced code, headings, rules and questions are left out.

    Returns:
        The claims in order, each on one line, repeats kept; the whole text as one where it has too few words to split.

    Example:
        >>> claims_in("Yes. The log is one file, e.g. `a.jsonl`. It is never rewritten!\n- Each trial is a line")
        ('The log is one file, e.g. `a.jsonl`.', 'It is never rewritten!', 'Each trial is a line')
    """
    found = [one for paragraph in _paragraphs(text) for one in _sentences(paragraph) if _claims(one)]
    whole = " ".join(_FENCE.sub(" ", text).split())
    return tuple(found) or ((whole,) if _WORD.search(whole) or any(sign.isdigit() for sign in whole) else ())


def _paragraphs(text: str) -> Iterator[str]:
    """Join wrapped lines; a list item, a row of a table and a blank line begin anew."""
    lines: list[str] = []
    for line in [*_FENCE.sub("\n", text).splitlines(), ""]:
        begins = bool(_MARK.match(line)) or not line.strip() or bool(_RULE.match(line))
        if begins and lines:
            yield " ".join(lines)
            lines = []
        if line.strip() and not _RULE.match(line):
            lines.append(_MARK.sub("", line).strip().rstrip("|").strip())


def _sentences(paragraph: str) -> Iterator[str]:
    began = 0
    for end in _END.finditer(paragraph):
        tail = paragraph[max(began, end.start() - LONGEST_ABBREVIATION) : end.start()]
        if not _ABBREVIATION.search(tail):
            yield paragraph[began : end.end()].strip()
            began = end.end()
    yield paragraph[began:].strip()


def _claims(sentence: str) -> bool:
    if sentence.rstrip("\"'”’)*_` ").endswith(("?", "？", ":")):
        return False
    return len(_WORD.findall(sentence)) >= LEAST_WORDS or bool(re.search(r"[\u3040-\u9fff\uac00-\ud7af]{4}", sentence))
