"""Texts that are looked for in documents: word for word, in most of their runs of words, or nearly alike as a whole."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pytest_llmeval.benchmark.checking.near import jaccard
from pytest_llmeval.benchmark.checking.words import holds, plain, runs, words


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What counts as found; told with every result, for a result without them says little."""

    run: int = 8
    """Words in a run. Brown et al. (2020), Language models are few-shot learners, appendix C, use 8 to 13."""
    contained: float = 0.8
    """Share of a question's runs that stand in one document."""
    alike: float = 0.8
    """Jaccard similarity of the runs of a question and a document."""


How = Literal["word for word", "runs of words", "as a whole"]
"""In what way a text stands in a document: as it is, in most of its runs of words, or nearly alike as a whole."""
_SUREST: tuple[How, ...] = ("as a whole", "runs of words", "word for word")


@dataclass(frozen=True, slots=True)
class Match:
    """A document in which a text was found."""

    document: str
    how: How
    alike: float
    """From 0 to 1: of its runs of words those that stand there; as a whole, the Jaccard similarity of the runs."""

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
        percent = f"{100 * self.alike:.0f} %"
        return (
            f"has {percent} of its runs of {thresholds.run} words in"
            if self.how == "runs of words"
            else f"is {percent} like"
        )


class TextIndex:
    """Texts by their runs of words; one of fewer words than a run is a run of its own.

    Containment is ``|runs of text and of document| / |runs of text|``. Documents are not kept.

    Args:
        texts: What to look for.
        thresholds: What counts as found.
    """

    def __init__(self, texts: Sequence[str], thresholds: Thresholds) -> None:
        self._bounds = thresholds
        self._texts = [plain(text) for text in texts]
        self._runs = [runs(text.split(), thresholds.run) for text in self._texts]
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, own in enumerate(self._runs):
            for run in own:
                self._places[run].append(place)
        self._lengths = {thresholds.run, *(run.count(" ") + 1 for run in self._places)}

    def matches(self, name: str, text: str) -> Iterator[tuple[int, Match]]:
        """Yield each text that a document holds, by its place."""
        found = words(text)
        theirs = runs(found, self._bounds.run)
        known = (run for length in self._lengths for run in runs(found, length) if run in self._places)
        shared = Counter(place for run in set(known) for place in self._places[run])
        whole = " ".join(found)
        for place, count in shared.items():
            match = self._match(name, place, count, whole, theirs)
            if match is not None:
                yield place, match

    def _match(self, name: str, place: int, count: int, whole: str, theirs: frozenset[str]) -> Match | None:
        own, bounds = self._runs[place], self._bounds
        if holds(whole, self._texts[place]):
            return Match(name, "word for word", 1.0)
        contained = count / len(own)
        if contained >= bounds.contained:
            return Match(name, "runs of words", contained)
        alike = jaccard(own, theirs)
        return Match(name, "as a whole", alike) if alike >= bounds.alike else None
