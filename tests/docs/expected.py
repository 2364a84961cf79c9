"""Output as a page shows it, held against the output there really is: numbers and bars may differ, words may not."""

from __future__ import annotations

import re

_BARS = str.maketrans("", "", "█▌")
_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]+|\b[0-9a-f]{8}\b( \(dirty\))?")
"""A run's name, or a commit."""
_LETTERS = re.compile(r" [A-Za-z.]+ +\[ *\d+%\]$")
"""Grades in a progress line."""
_NUMBER = re.compile(r"\d+(?:[,.]\d+)*")


def missing_line(shown: str, real: str) -> str | None:
    """Return the first shown line that the real output lacks, None where it has all, in order.

    A line of only ``...`` stands for any number of lines, ``...`` within a line for any text, a number for any number.
    Without ``...`` between them, two shown lines must follow each other, blank lines apart.
    """
    have = [plain(line) for line in real.splitlines() if plain(line)]
    at, may_skip = 0, True
    for line in shown.splitlines():
        if line.strip() == "...":
            may_skip = True
        elif plain(line):
            wanted = pattern(line)
            reach = range(at, len(have) if may_skip else min(at + 1, len(have)))
            found = next((place for place in reach if wanted.fullmatch(have[place])), None)
            if found is None:
                return line
            at, may_skip = found + 1, False
    return None


def plain(line: str) -> str:
    """Return a line without what differs from run to run, or with the width of the terminal."""
    return " ".join(
        re.sub("=====+|_____+", "==", _LETTERS.sub(" GRADES", _ID.sub("ID", line.translate(_BARS)))).split()
    )


def pattern(line: str) -> re.Pattern[str]:
    """Make the pattern of a shown line."""
    escaped = re.escape(_NUMBER.sub("0", plain(line))).replace(re.escape("..."), ".*")
    return re.compile(escaped.replace("0", r"\d+(?:[,.]\d+)*"))
