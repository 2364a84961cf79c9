"""The prompts of an eval, searched for the entries it asks, before anybody is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from pytest_llmeval.benchmark.checking.documents import texts_in
from pytest_llmeval.benchmark.checking.parts import parts_of
from pytest_llmeval.benchmark.checking.prompt_leaks import (
    OWN,
    PromptLeak,
    golds_given_away,
    golds_in,
    questions_in,
    shared_system_prompts,
)
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.judge.controls import rubric_judges
from pytest_llmeval.plugin.marker import EvalSpec
from pytest_llmeval.plugin.settings import Leaks
from pytest_llmeval.safe_text import named, one_line

SYSTEM_PROMPT = "the marker's system_prompt"
NAMED = 3
"""Entries that a line names."""
_SAID = 40


def leaks_told(spec: EvalSpec, entries: Sequence[Entry], wanted: Leaks | None) -> list[str]:
    """Look for the entries of an eval in its prompts, and tell what is to be known of it.

    A question in a prompt that all are asked with, or in what a judge is told, is one that the model has seen before it
    is asked: that is an error unless it is said to be meant. All else may well be meant, and is told.

    Args:
        spec: The marker.
        entries: Of the benchmark, those that are asked; every turn of a conversation is looked at.
        wanted: What to do where there are any; None is an error for those questions, and a warning for the rest.

    Raises:
        ConfigurationError: For the first that is an error.
    """
    if wanted == "off":
        return []
    parts = [part for entry in entries for part in parts_of(entry)]
    asked, told = list(_seen_before(spec, parts)), list(_doubtful(spec, parts))
    errors = [*asked, *told] if wanted == "error" else [] if wanted == "warn" else asked
    if errors:
        raise ConfigurationError(f'{_line(errors[0])}; take it out, or write leaks="warn" on the marker if it is meant')
    return [f'{_line(one)}; write leaks="off" on the marker if it is meant' for one in [*asked, *told]]


def _seen_before(spec: EvalSpec, entries: Sequence[Entry]) -> Iterator[PromptLeak]:
    prompts = [(SYSTEM_PROMPT, spec.system_prompt)] if spec.system_prompt else []
    for judge in rubric_judges(spec.graders):
        if judge.rubric is not None:
            prompts.append((f"the rubric of {judge.id}", "\n".join(texts_in(asdict(judge.rubric)))))
    if prompts:
        yield from questions_in(entries, prompts)


def _doubtful(spec: EvalSpec, entries: Sequence[Entry]) -> Iterator[PromptLeak]:
    yield from golds_in(entries, SYSTEM_PROMPT, spec.system_prompt) if spec.system_prompt else ()
    yield from golds_given_away(entries)
    shared = [("a system prompt that several entries have", text) for text in shared_system_prompts(entries)]
    yield from questions_in(entries, shared) if shared else ()


def _line(leak: PromptLeak) -> str:
    names = list(dict.fromkeys(_named(entry, leak) for entry in leak.entries))  # a first turn is the entry's question
    several = len(names) > 1
    verb = "hold" if leak.prompt == OWN else "holds"
    of = "entries" if several else "entry"
    return f"{leak.prompt} {verb} the {leak.part}{'s' * several} of {of} {named(names, NAMED)}"


def _named(entry: Entry, leak: PromptLeak) -> str:
    said = entry.question if leak.part == "question" else entry.gold_answer
    return f"{one_line(entry.id)} ({one_line(str(said), _SAID)!r})"
