"""Grading an answer by what judges say of a list, item by item: who is asked, and what follows from no verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.grading.context import JudgedText, context_of
from pytest_llmeval.grading.grade import Grade, Score
from pytest_llmeval.grading.judge.one_by_one import NoVerdict, OneByOne, SaidOfEach
from pytest_llmeval.grading.judge.port import Judge
from pytest_llmeval.grading.judge.rubric_judge import NO_JUDGE
from pytest_llmeval.models.answer import Answer

Follows: TypeAlias = Callable[[SaidOfEach, str], Grade]
"""Makes the grade of what was said, signed with the given id."""


class AsksJudges(Protocol):
    """A grader that puts a list to judges."""

    @property
    def name(self) -> str:
        """How users write it."""

    @property
    def id(self) -> str:
        """Its name with settings."""

    @property
    def judges(self) -> Sequence[Judge]:
        """Its own; the judges of the run where there are none."""

    @property
    def params(self) -> Mapping[str, Any]:
        """How they are asked."""


async def graded_by_items(
    grader: AsksJudges,
    asking: OneByOne,
    items: Sequence[str],
    entry: Entry,
    answer: Answer,
    follows: Follows,
    *,
    material: Mapping[str, str] = MappingProxyType({}),
    score: str | None = None,
    signed: str | None = None,
) -> Grade:
    """Put a list to judges, and grade by what they say; the trial notes the grade as their verdict on the answer.

    Args:
        grader: Whose grade it is.
        asking: What they are asked of each item.
        items: At least one.
        entry: The question.
        answer: The whole that the items are of.
        follows: Makes the grade.
        material: Further sections that the guidance speaks of, name to text.
        score: The score that is unknown without a verdict; by default that of the grader's name.
        signed: What the judge's hash is added to in the grade's id; by default the grader's name.

    Returns:
        An unscored grade where there is no judge, or no usable verdict.

    Raises:
        FatalProviderError: Where a judge can never be asked.
    """
    context = context_of(answer)
    settled = asking.by(grader.judges, context, grader.params)
    if settled is None:
        return Grade(None, None, NO_JUDGE, (), grader.id, "unscored")
    judges, put, signature = settled
    said, by = await put.ask(items, entry, answer, judges, material), f"{signed or grader.name}@{signature.hash}"
    if isinstance(said, NoVerdict):
        unknown = Score(score or grader.name, None, None, said.why, "judge", by)
        grade = Grade(None, None, said.why, (unknown,), by, "unscored")
    else:
        grade = follows(said, by)
    if context is not None:
        abstained = isinstance(said, NoVerdict) and said.abstained
        context.judged.append(JudgedText(signature.hash, answer.text, grade.level, abstained))
    return grade
