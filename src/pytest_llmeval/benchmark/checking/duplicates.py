"""Entries that ask the same, or nearly the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pytest_llmeval.benchmark.checking.clusters import Clusters
from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.checking.near import similar_pairs
from pytest_llmeval.benchmark.checking.same_question import gold_of, setting
from pytest_llmeval.benchmark.checking.words import runs, wording, words_and_signs
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.safe_text import one_line

RUN = 3
"""Words in a run. Shorter runs find entries of one theme, longer ones miss a changed word."""
_QUOTE = 60


def repeated(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find entries that ask the same in other case or spacing; with other gold answers that is an error."""
    asking: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        asking[setting(entry), wording(entry.question)].append(entry)
    for alike in asking.values():
        if len(alike) > 1:
            yield _repetition(alike)


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


def nearly_repeated(entries: Sequence[Entry], least: float) -> Iterator[Finding]:
    """Find clusters of questions that share most of their runs of three words; across splits that is an error.

    A cluster is what hangs together by pairs: of fifty paraphrases not every two need be alike. One that asks the same
    word for word is left to `repeated`, and one with another prompt or other files is another question.

    Args:
        entries: In the order of the file.
        least: Jaccard similarity of the sets of runs, above 0, up to 1.
    """
    clusters = Clusters(len(entries))

    def apart(one: int, other: int) -> bool:
        return clusters.first(one) != clusters.first(other)

    known: dict[int, float] = {}
    for one, other, alike in similar_pairs(
        [runs(words_and_signs(entry.question), RUN) for entry in entries], least, apart
    ):
        if _nearly_the_same(entries[one], entries[other]):
            clusters.unite(one, other)
            known[one] = alike
    for members in clusters.several():
        yield _cluster([entries[place] for place in members], known[members[0]] if len(members) == 2 else least)


def _nearly_the_same(one: Entry, other: Entry) -> bool:
    given = [(entry.system_prompt, sorted(entry.context_files)) for entry in (one, other)]
    return given[0] == given[1] and wording(one.question) != wording(other.question)


def _cluster(members: Sequence[Entry], alike: float) -> Finding:
    ids = tuple(entry.id for entry in members)
    share = f"{100 * alike:.0f} %"
    told = f"share {share} of their runs of {RUN} words"
    if len(ids) > 2:
        told = f"{len(ids):,} questions, each shares {share} or more of its runs of {RUN} words with another"
    splits = [str(split) for split in dict.fromkeys(entry.split for entry in members)]
    across = f", across the splits {', '.join(splits[:-1])} and {splits[-1]}" if len(splits) > 1 else ""
    first = f"; {ids[0]} is the first of them" if len(ids) > 2 else ""
    return Finding("near duplicates", "error" if across else "warning", ids, f"{told}{across}{first}")
