"""Contamination: questions of a benchmark that stand in a corpus a model may have been trained or prompted with."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from pytest_llmeval.benchmark.checking.contamination_file import ContaminationCheck, CorpusFile, FoundAt
from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.checking.near import jaccard
from pytest_llmeval.benchmark.checking.words import holds, plain, runs, words
from pytest_llmeval.benchmark.entry import Entry

How = Literal["word for word", "runs of words", "as a whole"]
"""In what way a question stands in a document: as it is, in most of its runs of words, or nearly alike as a whole."""
_SUREST: tuple[How, ...] = ("as a whole", "runs of words", "word for word")


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
class Match:
    """Where in a corpus a question was found."""

    document: str
    how: How
    alike: float
    """From 0 to 1: of its runs of words those that stand there; as a whole, the Jaccard similarity of the runs."""

    @property
    def strength(self) -> tuple[int, float]:
        """Order matches, to tell which of several documents to name."""
        return _SUREST.index(self.how), self.alike


def matches_in(
    entries: Sequence[Entry], documents: Iterable[tuple[str, str]], thresholds: Thresholds
) -> dict[str, Match]:
    """Find entries whose question stands in a corpus: word for word, in most of its runs, or nearly alike as a whole.

    Containment is ``|runs of question and of document| / |runs of question|``. The corpus is read once and is not kept.

    Args:
        entries: What to look for.
        documents: Name and text of each document.
        thresholds: What counts as found.

    Returns:
        The best match of each entry that has one, by its id, in the order of the entries.
    """
    index = _Index([entry.question for entry in entries], thresholds)
    best: dict[int, Match] = {}
    for name, text in documents:
        for place, match in index.matches(name, text):
            if place not in best or match.strength > best[place].strength:
                best[place] = match
    return {entries[place].id: found for place, found in sorted(best.items())}


def contaminated(matches: Mapping[str, Match], thresholds: Thresholds) -> Iterator[Finding]:
    """Tell of each entry that was found where it stands."""
    for name, found in matches.items():
        yield Finding("contamination", "error", (name,), _told(found, thresholds))


def _told(found: Match, thresholds: Thresholds) -> str:
    percent = f"{100 * found.alike:.0f} %"
    if found.how == "word for word":
        return f"stands word for word in {found.document}"
    if found.how == "runs of words":
        return f"has {percent} of its runs of {thresholds.run} words in {found.document}"
    return f"is {percent} like {found.document}"


def kept_check(
    benchmark: str,
    entries: Sequence[Entry],
    matches: Mapping[str, Match],
    *,
    against: Iterable[CorpusFile],
    thresholds: Thresholds,
    checked: str,
    earlier: ContaminationCheck | None = None,
) -> ContaminationCheck:
    """Return what is kept of a check.

    Args:
        benchmark: The file's name.
        entries: What was looked for.
        matches: What was found.
        against: What was looked through.
        thresholds: What counted as found.
        checked: When, ISO 8601 in UTC.
        earlier: The check that it takes the place of; what others wrote into it is kept.
    """
    return ContaminationCheck(
        **(earlier.model_extra or {} if earlier else {}),
        benchmark=benchmark,
        checked=checked,
        against=tuple(against),
        thresholds=asdict(thresholds),
        entries={entry.id: entry.hash for entry in entries},
        flagged={name: FoundAt(**asdict(found)) for name, found in matches.items()},
    )


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

    def matches(self, name: str, text: str) -> Iterator[tuple[int, Match]]:
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

    def _match(self, name: str, place: int, count: int, whole: str, theirs: frozenset[str]) -> Match | None:
        own, bounds = self._runs[place], self._bounds
        if holds(whole, self._questions[place]):
            return Match(name, "word for word", 1.0)
        contained = count / len(own)
        if contained >= bounds.contained:
            return Match(name, "runs of words", contained)
        alike = jaccard(own, theirs)
        return Match(name, "as a whole", alike) if alike >= bounds.alike else None
