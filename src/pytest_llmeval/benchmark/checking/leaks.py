"""Gold answers that stand where the model under test reads them."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from pytest_llmeval.benchmark.checking.duplicates import RUN
from pytest_llmeval.benchmark.checking.finding import Finding, Severity
from pytest_llmeval.benchmark.checking.parts import parts_of
from pytest_llmeval.benchmark.checking.prompt_leaks import (
    LEAST_WORDS,
    gold_sought,
    golds_given_away,
    labels,
    told_to,
)
from pytest_llmeval.benchmark.checking.text_index import Match, TextIndex, Thresholds
from pytest_llmeval.benchmark.checking.unspaced import apart, length_in_words, plain_apart
from pytest_llmeval.benchmark.checking.words import holds, runs, words
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.safe_text import one_line

LONGEST_SAID = 60
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")


def leaked(entries: Sequence[Entry], prompts: Mapping[str, str], thresholds: Thresholds) -> Iterator[Finding]:
    """Find gold answers in questions, in entries' own prompts and in prompts of the system under test.

    Each turn of a conversation is looked at too, and told under the entry's id.

    What is looked for, and in what an entry is told, is settled in `prompt_leaks`, as for runs. A gold answer in what
    one entry alone is told is an error, and so is a question that stands in a prompt word for word, as among its
    examples. A question and a prompt that several share may well name the answer as a choice: that is a warning, as is
    what nearly stands in a prompt.

    Args:
        entries: What to look for.
        prompts: Texts that the system under test is given with every question, by name.
        thresholds: What counts as nearly standing there.
    """
    times = Counter(text for entry in entries for text in told_to(entry))
    parts = [part for entry in entries for part in parts_of(entry)]
    yield from dict.fromkeys(_leaked(parts, times, prompts, thresholds))  # the first turn may say what the entry says


def _leaked(
    entries: Sequence[Entry], times: Mapping[str, int], prompts: Mapping[str, str], thresholds: Thresholds
) -> Iterator[Finding]:
    choices = labels(entries)
    golds = ["" if (gold := gold_sought(entry)) in choices else gold for entry in entries]
    for entry, gold in zip(entries, golds, strict=True):
        if holds(plain_apart(entry.question), gold):
            yield Finding(
                "leaked answers", "warning", (entry.id,), f"the question holds the gold answer {_said(entry)}"
            )
    yield from _given_away(entries, times)
    if prompts:
        long = [entry.question if length_in_words(entry.question) >= LEAST_WORDS else "" for entry in entries]
        yield from _in_prompts(entries, "gold answer", golds, prompts, thresholds)
        yield from _in_prompts(entries, "question", [*map(plain_apart, long)], prompts, thresholds)


def _said(entry: Entry) -> str:
    return repr(one_line(str(entry.gold_answer), LONGEST_SAID))


def _given_away(entries: Sequence[Entry], times: Mapping[str, int]) -> Iterator[Finding]:
    for leak in golds_given_away(entries):
        for entry in leak.entries:
            own = (plain_apart(text) for text in told_to(entry) if times[text] == 1)
            alone = any(holds(text, gold_sought(entry)) for text in own)
            where = "its prompt or messages hold" if alone else "a prompt that it shares with others holds"
            severity: Severity = "error" if alone else "warning"
            yield Finding("leaked answers", severity, (entry.id,), f"{where} the gold answer {_said(entry)}")


def _in_prompts(
    entries: Sequence[Entry],
    what: Literal["question", "gold answer"],
    texts: Sequence[str],
    prompts: Mapping[str, str],
    bounds: Thresholds,
) -> Iterator[Finding]:
    found: defaultdict[int, list[Match]] = defaultdict(list)
    search = _Search(_may_be_there(texts, prompts, bounds), bounds)
    for name, text in prompts.items():
        for place, match in search.best_matches(name, text).items():
            found[place].append(match)
    for place, matches in sorted(found.items()):
        verbatim = [match.document for match in matches if match.how == "word for word"]
        if verbatim:
            more = f" and {len(verbatim) - 1:,} more hold" if len(verbatim) > 1 else " holds"
            severity: Severity = "error" if what == "question" else "warning"
            yield Finding("leaked answers", severity, (entries[place].id,), f"{verbatim[0]}{more} the {what}")
        else:
            best = max(matches, key=lambda match: match.strength)
            yield Finding(
                "leaked answers", "warning", (entries[place].id,), f"the {what} {best.told(bounds)} {best.document}"
            )


def _may_be_there(texts: Sequence[str], prompts: Mapping[str, str], bounds: Thresholds) -> list[str]:
    """Return the texts, empty where they share so few short runs with all prompts that none can hold them.

    Most of a benchmark stands in no prompt; to index all of it would take half as much memory again as all checks.
    """
    length = min(RUN, bounds.run)
    there = frozenset[str]().union(*(runs(words(apart(text)), length) for text in prompts.values()))
    least = min(bounds.contained, bounds.alike) / 2  # a match shares about that much, whatever its longer runs are

    def may_be(text: str) -> bool:
        own = runs(text.split(), length)
        return text.count(" ") + 1 < length or len(own & there) >= least * len(own)

    return [text if may_be(text) else "" for text in texts]


class _Search:
    """Looks for texts in a prompt as contamination does in a document, and for near duplicates in its passages.

    A prompt is long and a question short, so as a whole they are never alike; a line or a sentence of it may be.
    """

    def __init__(self, texts: Sequence[str], bounds: Thresholds) -> None:
        long = [text if text.count(" ") + 1 >= bounds.run else "" for text in texts]
        self._whole = TextIndex(texts, bounds)
        self._passages = TextIndex(long, replace(bounds, run=RUN, contained=math.inf))

    def best_matches(self, name: str, text: str) -> dict[int, Match]:
        best = dict(self._whole.matches(name, text))
        for passage in {*text.splitlines(), *_SENTENCE_END.split(text)}:
            for place, match in self._passages.matches(f"a passage of {name}", passage):
                if place not in best or match.strength > best[place].strength:
                    best[place] = match
        return best
