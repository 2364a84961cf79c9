"""Entries that stand word for word in the prompts of a run: looked for at every collection, so it has to be quick."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from pytest_llmeval.benchmark.checking.documents import texts_in
from pytest_llmeval.benchmark.checking.unspaced import apart, length_in_words, plain_apart
from pytest_llmeval.benchmark.checking.words import folded, holds, runs, words
from pytest_llmeval.benchmark.entry import Entry

LEAST_WORDS = 5
"""Of a question; fewer (what is it?) stand in many a prompt by chance."""
LEAST_LETTERS = 4
"""Of a gold answer; fewer (yes, 12, A) do too."""
A_LABEL = 3
"""So many entries with one gold answer make it a choice (positive, unknown), which a prompt has to name."""
OWN = "entries' own system prompts or messages"
_WORD = re.compile(r"\w+")
_WORDS = re.compile(r"\W*(\w+)" + r"\W+(\w+)" * (LEAST_WORDS - 1))


@dataclass(frozen=True, slots=True)
class PromptLeak:
    """Entries of which a part stands in a prompt."""

    prompt: str
    """The prompt's name."""
    part: Literal["question", "gold answer"]
    entries: tuple[Entry, ...]


def questions_in(entries: Sequence[Entry], prompts: Sequence[tuple[str, str]]) -> Iterator[PromptLeak]:
    """Find questions that stand in prompts.

    Only a question whose first five words stand in a prompt is looked for as a whole: a hundred thousand take a quarter
    of a second.

    Args:
        entries: What to look for.
        prompts: Name and text of each.
    """
    sought = [_Prompt(name, text) for name, text in prompts]
    starting: defaultdict[str, list[_Prompt]] = defaultdict(list)
    for prompt in sought:
        for run in prompt.starts:
            starting[run].append(prompt)
    first_words = {run.partition(" ")[0] for run in starting}
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if _first_word(entry.question) in first_words:
            for prompt in starting.get(_first_words(entry.question), ()):
                if length_in_words(entry.question) >= LEAST_WORDS and holds(prompt.whole, plain_apart(entry.question)):
                    found[prompt.name].append(entry)
    for name, held in found.items():
        yield PromptLeak(name, "question", tuple(held))


def golds_in(entries: Sequence[Entry], name: str, text: str) -> Iterator[PromptLeak]:
    """Find gold answers that stand in a prompt.

    Args:
        entries: What to look for.
        name: The prompt's.
        text: The prompt's.
    """
    prompt = _Prompt(name, text)
    known = frozenset(prompt.whole.split())
    yield from _leak_of((one for one in entries if _first_word(_gold(one)) in known and prompt.holds_gold(one)), name)


def golds_given_away(entries: Iterable[Entry]) -> Iterator[PromptLeak]:
    """Find entries whose own system prompt, or messages of others than users and tools, hold their gold answer.

    What users and tools say is left out: documents and choices hold the answer, and are there to be read.
    """
    in_one_case = lru_cache(maxsize=64)(folded)  # mostly one text, or a few, for all entries
    prompt_of = lru_cache(maxsize=64)(lambda text: _Prompt(OWN, text))

    def gives_away(entry: Entry, first: str) -> bool:
        return any(first in in_one_case(text) and prompt_of(text).holds_gold(entry) for text in told_to(entry))

    firsts = ((one, _first_word(_gold(one))) for one in entries if one.system_prompt or one.messages)
    yield from _leak_of((entry for entry, first in firsts if first and gives_away(entry, first)), OWN)


def shared_system_prompts(entries: Iterable[Entry]) -> list[str]:
    """Return the system prompts that several entries have of their own."""
    counts = Counter(entry.system_prompt for entry in entries if entry.system_prompt)
    return [text for text, count in counts.items() if count > 1]


class _Prompt:
    """A prompt, made ready to be searched many times."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.whole = plain_apart(text)

    @cached_property
    def starts(self) -> frozenset[str]:
        """What the first words of a text in it can be."""
        return runs(self.whole.split(), LEAST_WORDS)

    def holds_gold(self, entry: Entry) -> bool:
        """Tell whether the gold answer stands in it, and is no number."""
        start = _first_words(_gold(entry))
        if start and start not in self.starts:
            return False
        return holds(self.whole, gold_sought(entry))


def _leak_of(found: Iterable[Entry], name: str) -> Iterator[PromptLeak]:
    golds = [(entry, plain_apart(entry.gold_answer)) for entry in found]
    times = Counter(gold for _, gold in golds)
    held = tuple(entry for entry, gold in golds if times[gold] < A_LABEL)
    if held:
        yield PromptLeak(name, "gold answer", held)


def gold_sought(entry: Entry) -> str:
    """Return the words of a gold answer that is worth looking for; of a number or a short one none."""
    sought = plain_apart(_gold(entry))
    return sought if sum(map(str.isalpha, sought)) >= LEAST_LETTERS else ""


def labels(entries: Iterable[Entry]) -> frozenset[str]:
    """Return the gold answers that so many entries have that they are choices."""
    times = Counter(map(gold_sought, entries))
    return frozenset(gold for gold, count in times.items() if gold and count >= A_LABEL)


def told_to(entry: Entry) -> Iterator[str]:
    """Yield what the model is told beside the question and what is given to be read: documents are there to hold it."""
    yield from [entry.system_prompt] if entry.system_prompt else []
    for message in entry.messages:
        if message["role"] not in ("user", "tool"):
            yield from texts_in(message.get("content"))


def _gold(entry: Entry) -> str:
    gold = entry.gold_answer
    return gold if isinstance(gold, str) and len(gold) >= LEAST_LETTERS else ""


def _first_word(text: str) -> str:
    if not text.isascii():
        return next(iter(words(apart(text))), "")
    match = _WORD.search(text)
    return match.group().casefold() if match else ""


def _first_words(text: str) -> str:
    """Return as many as a question has at least; of a shorter text none."""
    if not text.isascii():
        found = words(apart(text))[:LEAST_WORDS]
        return " ".join(found) if len(found) == LEAST_WORDS else ""
    match = _WORDS.match(text)
    return " ".join(match.groups()).casefold() if match else ""
