"""A small pipeline under test: the model finds passages, a second step picks the one definition that is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from pytest_llmeval import LLM, Answer, Entry, Grade, assert_grade, graders

PASSAGE = re.compile(r"^(\S+):\d+-\d+\n", re.MULTILINE)
DEFINITION = re.compile(r'^ *(?:async def|def|class) (\w+).*\n +r?"""(.+?)(?:"""|$)', re.MULTILINE)


class Definition(NamedTuple):
    """A class or function that stands in a passage."""

    file: str
    name: str
    summary: str


# An async task runs ahead beside the others. The calls it makes through llm are traced on its answer and in the log.
async def find_then_pick(entry: Entry, llm: LLM) -> Answer | str:
    """Ask for passages, then keep the definition whose name and summary share the most words with the question."""
    found = await llm.acomplete(entry.question)
    asked = words(entry.question)
    best = max(definitions(found.text), key=lambda one: len(asked & words(f"{one.name} {one.summary}")), default=None)
    if best is None:
        return "I found no definition that fits."
    return Answer(f"{best.name}: {best.summary}", evidence_files=(best.file,))


def definitions(text: str) -> Iterator[Definition]:
    _, *parts = PASSAGE.split(text)  # file, passage, file, passage, and so on
    for file, passage in zip(parts[::2], parts[1::2], strict=True):
        for name, summary in DEFINITION.findall(passage):
            yield Definition(file, name, summary)


def words(text: str) -> set[str]:
    return {word.removesuffix("s") for word in re.findall("[a-z]{3,}", text.lower())}


# contains() looks for the entry's gold_answer, evidence() for its expected_files.
@pytest.mark.llm_eval(
    "definitions.yaml", task=find_then_pick, graders=[graders.contains(words=True), graders.evidence()]
)
def test_definition(grade: Grade) -> None:
    assert_grade(grade)
