"""Markup of a reply: bullets, headers and bold type, counted or taken off, with every word left where it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = re.compile(r"(```.*?(?:```|\Z))", re.DOTALL)
_BULLET = re.compile(r"^[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+\S", re.MULTILINE)
_HEADER = re.compile(r"^ {0,3}#{1,6}[ \t]+\S", re.MULTILINE)
_BOLD = re.compile(r"\*\*([^*\n]+)\*\*|(?<!\w)__([^_\n]+)__(?!\w)")
_CODE = re.compile(r"(`[^`\n]+`)")
_RULE = re.compile(r"^[ \t]*(?:(?:[-*_][ \t]*){3,}|={3,}[ \t]*)$")
_TABLE_RULE = re.compile(r"^[ \t]*\|?[-:| \t]*-[-:| \t]*\|[-:| \t]*$")
_MARK = re.compile(r"^[ \t]*(?:(?P<number>\d{1,3})[.)]|[-*+•]|(?P<header>#{1,6}))[ \t]+(?=\S)")
_LONE = re.compile(r"^[ \t]*(?:(\d{1,3})[.)]|[-*+•]|#{1,6})[ \t]*$")
_ROW = re.compile(r"^[ \t]*\|(.*)\|[ \t]*$")
_ENDS = (".", "!", "?", ":", ";", ",", "…")


def without_fences(text: str) -> str:
    """Return a text without its fenced blocks of code."""
    return _FENCE.sub(" ", text)


def marks_in(text: str) -> int:
    """Count bullets, numbered points, headers and bold spans, code aside."""
    prose = _CODE.sub("`code`", without_fences(text))
    return sum(len(pattern.findall(prose)) for pattern in (_BULLET, _HEADER, _BOLD))


def without_markup(text: str) -> str:
    r"""Write the same content as prose: the same words in the same order, code blocks as they are.

    Headers and points of a list become parts of a sentence, numbers of points stay, cells of a table are listed.

    Example:
        >>> without_markup("# Result\n\n- **Paris** is right\n- Lyon is not\n\n1. Look\n2. Tell")
        'Result: Paris is right; Lyon is not.\n\n(1) Look; (2) Tell.'
    """
    plain = _once(text)
    while marks_in(plain) and (thinner := _once(plain)) != plain:  # what stood on two lines may be bold on one
        plain = thinner
    return plain


def _once(text: str) -> str:
    pieces = (piece if at % 2 else _prose(piece) for at, piece in enumerate(_FENCE.split(text)))
    return "\n\n".join(piece for piece in pieces if piece.strip())


def _prose(text: str) -> str:
    return "\n\n".join(" ".join(paragraph) for paragraph in _paragraphs(text))


def _paragraphs(text: str) -> Iterator[list[str]]:
    """Yield paragraphs as lists of their lines; a header goes on into what follows it."""
    lines: list[str] = []
    for line in [*(line for line in text.splitlines() if not _TABLE_RULE.match(line)), ""]:
        told, is_point, is_header = _bare(line)
        if told and is_point and lines and not lines[-1].endswith(_ENDS):
            lines[-1] += ";"
        if told:
            lines.append(f"{told}:" if is_header and not told.endswith(_ENDS) else told)
            in_list = is_point
        elif lines and not (is_header or lines[-1].endswith(":")):
            yield _ended(lines, in_list)
            lines = []
    if lines:
        yield lines


def _ended(lines: list[str], in_list: bool) -> list[str]:
    return [*lines[:-1], f"{lines[-1]}."] if in_list and not lines[-1].endswith(_ENDS) else lines


def _bare(line: str) -> tuple[str, bool, bool]:
    """Take the marks off a line; tell whether it was a point of a list or a row, and whether a header."""
    if _RULE.match(line):
        return "", False, False
    if lone := _LONE.match(line):  # a point without words, which would become the next line's
        return lone[1] or "", False, False
    row = _ROW.match(line)
    bare = ", ".join(cell.strip() for cell in row[1].split("|") if cell.strip()) if row else line
    is_point, is_header, numbers = bool(row), False, ""
    while (mark := _MARK.match(bare)) is not None:
        is_header = is_header or mark["header"] is not None
        is_point = is_point or mark["header"] is None
        numbers += f"({mark['number']}) " if mark["number"] else ""
        bare = bare[mark.end() :]
    told = f"{numbers}{_thin(bare).strip()}"
    return (told, is_point, is_header) if not _MARK.match(told) else _bare(told)


def _thin(text: str) -> str:
    """Take bold type off, but not off names in code such as `__init__`."""
    kept: list[str] = []

    def keep(code: re.Match[str]) -> str:
        kept.append(code[0])
        return "\0"

    thin = _CODE.sub(keep, text.replace("\0", ""))
    while (thinner := _BOLD.sub(lambda span: span[1] or span[2], thin)) != thin:
        thin = thinner
    first, *rest = thin.split("\0")
    return first + "".join(code + part for code, part in zip(kept, rest, strict=True))
