"""Contamination: questions of a benchmark that stand in a corpus a model may have been trained or prompted with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict

from pytest_llmeval.benchmark.checking.contamination_file import ContaminationCheck, CorpusFile, FoundAt
from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.checking.meaning import Meaning, MeaningIndex
from pytest_llmeval.benchmark.checking.parts import parts_of
from pytest_llmeval.benchmark.checking.prompt_leaks import LEAST_WORDS
from pytest_llmeval.benchmark.checking.text_index import Match, TextIndex, Thresholds
from pytest_llmeval.benchmark.checking.unspaced import length_in_words
from pytest_llmeval.benchmark.entry import Entry


def is_sought(entry: Entry) -> bool:
    """Tell whether the question, or that of a turn, has words enough to be looked for in a corpus.

    Fewer (5 + 3, why?) stand in any text: that says nothing of whether a model has seen the entry.
    """
    return any(_questions(entry))


def _questions(entry: Entry) -> Iterator[str]:
    asked = dict.fromkeys(part.question for part in parts_of(entry))
    yield from (one for one in asked if length_in_words(one) >= LEAST_WORDS)


def matches_in(
    entries: Sequence[Entry],
    documents: Iterable[tuple[str, str]],
    thresholds: Thresholds,
    meaning: Meaning | None = None,
) -> dict[str, Match]:
    """Find entries whose question stands in a corpus: word for word, in most of its runs, or nearly alike as a whole.

    In other words it is found by its meaning, where somebody can tell that.

    So does the question of any turn; those that are not `is_sought` are not found. The corpus is read once and is not
    kept.

    Args:
        entries: What to look for.
        documents: Name and text of each document.
        thresholds: What counts as found.
        meaning: What counts as found in other words, if anything.

    Returns:
        The best match of each entry that has one, by its id, in the order of the entries.

    Raises:
        ConfigurationError: Where the embedder fails.
    """
    asked = [(place, question) for place, entry in enumerate(entries) for question in _questions(entry)]
    best: dict[int, Match] = {}
    for found, match in _found([question for _, question in asked], documents, thresholds, meaning):
        place = asked[found][0]
        if place not in best or match.strength > best[place].strength:
            best[place] = match
    return {entries[place].id: found for place, found in sorted(best.items())}


def _found(
    questions: Sequence[str], documents: Iterable[tuple[str, str]], thresholds: Thresholds, meaning: Meaning | None
) -> Iterator[tuple[int, Match]]:
    by_words = TextIndex(questions, thresholds)
    by_meaning = None if meaning is None else MeaningIndex(questions, meaning)
    for name, text in documents:
        yield from by_words.matches(name, text)
        if by_meaning is not None:
            yield from by_meaning.matches(name, text)
    if by_meaning is not None:
        yield from by_meaning.rest()


def contaminated(matches: Mapping[str, Match], thresholds: Thresholds) -> Iterator[Finding]:
    """Tell of each entry that was found where it stands."""
    for name, found in matches.items():
        yield Finding("contamination", "error", (name,), f"{found.told(thresholds)} {found.document}")


def kept_check(
    benchmark: str,
    entries: Sequence[Entry],
    matches: Mapping[str, Match],
    *,
    against: Iterable[CorpusFile],
    thresholds: Thresholds,
    checked: str,
    meaning: Meaning | None = None,
    earlier: ContaminationCheck | None = None,
) -> ContaminationCheck:
    """Return what is kept of a check.

    Args:
        benchmark: The file's name.
        entries: What was looked for; the others are unknown to later runs.
        matches: What was found.
        against: What was looked through.
        thresholds: What counted as found.
        checked: When, ISO 8601 in UTC.
        meaning: What counted as found in other words, if anything.
        earlier: The check that it takes the place of; what others wrote into it is kept.
    """
    return ContaminationCheck(
        **(earlier.model_extra or {} if earlier else {}),
        benchmark=benchmark,
        checked=checked,
        against=tuple(against),
        thresholds={**asdict(thresholds), **({} if meaning is None else {"meaning": meaning.least})},
        embedder=None if meaning is None else meaning.name,
        entries={entry.id: entry.hash for entry in entries},
        flagged={name: FoundAt(**asdict(found)) for name, found in matches.items()},
    )
