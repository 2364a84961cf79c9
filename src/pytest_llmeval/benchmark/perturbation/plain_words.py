"""Which parts of a text are plain words, that may be spelt otherwise, and which are code, numbers, names or links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_LITERAL = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|\b(?:https?|file)://\S+", re.DOTALL)
_TOKEN = re.compile(r"\S+")
_WORD = re.compile(r"""["'“‘(\[]*(?P<core>[^\W\d_]+(?:['’-][^\W\d_]+)*)["'”’)\].,;:!?…]*""")


def prose_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of what is not code in backticks and no link."""
    start = 0
    for literal in _LITERAL.finditer(text):
        yield start, literal.start()
        start = literal.end()
    yield start, len(text)


def word_spans(text: str) -> list[tuple[int, int]]:
    """Return start and end of each plain word: letters only, at least two, capitals at its beginning or throughout.

    What holds digits, ``_``, ``/``, inner dots or inner capitals may be a name that means something as it is spelt.

    Example:
        >>> text = "Does `a b` in RunLog.append or runLog cost 3 euros?"
        >>> [text[start:end] for start, end in word_spans(text)]
        ['Does', 'in', 'or', 'cost', 'euros']
    """
    found = []
    for start, end in prose_spans(text):
        for token in _TOKEN.finditer(text, start, end):
            word = _WORD.fullmatch(token[0])
            if word and len(word["core"]) > 1 and _is_plain(word["core"]):
                found.append((token.start() + word.start("core"), token.start() + word.end("core")))
    return found


def _is_plain(core: str) -> bool:
    return core.isupper() or core[1:] == core[1:].lower() or core.istitle()


def rewrite(text: str, spans: list[tuple[int, int]], change: Callable[[str], str]) -> str:
    """Return a text with some of its parts changed, given in their order."""
    parts, at = [], 0
    for start, end in spans:
        parts += [text[at:start], change(text[start:end])]
        at = end
    return "".join([*parts, text[at:]])


def rewrite_prose(text: str, change: Callable[[str], str]) -> str:
    """Return a text with all that is not code or a link changed."""
    return rewrite(text, list(prose_spans(text)), change)
