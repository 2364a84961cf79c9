"""Entries that ask the same, or nearly the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.checking.near import similar_pairs
from pytest_llmeval.benchmark.checking.words import plain, runs, words
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.fingerprint import fingerprint
from pytest_llmeval.safe_text import one_line

RUN = 3
"""Words in a run. Shorter runs find entries of one theme, longer ones miss a changed word."""
_QUOTE = 60


def repeated(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find entries that ask the same in other case, signs or spacing; with other gold answers that is an error."""
    asking: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        asking[fingerprint([plain(entry.question), _setting(entry)])].append(entry)
    for alike in asking.values():
        if len(alike) > 1:
            yield _repetition(alike)


def _setting(entry: Entry) -> list[object]:
    """Return what makes the same words another question."""
    return [entry.system_prompt, list(entry.messages), sorted(entry.context_files)]


def _repetition(alike: Sequence[Entry]) -> Finding:
    ids = tuple(entry.id for entry in alike)
    golds = {plain(str(entry.gold_answer)): entry.gold_answer for entry in alike if entry.gold_answer is not None}
    if len(golds) > 1:
        told = " and ".join(repr(one_line(str(gold), _QUOTE)) for gold in list(golds.values())[:2])
        return Finding("conflicting answers", "error", ids, f"the same question has gold answers {told}")
    splits = dict.fromkeys(entry.split for entry in alike)
    across = f" across the splits {', '.join(map(str, splits))}" if len(splits) > 1 else ""
    return Finding("duplicates", "error" if across else "warning", ids, f"the same question{across}")


def nearly_repeated(entries: Sequence[Entry], least: float) -> Iterator[Finding]:
    """Find pairs whose questions share most of their runs of three words; across splits that is an error.

    Args:
        entries: Those that ask the same word for word are left to `repeated`.
        least: Jaccard similarity of the sets of runs, above 0, up to 1.
    """
    for one, other, alike in similar_pairs([runs(words(entry.question), RUN) for entry in entries], least):
        first, second = entries[one], entries[other]
        if plain(first.question) == plain(second.question):
            continue
        across = first.split != second.split
        told = f"share {100 * alike:.0f} % of their runs of {RUN} words"
        told += f", across the splits {first.split} and {second.split}" if across else ""
        yield Finding("near duplicates", "error" if across else "warning", (first.id, second.id), told)
