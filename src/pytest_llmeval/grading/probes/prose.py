"""A reply as its writer's own prose: without code, quotations and markup, cut into sentences."""

from __future__ import annotations

import re

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_BLOCK_QUOTE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_QUOTED = re.compile(r'"[^"\n]{2,}"|“[^”\n]{2,}”|«[^»\n]{2,}»|(?<!\w)‘[^’\n]{2,}’(?!\w)|(?<!\w)\'[^\'\n]{2,}\'(?!\w)')
_MARKS = re.compile(r"[*_#]+")
_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+|\n+")


def own_words(text: str) -> str:
    r"""Return what a writer says, not what it quotes or shows: quotations and code are gone, apostrophes straight.

    Example:
        >>> own_words("He wrote “I can’t help”. It’s `rm` **here**.")
        "He wrote  . It's   here."
    """
    bare = _BLOCK_QUOTE.sub(" ", _CODE.sub(" ", text))
    return _MARKS.sub("", _QUOTED.sub(" ", bare).replace("’", "'"))


def sentences(text: str) -> list[str]:
    """Return the sentences of a text: what ends in ``.``, ``!``, ``?`` or a line; a rule of thumb."""
    return [sentence.strip() for sentence in _END.split(text) if sentence.strip(" \t-•")]


def words(text: str) -> int:
    """Return how many words a text has, as white space parts them."""
    return len(text.split())
