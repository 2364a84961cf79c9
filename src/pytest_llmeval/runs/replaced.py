"""Lines of a log that a later line of the same trial replaces: of a trial that was run again the last try counts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pytest_llmeval.bounded import LONGEST_LINE
from pytest_llmeval.runs.line import LineFault, read_line

NumberedLines: TypeAlias = Iterable[tuple[int, bytes, bool]]
"""Each line of a log, with its number and whether it lacks its line feed."""

_KEY = b'"nodeid"'
_VALUE = re.compile(rb'\s*:\s*("[^"\\]*(?:\\.[^"\\]*)*")')


@dataclass(frozen=True, slots=True)
class Replaced:
    """What of a log does not count."""

    path: Path
    lines: frozenset[int]
    """Counted from 1."""
    of: int
    """How many lines it has."""

    def __str__(self) -> str:
        were = "was" if len(self.lines) == 1 else "were"
        count = f"{len(self.lines):,} of {self.of:,} records {were} replaced by a later try"
        return f"{self.path}: {count} of the same trial; the last one counts"


def replaced_in(
    path: Path, blocks: Callable[[], Iterable[bytes]], lines: Callable[[], NumberedLines]
) -> Replaced | None:
    """Find the lines that do not count; None where all do.

    A trial is known by its test item, entry, model and sample. Lines without a ``nodeid``, as plain scripts write them,
    all count: several about one question may be its samples.

    Args:
        path: The log.
        blocks: Goes through its bytes from the beginning, cut anywhere.
        lines: Goes through its lines from the beginning.
    """
    if not path.is_file():
        return None  # a pipe can be read once only
    # Nearly no log has such lines, so none is parsed, nor any line cut, before it is known that there may be some.
    doubtful = _told_twice(blocks())
    return _replaced(path, lines(), doubtful) if doubtful else None


def _told_twice(blocks: Iterable[bytes]) -> set[int]:
    seen: set[int] = set()
    twice: set[int] = set()
    for block in _cut_at_lines(blocks):
        for one in _nodeids(block):
            if one in seen:
                twice.add(one)
            seen.add(one)
    return twice


def _cut_at_lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    parts: list[bytes] = []
    size = 0
    for block in blocks:
        end = block.rfind(b"\n") + 1
        if end:
            yield b"".join((*parts, block[:end]))
            parts, size = [], 0
        parts.append(block[end:])
        size += len(block) - end
        if size > LONGEST_LINE:
            return  # told where the log is read
    yield b"".join(parts)


def _nodeids(text: bytes) -> Iterator[int]:
    """Yield the hash of all that may be a line's test item: in a text the key's quotes would be escaped."""
    at = text.find(_KEY)
    while at >= 0:
        value = _VALUE.match(text, at + len(_KEY))
        if value is not None:
            yield hash(_text(value[1]))
        at = text.find(_KEY, at + 1)


def _text(value: bytes) -> bytes:
    if b"\\" not in value:
        return value[1:-1]
    try:
        return str(json.loads(value)).encode("utf-8", "replace")
    except ValueError:
        return value


def _replaced(path: Path, lines: NumberedLines, doubtful: set[int]) -> Replaced | None:
    last: dict[tuple[str, str, str | None, str | None, int], int] = {}
    replaced: set[int] = set()
    of = 0
    for number, line, _ in lines:
        of += 1
        if doubtful.isdisjoint(_nodeids(line)):
            continue
        try:
            record = read_line(line)
        except LineFault:
            continue  # told where the log is read
        if record.nodeid:
            place = (record.nodeid, record.question_id, record.provider, record.model, record.sample)
            if place in last:
                replaced.add(last[place])
            last[place] = number
    return Replaced(path, frozenset(replaced), of) if replaced else None
