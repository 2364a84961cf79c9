"""Gold answers that stand where the model under test reads them."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pytest_llmeval.benchmark.checking.duplicates import RUN
from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.checking.text_index import Match, TextIndex, Thresholds
from pytest_llmeval.benchmark.checking.words import holds, plain, runs, words
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.safe_text import one_line

SHORTEST = 4
"""Characters. A shorter answer (yes, 12, A) stands in many a question by chance."""
LONGEST_SAID = 60
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")


def leaked(entries: Sequence[Entry], prompts: Mapping[str, str], thresholds: Thresholds) -> Iterator[Finding]:
    """Find gold answers in questions, in entries' own prompts and in prompts of the system under test.

    A question may well offer its answer as a choice, so there it is a warning. In a prompt it is an error, and so is a
    question that stands there word for word, as among its examples; where long ones nearly stand there it is a warning.

    Args:
        entries: What to look for.
        prompts: Texts that the system under test is given with every question, by name.
        thresholds: What counts as nearly standing there.
    """
    for entry in entries:
        yield from _in_entry(entry)
    if prompts:
        asked = [plain(entry.question) for entry in entries]
        yield from _in_prompts(entries, "gold answer", [_gold(entry) for entry in entries], prompts, thresholds)
        yield from _in_prompts(
            entries, "question", [one if len(one) >= SHORTEST else "" for one in asked], prompts, thresholds
        )


def _gold(entry: Entry) -> str:
    told = plain(entry.gold_answer) if isinstance(entry.gold_answer, str) else ""
    return told if len(told) >= SHORTEST else ""


def _in_entry(entry: Entry) -> Iterator[Finding]:
    gold = _gold(entry)
    said = repr(one_line(str(entry.gold_answer), LONGEST_SAID))
    if holds(plain(entry.question), gold):
        yield Finding("leaked answers", "warning", (entry.id,), f"the question holds the gold answer {said}")
    given = [entry.system_prompt or "", *(str(one.get("content", "")) for one in entry.messages)]
    if any(holds(plain(text), gold) for text in given):
        yield Finding("leaked answers", "error", (entry.id,), f"its prompt or messages hold the gold answer {said}")


def _in_prompts(
    entries: Sequence[Entry], what: str, texts: Sequence[str], prompts: Mapping[str, str], bounds: Thresholds
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
            yield Finding("leaked answers", "error", (entries[place].id,), f"{verbatim[0]}{more} the {what}")
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
    there = frozenset[str]().union(*(runs(words(text), length) for text in prompts.values()))
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
