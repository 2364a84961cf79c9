"""A reply as its writer's own prose: without code, quotations and markup, cut into sentences."""

from __future__ import annotations

import re

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_BLOCK_QUOTE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_QUOTED = re.compile(r'"[^"\n]{2,}"|“[^”\n]{2,}”|«[^»\n]{2,}»|(?<!\w)‘[^’\n]{2,}’(?!\w)|(?<!\w)\'[^\'\n]{2,}\'(?!\w)')
_FENCED = re.compile(r"(```.*?(?:```|\Z))", re.DOTALL)
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


def pieces(text: str, most: int) -> list[str]:
    r"""Cut a text into sentences, a fenced block of code being one piece.

    Args:
        text: Any.
        most: Where there are more, neighbours are joined until there are no more than that.

    Example:
        >>> pieces("Sure! It is:\n```\nls\n```\nBye.", 10), pieces("A. B. C.", 2)
        (['Sure!', 'It is:', '```\nls\n```', 'Bye.'], ['A. B.', 'C.'])
    """
    found = [
        one
        for at, part in enumerate(_FENCED.split(text))
        for one in ([part.strip()] if at % 2 else sentences(part))
        if re.search(r"\w", one)
    ]
    size = -(-len(found) // most) if found else 1
    return [" ".join(found[at : at + size]) for at in range(0, len(found), size)]


def words(text: str) -> int:
    """Return how many words a text has, as white space parts them."""
    return len(text.split())
