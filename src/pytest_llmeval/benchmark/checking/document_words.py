"""The runs of words of a document of any length, block by block: all at once would take many times its memory."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pytest_llmeval.benchmark.checking.unspaced import apart
from pytest_llmeval.benchmark.checking.words import words

BLOCK = 1 << 18
"""Characters of a block, and a few more."""
_BORDER = re.compile(r"[\s.,;:!?。、，；：！？]")
"""Ends a word, whatever follows."""


class RunFinder:
    """Finds some runs of words in documents.

    Args:
        sought: The runs, each with one blank between its words.
    """

    def __init__(self, sought: Iterable[str]) -> None:
        by_length: defaultdict[int, set[str]] = defaultdict(set)
        for run in sought:
            by_length[run.count(" ") + 1].add(run)
        self._sought = {length: frozenset(runs) for length, runs in by_length.items()}
        self._first = {length: {run.partition(" ")[0] for run in runs} for length, runs in by_length.items()}

    def places(self, text: str) -> Mapping[str, Sequence[int]]:
        """Return where those begin that stand in a text, in words from its first, in order."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for block in _blocks(text, overlap=max(self._sought, default=1) - 1):
            for length in self._sought:
                self._look(block, length, found)
        return dict(found)

    def _look(self, block: _Block, length: int, found: defaultdict[str, list[int]]) -> None:
        sought, first, inside = self._sought[length], self._first[length], block.words
        for begin in range(*block.begins(length)):
            if inside[begin] in first:
                run = " ".join(inside[begin : begin + length])
                if run in sought:
                    found[run].append(block.place + begin)


def distinct_runs(text: str, length: int, most: float) -> int:
    """Count the different runs of so many words in a text; a shorter text is one run, an empty one none.

    Args:
        text: The document.
        length: Of a run, in words.
        most: Counting ends as soon as there are more, so memory does not grow with the text.

    Example:
        >>> distinct_runs("a b, a b", 2, 9), distinct_runs("a", 2, 9), distinct_runs("a b c d", 2, 1)
        (2, 1, 2)
    """
    seen: set[str] = set()
    some = False
    for block in _blocks(text, overlap=length - 1):
        some = some or bool(block.words)
        for begin in range(*block.begins(length)):
            seen.add(" ".join(block.words[begin : begin + length]))
            if len(seen) > most:
                return len(seen)
    return len(seen) or int(some)


@dataclass(frozen=True, slots=True)
class _Block:
    words: list[str]
    place: int
    """Of its first word, in words from the first of the document."""
    repeated: int
    """Of its words those that end the block before."""

    def begins(self, length: int) -> tuple[int, int]:
        """Return where the first run begins that is not in the block before, and the end of where runs begin."""
        return max(self.repeated - length + 1, 0), len(self.words) - length + 1


def _blocks(text: str, *, overlap: int) -> Iterator[_Block]:
    """Yield the words of a text; each block begins with the last words of the one before, so that no run is cut."""
    place, begin, before = 0, 0, list[str]()
    while begin < len(text):
        border = _BORDER.search(text, begin + BLOCK)
        end = border.end() if border else len(text)
        block = _Block([*before, *words(apart(text[begin:end]))], place, len(before))
        yield block
        before = block.words[max(len(block.words) - overlap, 0) :]
        place, begin = place + len(block.words) - len(before), end
