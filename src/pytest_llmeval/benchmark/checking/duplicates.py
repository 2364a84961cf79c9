"""Entries that ask the same, or nearly the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from pytest_llmeval.benchmark.checking.clusters import Clusters
from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.checking.meaning import Meaning, pairs_by_meaning
from pytest_llmeval.benchmark.checking.near import similar_pairs
from pytest_llmeval.benchmark.checking.same_question import gold_of, setting
from pytest_llmeval.benchmark.checking.words import runs, wording, words_and_signs
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.safe_text import one_line

RUN = 3
"""Words in a run. Shorter runs find entries of one theme, longer ones miss a changed word."""
_QUOTE = 60


Askings: TypeAlias = Mapping[str, Mapping[str, Sequence[int]]]
"""Setting to wording of a question to the places of the entries that ask it."""


def repeated(entries: Sequence[Entry], least: float, meaning: Meaning | None = None) -> Iterator[Finding]:
    """Find entries that ask the same in other case or spacing, and clusters of those that nearly do.

    With other gold answers the same question is an error, and so is what stands in two splits.

    Args:
        entries: In the order of the file.
        least: Jaccard similarity of the sets of runs of three words, above 0, up to 1.
        meaning: When questions nearly ask the same in other words, if anybody can tell.

    Raises:
        ConfigurationError: Where the embedder fails.
    """
    askings = _askings(entries)
    again = [places for asked in askings.values() for places in asked.values() if len(places) > 1]
    for places in sorted(again, key=lambda places: places[0]):
        yield _repetition([entries[place] for place in places])
    yield from _nearly_repeated(entries, askings, least, meaning)


def _askings(entries: Sequence[Entry]) -> Askings:
    found: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for place, entry in enumerate(entries):
        found[setting(entry)][wording(entry.question)].append(place)
    return found


def _repetition(alike: Sequence[Entry]) -> Finding:
    ids = tuple(entry.id for entry in alike)
    golds = {gold: entry for entry in alike if (gold := gold_of(entry)) is not None}
    if len(golds) > 1:
        told = " and ".join(repr(one_line(_shown_gold(entry), _QUOTE)) for entry in list(golds.values())[:2])
        return Finding("conflicting answers", "error", ids, f"the same question has gold answers {told}")
    splits = dict.fromkeys(entry.split for entry in alike)
    across = f" across the splits {', '.join(map(str, splits))}" if len(splits) > 1 else ""
    return Finding("duplicates", "error" if across else "warning", ids, f"the same question{across}")


def _shown_gold(entry: Entry) -> str:
    golds = [str(one.gold_answer) for one in (entry, *entry.turns) if one.gold_answer is not None]
    return ", ".join(golds)


def _nearly_repeated(
    entries: Sequence[Entry], askings: Askings, least: float, meaning: Meaning | None
) -> Iterator[Finding]:
    """Find clusters of questions that share most of their runs, or mean the same.

    A cluster is what hangs together by pairs: of fifty paraphrases not every two need be alike. Of those in one wording
    one is compared for all. What has another setting is another question, so it is not compared at all.
    """
    found: list[tuple[list[int], str]] = []
    for asked in askings.values():
        again = list(asked.values())
        for members, told in _clusters([entries[places[0]].question for places in again], least, meaning):
            found.append((sorted(place for member in members for place in again[member]), told))
    several = f"each shares {100 * least:.0f} % or more of its runs of {RUN} words with another"
    if meaning is not None:
        several += f", or its meaning (cosine {meaning.least:g} or more)"
    for places, told in sorted(found):
        yield _cluster([entries[place] for place in places], told, several)


def _clusters(questions: Sequence[str], least: float, meaning: Meaning | None) -> Iterator[tuple[tuple[int, ...], str]]:
    """Yield the places of each cluster, and what two of it have in common."""
    if len(questions) < 2:
        return
    clusters = Clusters(len(questions))
    told: dict[int, str] = {}

    def apart(one: int, other: int) -> bool:
        return clusters.first(one) != clusters.first(other)

    for one, other, alike in similar_pairs([runs(words_and_signs(text), RUN) for text in questions], least, apart):
        clusters.unite(one, other)
        told[clusters.first(one)] = f"share {100 * alike:.0f} % of their runs of {RUN} words"
    for one, other, cosine in pairs_by_meaning(questions, meaning) if meaning is not None else ():
        if apart(one, other):
            clusters.unite(one, other)
            told[clusters.first(one)] = f"mean the same (cosine {cosine:.2f})"
    for members in clusters.several():
        yield members, told[members[0]]


def _cluster(members: Sequence[Entry], told: str, told_of_several: str) -> Finding:
    ids = tuple(entry.id for entry in members)
    if len(ids) > 2:
        told = f"{len(ids):,} questions, {told_of_several}"
    splits = [str(split) for split in dict.fromkeys(entry.split for entry in members)]
    across = f", across the splits {', '.join(splits[:-1])} and {splits[-1]}" if len(splits) > 1 else ""
    first = f"; {ids[0]} is the first of them" if len(ids) > 2 else ""
    return Finding("near duplicates", "error" if across else "warning", ids, f"{told}{across}{first}")
