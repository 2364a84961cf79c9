"""Text of strangers made fit for a terminal: no control codes, no bidi tricks, no megabytes."""

from __future__ import annotations

import re
from collections.abc import Sequence

NAMED = 5
"""Names that are told of many; the others are counted."""
_SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours, cursor movement
    r"|\x9b[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x80-\x9f]*+(?:\x07|\x1b\\|\x9c)"  # titles, links, clipboard
    r"|\x1b[ -/]*[0-~]?"
)
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control codes but tab and line feed
    "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"  # bidi overrides, and what has no width
    "\U000e0000-\U000e007f]"  # tags: text nobody sees
)
_SURROGATES = re.compile("[\ud800-\udfff]")


def strip_control(text: str) -> str:
    r"""Remove what a terminal would act on, or show in another order than it stands: escapes, controls, bidi overrides.

    Tabs and line feeds stay; carriage returns, which write over a line, become line feeds.

    Example:
        >>> strip_control("\x1b[31mred\x1b[0m\u202e!")
        'red!'
    """
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATES.sub("\ufffd", _UNSEEN.sub("", _SEQUENCES.sub("", text)))


def trim_middle(text: str, limit: int) -> str:
    """Shorten a text to about ``limit`` characters, keeping its begin and its end and telling what was left out."""
    if len(text) <= limit:
        return text
    head, tail = limit * 2 // 3, limit - limit * 2 // 3
    return f"{text[:head].rstrip()} … [{len(text) - limit:,} characters left out] … {text[-tail:].lstrip()}"


def one_line(text: str, limit: int = 80) -> str:
    """Return a text as one safe line of at most ``limit`` characters, its tail cut off."""
    # Cut before cleaning as well: a label of 80 characters must not cost a pass over a megabyte.
    line = " ".join(strip_control(text[: limit * 20]).split())
    return line if len(line) <= limit and len(text) <= limit * 20 else f"{line[: limit - 1].rstrip()}…"


def named(names: Sequence[str], most: int = NAMED) -> str:
    """Name the first of many, and count the others.

    Example:
        >>> named(["a", "b", "c"], most=2), named(["a"])
        ('a, b and 1 more', 'a')
    """
    return ", ".join(names[:most]) + (f" and {len(names) - most:,} more" if len(names) > most else "")
