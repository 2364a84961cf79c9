"""Lines with style hints: plain data, so that whoever prints them decides about colour."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from pytest_llmeval.safe_text import one_line

Style = Literal["bold", "light", "red", "green", "yellow", "cyan"]
"""Names that pytest's ``TerminalWriter.markup`` takes as keywords."""

# Each sign has a stand-in of the same width, so nothing moves.
_PLAIN_SIGNS = str.maketrans("·–…×█▌░─−│•", "|-~x##.--|*")


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a line, in one style."""

    text: str
    styles: tuple[Style, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line, its segments from left to right."""

    segments: tuple[Segment, ...] = ()

    @property
    def text(self) -> str:
        """Return the line without styles."""
        return "".join(segment.text for segment in self.segments)


def line(*parts: str | Segment) -> Line:
    """Make a line of plain texts and styled segments; blanks at its end are left out."""
    segments = [part if isinstance(part, Segment) else Segment(part) for part in parts]
    while segments and not segments[-1].text.rstrip():
        segments.pop()
    if segments:
        segments[-1] = Segment(segments[-1].text.rstrip(), segments[-1].styles)
    return Line(tuple(segments))


def width_of(text: str) -> int:
    """Return how many columns a text takes: two for wide signs, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )


def fit(text: str, width: int) -> str:
    """Cut a text to a width, an ellipsis where something is missing, and fill it up with blanks."""
    if width_of(text) > width:
        while width_of(text) > width - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (width - width_of(text))


def shortened(text: str, width: int) -> str:
    """Cut a text to a width of at least 8, an ellipsis where something is missing."""
    return fit(text, max(width, 8)).rstrip()


def wrapped(label: str, items: Sequence[str], width: int, separator: str = " · ") -> list[str]:
    """Set items after a label, in as many lines as it takes, each indented below the first.

    Args:
        label: The first line's beginning, blanks to the first item included.
        items: What follows; an item that is too wide alone is cut.
        width: Columns that may be used.
        separator: Between two items of a line.
    """
    indent = " " * width_of(label)
    told: list[str] = []
    for item in items:
        piece = fit(item, width - len(indent)).rstrip() if width_of(item) > width - len(indent) else item
        if told and width_of(told[-1] + separator + piece) <= width:
            told[-1] += separator + piece
        else:
            told.append((indent if told else label) + piece)
    return told


def paragraph(text: str, width: int) -> list[str]:
    """Set a text in lines, at blanks where there are any; of a word that is too wide alone nothing is lost.

    ``textwrap`` counts characters, of which Japanese ones take two columns each.

    Args:
        text: One line.
        width: Columns that may be used, at least 2.

    Example:
        >>> paragraph("one two threefour", 8)
        ['one two', 'threefou', 'r']
    """
    told = [""]
    for word in text.split():
        rest = f" {word}" if told[-1] else word
        # A name begins on a line of its own; a sentence of a script without blanks goes on where it is.
        if told[-1] and width_of(told[-1] + rest) > width and (word.isascii() or width_of(word) <= width):
            told.append("")
            rest = word
        while width_of(told[-1] + rest) > width:
            piece = _beginning(rest, width - width_of(told[-1]))
            told[-1] = (told[-1] + piece).rstrip()
            rest = rest[len(piece) :].lstrip()
            told.append("")
        told[-1] += rest
    return [one for one in told if one]


def _beginning(text: str, width: int) -> str:
    """Return as much of a text as a width holds."""
    taken = 0
    for at, sign in enumerate(text):
        taken += width_of(sign)
        if taken > width:
            return text[:at]
    return text


def safe(text: str, *, ascii_only: bool, limit: int = 200) -> str:
    """Make a stranger's text fit for one line of a terminal."""
    told = one_line(text, limit)
    return told.translate(_PLAIN_SIGNS).encode("ascii", "replace").decode() if ascii_only else told


def in_ascii(lines: Iterable[Line]) -> list[Line]:
    """Write our own signs with ASCII ones of the same width, for terminals that cannot show them."""
    return [
        Line(tuple(Segment(segment.text.translate(_PLAIN_SIGNS), segment.styles) for segment in one.segments))
        for one in lines
    ]
