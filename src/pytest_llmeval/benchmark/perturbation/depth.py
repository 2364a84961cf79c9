"""A position sweep: what the answer rests on, placed at several depths of a long context."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.perturbation.perturbation import (
    Draft,
    Perturbation,
    asked_text,
    asking,
    check_count,
)

DEPTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
_WORD = re.compile(r"\S+\s*")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*\s*$")


def place_needle(needle: str, haystack: str, depth: float, words: int | None = None) -> str:
    """Put a text into a long one, between two sentences.

    Args:
        needle: What is to be found.
        haystack: The long text.
        depth: Where, from 0 (before everything) to 1 (after everything); the end of a sentence nearest to it is taken.
        words: How many words of the haystack are used; None for all.

    Raises:
        ValueError: For a depth outside of 0 to 1, or more words than there are.

    Example:
        >>> place_needle("The code is 7.", "One two. Three four. Five six.", 0.6)
        'One two. Three four. The code is 7. Five six.'
    """
    if not 0 <= depth <= 1:
        raise ValueError(f"depth must lie between 0 and 1, got {depth!r}")
    pieces = _WORD.findall(haystack)
    if words is not None and words > len(pieces):
        raise ValueError(f"the haystack has {len(pieces)} words, {words} are wanted")
    used = pieces[:words]
    ends = [at for at, piece in enumerate(used[:-1], 1) if _SENTENCE_END.search(piece)]
    breaks = [0, *(ends or range(1, len(used))), len(used)]
    wanted = depth * len(used)
    # The ends are for depths 0 and 1 alone, or a short text would have no middle.
    inner = breaks[1:-1] if 0 < depth < 1 and len(breaks) > 2 else breaks
    at = min(inner, key=lambda place: (abs(place - wanted), place))
    before, after = "".join(used[:at]), "".join(used[at:]).rstrip()
    return " ".join(part for part in (before.rstrip(), needle, after) if part)


@dataclass(frozen=True)
class Depth(Perturbation):
    """Places what the answer rests on at several depths of contexts of several lengths.

    The original, which has nothing around it, is the control.

    Args:
        haystack: A long text, into which the entry's needle is put; or paths of documents, among which the entry's own
            ``context_files`` are put.
        depths: From 0 (first) to 1 (last).
        lengths: Words of the text, or how many documents; None for all there are.
        needle: The field of the metadata with the sentence to be found, as it stands in the question. Entries without
            it, or without context files, get no variants.
    """

    default_name: ClassVar[str] = "depth"

    haystack: str | Sequence[str]
    _: KW_ONLY
    depths: Sequence[float] = DEPTHS
    lengths: Sequence[int] | None = None
    needle: str = "needle"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.haystack or not self.depths:
            raise self.fault("it needs a haystack (a text, or paths of documents) and depths from 0 to 1")
        for depth in self.depths:
            if isinstance(depth, bool) or not isinstance(depth, int | float) or not 0 <= depth <= 1:
                raise self.fault(f"depths must lie between 0 and 1, got {depth!r}")
        for length in self.lengths or ():
            check_count(self, lengths=length)
            if length > self._size:
                raise self.fault(f"the haystack has {self._size:,} {self._unit}, a length of {length:,} is too much")

    @property
    def _unit(self) -> str:
        return "words" if isinstance(self.haystack, str) else "documents"

    @property
    def _size(self) -> int:
        return len(self.haystack.split() if isinstance(self.haystack, str) else self.haystack)

    def drafts(self, entry: Entry) -> Iterator[Draft]:
        """Yield a variant for each length and depth."""
        for length in dict.fromkeys(self.lengths or (self._size,)):
            for depth in dict.fromkeys(map(float, self.depths)):
                changes = self._placed(entry, depth, length)
                if changes is None:
                    return
                suffix = f"{self.kind}{round(100 * depth, 1):g}" + (f"-{length}" if self.lengths else "")
                yield Draft(changes, suffix, {"depth": depth, "length": length, "unit": self._unit})

    def _placed(self, entry: Entry, depth: float, length: int) -> Mapping[str, Any] | None:
        if isinstance(self.haystack, str):
            return self._in_text(entry, self.haystack, depth, length)
        if not entry.context_files:
            return None
        others = [path for path in self.haystack[:length] if path not in entry.context_files]
        at = round(depth * len(others))
        return {"context_files": (*others[:at], *entry.context_files, *others[at:])}

    def _in_text(self, entry: Entry, haystack: str, depth: float, length: int) -> Mapping[str, Any] | None:
        needle, text = entry.metadata.get(self.needle), asked_text(entry)
        if not isinstance(needle, str) or not needle.strip() or text is None:
            return None
        if needle not in text:
            raise self.fault(f"entry {entry.id!r}: its question does not hold its {self.needle} {needle[:60]!r}")
        return asking(entry, text.replace(needle, place_needle(needle, haystack, depth, length), 1))


depth = Depth
