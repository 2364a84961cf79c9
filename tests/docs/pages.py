"""The pages of the documentation: their fenced blocks, links and headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
HOME_PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")

_FENCE = re.compile(r"^(`{3,})[ \t]*(\S*)[ \t]*$")
_NAMED_INSIDE = re.compile(r"^# (\S+\.\w+)$")
_NAMED_ABOVE = re.compile(r"`([^`\s]+\.\w+)`")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    page: str
    line: int
    language: str
    text: str
    name: str | None
    """The file it shows: its first line is a comment with the path, or the line above ends with it in backticks."""

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True)
class Page:
    """One Markdown file."""

    name: str
    text: str

    @property
    def blocks(self) -> list[Block]:
        return list(_blocks(self.name, self.text.splitlines()))

    @property
    def prose(self) -> str:
        """Return the page without its fenced blocks."""
        inside, kept = False, []
        for line in self.text.splitlines():
            fence = _FENCE.match(line)
            if not fence and not inside:
                kept.append(line)
            inside = inside != bool(fence)
        return "\n".join(kept)

    @property
    def links(self) -> list[str]:
        return _LINK.findall(self.prose)

    @property
    def anchors(self) -> set[str]:
        return {anchor(title) for title in _HEADING.findall(self.prose)}


@cache
def pages() -> tuple[Page, ...]:
    paths = [REPOSITORY / name for name in HOME_PAGES] + sorted((REPOSITORY / "docs").glob("*.md"))
    return tuple(Page(str(path.relative_to(REPOSITORY)), path.read_text(encoding="utf-8")) for path in paths)


def page(name: str) -> Page:
    return next(one for one in pages() if one.name == name)


def anchor(title: str) -> str:
    """Make the anchor of a heading as GitHub does."""
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")


def _blocks(page_name: str, lines: list[str]) -> Iterator[Block]:
    opened: tuple[int, str, str] | None = None
    for number, line in enumerate(lines):
        fence = _FENCE.match(line)
        if opened is None and fence:
            opened = (number, fence[1], fence[2])
        elif opened and fence and fence[1] == opened[1] and not fence[2]:
            first, _, language = opened
            text = "\n".join(lines[first + 1 : number]) + "\n"
            yield Block(page_name, first + 1, language, text, _name(text, lines[:first]))
            opened = None


def _name(text: str, above: list[str]) -> str | None:
    inside = _NAMED_INSIDE.match(text.split("\n", 1)[0])
    if inside:
        return inside[1]
    told = next((line for line in reversed(above) if line.strip()), "")
    named = _NAMED_ABOVE.findall(told) if told.rstrip().endswith(":") else []
    return named[-1] if named else None
