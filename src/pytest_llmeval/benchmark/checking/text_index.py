"""Texts that are looked for in documents: word for word, in most of their runs of words, or nearly alike as a whole."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pytest_llmeval.benchmark.checking.document_words import RunFinder, distinct_runs
from pytest_llmeval.benchmark.checking.unspaced import plain_apart
from pytest_llmeval.benchmark.checking.words import runs


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What counts as found; told with every result, for a result without them says little."""

    run: int = 8
    """Words in a run. Brown et al. (2020), Language models are few-shot learners, appendix C, use 8 to 13."""
    contained: float = 0.8
    """Share of a question's runs that stand in one document."""
    alike: float = 0.8
    """Jaccard similarity of the runs of a question and a document."""


How = Literal["word for word", "runs of words", "as a whole", "by meaning"]
"""In what way a text stands in a document: as it is, in most of its runs of words, nearly alike as a whole, or in other
words."""
_SUREST: tuple[How, ...] = ("by meaning", "as a whole", "runs of words", "word for word")


@dataclass(frozen=True, slots=True)
class Match:
    """A document in which a text was found."""

    document: str
    how: How
    alike: float
    """From 0 to 1: of its runs of words those that stand there; as a whole, the Jaccard similarity of the runs; by
    meaning, the cosine with a passage."""

    @property
    def strength(self) -> tuple[int, float]:
        """Order matches, to tell which of several documents to name."""
        return _SUREST.index(self.how), self.alike

    def told(self, thresholds: Thresholds) -> str:
        """Return what stands between the text and the document's name in a sentence.

        Example:
            >>> Match("train.jsonl:7", "runs of words", 0.9).told(Thresholds())
            'has 90 % of its runs of 8 words in'
        """
        if self.how == "word for word":
            return "stands word for word in"
        if self.how == "by meaning":
            return f"means what is said (cosine {self.alike:.2f}) in"
        percent = f"{100 * self.alike:.0f} %"
        return (
            f"has {percent} of its runs of {thresholds.run} words in"
            if self.how == "runs of words"
            else f"is {percent} like"
        )


class TextIndex:
    """Texts by their runs of words; one of fewer words than a run is a run of its own.

    Containment is ``|runs of text and of document| / |runs of text|``. Documents are not kept. What is found has most
    of its runs there, hence one among its rarest: texts that begin alike are not all compared with each document
    that begins so too. That is the idea of `near.similar_pairs`.

    Args:
        texts: What to look for.
        thresholds: What counts as found.
    """

    def __init__(self, texts: Sequence[str], thresholds: Thresholds) -> None:
        self._bounds = thresholds
        self._texts = [plain_apart(text) for text in texts]
        self._runs = [runs(text.split(), thresholds.run) for text in self._texts]
        common = Counter(run for own in self._runs for run in own)
        self._finder = RunFinder(common)
        self._rare: defaultdict[str, list[int]] = defaultdict(list)
        for place, own in enumerate(self._runs):
            for run in sorted(own, key=lambda run: (common[run], run))[: self._head(len(own))]:
                self._rare[run].append(place)

    def _head(self, size: int) -> int:
        """Return among how many of its rarest runs a text that is found has one in the document."""
        share = min(self._bounds.contained, self._bounds.alike, 1.0)
        return min(size - math.ceil(share * size - 1e-9) + 1, size)

    def matches(self, name: str, text: str) -> Iterator[tuple[int, Match]]:
        """Yield each text that a document holds, by its place."""
        there = self._finder.places(text)
        near: dict[int, int] = {}
        for place in {place for run in there for place in self._rare.get(run, ())}:
            own = self._runs[place]
            count = sum(run in there for run in own)
            if count == len(own) and self._stands(place, there):
                yield place, Match(name, "word for word", 1.0)
            elif count / len(own) >= self._bounds.contained:
                yield place, Match(name, "runs of words", count / len(own))
            elif count >= self._bounds.alike * len(own) - 1e-9:  # it is no more alike than it is contained
                near[place] = count
        yield from self._alike(name, text, near)

    def _stands(self, place: int, there: Mapping[str, Sequence[int]]) -> bool:
        """Tell whether the runs of a text, of which each is there, stand one after another."""
        found, length = self._texts[place].split(), self._bounds.run
        own = [" ".join(found[begin : begin + length]) for begin in range(max(len(found) - length, 0) + 1)]
        rarest = min(range(len(own)), key=lambda step: len(there[own[step]]))
        begins = (begin - rarest for begin in there[own[rarest]])
        return any(all(_is_in(begin + step, there[run]) for step, run in enumerate(own)) for begin in begins)

    def _alike(self, name: str, text: str, near: Mapping[int, int]) -> Iterator[tuple[int, Match]]:
        if not near:
            return
        most = max(count / self._bounds.alike - len(self._runs[place]) + count for place, count in near.items())
        theirs = distinct_runs(text, self._bounds.run, most + 1)
        for place, count in near.items():
            alike = count / (len(self._runs[place]) + theirs - count)
            if alike >= self._bounds.alike:
                yield place, Match(name, "as a whole", alike)


def _is_in(number: int, ordered: Sequence[int]) -> bool:
    at = bisect_left(ordered, number)
    return at < len(ordered) and ordered[at] == number
