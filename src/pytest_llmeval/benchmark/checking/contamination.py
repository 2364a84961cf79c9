"""Contamination: questions of a benchmark that stand in a corpus a model may have been trained or prompted with."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.checking.near import jaccard
from pytest_llmeval.benchmark.checking.words import holds, plain, runs, words
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.bounded import TooLong, bounded_lines, whole_text
from pytest_llmeval.errors import BenchmarkError

ROWS = (".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What counts as found; told with every result, for a result without them says little."""

    run: int = 8
    """Words in a run. Brown et al. (2020), Language models are few-shot learners, appendix C, use 8 to 13."""
    contained: float = 0.8
    """Share of a question's runs that stand in one document."""
    alike: float = 0.8
    """Jaccard similarity of the runs of a question and a document."""


@dataclass(frozen=True, slots=True)
class _Match:
    document: str
    how: str
    strength: float
    """To tell which of several documents to name."""


def contaminated(
    entries: Sequence[Entry], documents: Iterable[tuple[str, str]], thresholds: Thresholds
) -> Iterator[Finding]:
    """Find entries whose question stands in a corpus: word for word, in most of its runs, or nearly alike as a whole.

    Containment is ``|runs of question and of document| / |runs of question|``. The corpus is read once and is not kept.

    Args:
        entries: What to look for.
        documents: Name and text of each document.
        thresholds: What counts as found.
    """
    index = _Index([entry.question for entry in entries], thresholds)
    best: dict[int, _Match] = {}
    for name, text in documents:
        for place, match in index.matches(name, text):
            if place not in best or match.strength > best[place].strength:
                best[place] = match
    for place, found in sorted(best.items()):
        yield Finding("contamination", "error", (entries[place].id,), f"{found.how} {found.document}")


class _Index:
    """The questions by their runs of words; one of fewer words than a run is a run of its own."""

    def __init__(self, questions: Sequence[str], thresholds: Thresholds) -> None:
        self._bounds = thresholds
        self._questions = [plain(question) for question in questions]
        self._runs = [runs(question.split(), thresholds.run) for question in self._questions]
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, own in enumerate(self._runs):
            for run in own:
                self._places[run].append(place)
        self._lengths = {thresholds.run, *(run.count(" ") + 1 for run in self._places)}

    def matches(self, name: str, text: str) -> Iterator[tuple[int, _Match]]:
        """Yield each question that a document holds, by its place."""
        found = words(text)
        theirs = runs(found, self._bounds.run)
        known = (run for length in self._lengths for run in runs(found, length) if run in self._places)
        shared = Counter(place for run in set(known) for place in self._places[run])
        whole = " ".join(found)
        for place, count in shared.items():
            match = self._match(name, place, count, whole, theirs)
            if match is not None:
                yield place, match

    def _match(self, name: str, place: int, count: int, whole: str, theirs: frozenset[str]) -> _Match | None:
        own, bounds = self._runs[place], self._bounds
        if holds(whole, self._questions[place]):
            return _Match(name, "stands word for word in", 2)
        contained = count / len(own)
        if contained >= bounds.contained:
            how = f"has {100 * contained:.0f} % of its runs of {bounds.run} words in"
            return _Match(name, how, 1 + contained)
        alike = jaccard(own, theirs)
        return _Match(name, f"is {100 * alike:.0f} % like", alike) if alike >= bounds.alike else None


def read_corpus(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Yield name and text of each document: each row of a file of rows, every other file as a whole.

    Args:
        paths: Files; of a row every text in it counts, however deep.

    Raises:
        BenchmarkError: For a file that cannot be read as text or has no bounds, or a row that is no JSON.
    """
    for path in paths:
        try:
            yield from _rows(path) if path.suffix in ROWS else ((str(path), whole_text(path)),)
        except TooLong as error:
            place = path if error.line is None else f"{path}:{error.line}"
            raise BenchmarkError([f"{place}: {error}"]) from None
        except OSError as error:
            raise BenchmarkError([f"{path}: cannot be read: {error.strerror or error}"]) from None
        except ValueError as error:  # no UTF-8, or no JSON
            raise BenchmarkError([f"{path}: is no text that can be searched: {error}"]) from None


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    with path.open("rb") as file:
        for number, line in enumerate(bounded_lines(file), start=1):
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            if text.strip():
                yield f"{path}:{number}", " ".join(_texts(json.loads(text)))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
