"""Passages: the pieces a repository's files are cut into to be found by."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pytest_llmeval.models.providers.python_source import parse_python

SHORT = 15
"""Lines below which a section is joined to the next one: alone it would win by its shortness, and say little."""
LONGEST = 60
"""Lines a section may have before it is cut into windows."""
WINDOW = 40
"""Lines of a window."""
OVERLAP = 10
"""Lines that two neighbouring windows share."""
MARKDOWN = frozenset({".md", ".markdown"})
HEADING = re.compile(r"(#{1,6})[ \t]+(.+)")
FENCE = re.compile(r"\s*(```|~~~)")
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Passage:
    """Some consecutive lines of a file."""

    path: str
    first: int
    """Its first line, from 1."""
    last: int
    """Its last line, inclusive."""
    title: str
    """What it is about: the definition's name, or the headings it stands under; empty where nothing says."""
    text: str

    @property
    def place(self) -> str:
        """Return ``path:first-last``, as an answer cites it."""
        return f"{self.path}:{self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class Section:
    """Lines that belong together, before long ones are cut."""

    first: int
    last: int
    title: str = ""

    def text(self, lines: list[str]) -> str:
        """Take its lines out of all the file's."""
        return "\n".join(lines[self.first - 1 : self.last])

    def trimmed(self, lines: list[str]) -> Section | None:
        """Return it without blank lines at its ends, None where nothing else is there."""
        written = [number for number in range(self.first, self.last + 1) if lines[number - 1].strip()]
        return Section(written[0], written[-1], self.title) if written else None


def cut(path: str, text: str) -> list[Passage]:
    """Cut a file into passages: Python by top-level definition, Markdown by heading, all else by overlapping windows.

    Args:
        path: Its name decides how it is cut.
        text: With plain newlines.

    Returns:
        Passages in the order of their lines, none of them blank.
    """
    lines = text.removesuffix("\n").split("\n")
    pieces = [window for section in _joined(_sections(path, text, lines), lines) for window in _windows(section)]
    return [Passage(path, piece.first, piece.last, piece.title, piece.text(lines)) for piece in pieces]


def _sections(path: str, text: str, lines: list[str]) -> Iterable[Section]:
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in MARKDOWN:
        return _markdown_sections(lines)
    if suffix in (".py", ".pyi"):
        try:
            return list(_python_sections(parse_python(text), len(lines)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass  # no Python this interpreter knows; its lines are worth finding all the same
    return [Section(1, len(lines))]


def _python_sections(tree: ast.Module, count: int) -> Iterator[Section]:
    """Yield each top-level definition, and what stands between them."""
    done = 0
    for node in tree.body:
        if isinstance(node, Definition):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            yield Section(done + 1, first - 1)
            done = node.end_lineno or node.lineno
            yield Section(first, done, node.name)
    yield Section(done + 1, count)


def _markdown_sections(lines: list[str]) -> Iterator[Section]:
    """Yield what stands under each heading, titled with all the headings above it."""
    first, trail, fenced = 1, dict[int, str](), False
    for number, line in enumerate(lines, 1):
        fenced ^= bool(FENCE.match(line))
        heading = None if fenced else HEADING.match(line)
        if heading:
            yield from _with_body(Section(first, number - 1, " > ".join(trail.values())), lines)
            depth = len(heading[1])
            trail = {level: name for level, name in trail.items() if level < depth} | {depth: heading[2].rstrip("# \t")}
            first = number
    yield from _with_body(Section(first, len(lines), " > ".join(trail.values())), lines)


def _with_body(section: Section, lines: list[str]) -> Iterator[Section]:
    """Pass over a heading with nothing under it: the sections below bear it in their titles."""
    body = Section(section.first + bool(section.title), section.last)
    if body.trimmed(lines):
        yield section


def _joined(sections: Iterable[Section], lines: list[str]) -> Iterator[Section]:
    """Drop blank sections, and join each short one to what follows."""
    before: Section | None = None
    for section in filter(None, (section.trimmed(lines) for section in sections)):
        if before and before.last - before.first + 1 < SHORT:
            titles = dict.fromkeys(title for title in (before.title, section.title) if title)
            before = Section(before.first, section.last, ", ".join(titles))
            continue
        if before:
            yield before
        before = section
    if before:
        yield before


def _windows(section: Section) -> Iterator[Section]:
    if section.last - section.first < LONGEST:
        yield section
        return
    for first in range(section.first, section.last + 1 - OVERLAP, WINDOW - OVERLAP):
        yield Section(first, min(first + WINDOW - 1, section.last), section.title)
