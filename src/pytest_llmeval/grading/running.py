"""Running graders: each where it belongs, a crash told with its name, one grade at the end."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import BudgetExhausted, ExtractionError, GraderError, InfrastructureError, NotReplayable
from pytest_llmeval.grading.combining import Composite
from pytest_llmeval.grading.cuts import honest_about_cuts
from pytest_llmeval.grading.grade import Grade, lowest
from pytest_llmeval.grading.grader import Grader, as_grade, grader_id
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.safe_text import one_line

RunInThread: TypeAlias = Callable[..., Awaitable[Any]]
"""Runs ``function(*args)`` off the event loop, as `asyncio.to_thread` does."""


async def grade_answer(graders: Sequence[Grader], entry: Entry, answer: Answer, *, run_in_thread: RunInThread) -> Grade:
    """Grade one answer by all graders.

    Graders by rule run at once; the others (plain functions in threads, coroutines on the loop) run side by side.

    Args:
        graders: At least one.
        entry: The question.
        answer: What the system under test said.
        run_in_thread: Where plain functions run.

    Returns:
        The lowest of the grades, every score kept, honest about answers that were cut off.

    Raises:
        GraderError: Where a grader crashed or returned what is no grade; names the grader.
        InfrastructureError, BudgetExhausted, NotReplayable: What a grader itself raised of that kind.
    """
    if not graders:
        raise GraderError(
            f"entry {entry.id!r} cannot be graded: there is no grader; add graders=[...] to the llm_eval marker"
        )
    grades = await _side_by_side([_grade(grader, entry, answer, run_in_thread) for grader in graders])
    return honest_about_cuts(lowest(grades), answer)


async def _side_by_side(grading: Sequence[Awaitable[Grade]]) -> list[Grade]:
    """Wait for all, also where one fails: none is left running behind."""
    if len(grading) == 1:  # the usual case, and a task for it would cost as much as grading by rule
        return [await grading[0]]
    ended = await asyncio.gather(*grading, return_exceptions=True)
    for end in ended:
        if isinstance(end, BaseException):
            raise end
    return [end for end in ended if isinstance(end, Grade)]


async def _grade(grader: Grader, entry: Entry, answer: Answer, run_in_thread: RunInThread) -> Grade:
    if isinstance(grader, Composite):
        whole = grader.for_entry(entry)
        grading = [
            _grade(part, whole.entry_of(place, entry), answer, run_in_thread)
            for place, part in enumerate(whole.parts())
        ]
        return whole.combined(await _side_by_side(grading))
    name = grader_id(grader)
    try:
        return as_grade(await _verdict(grader, entry, answer, run_in_thread), name)
    except (InfrastructureError, BudgetExhausted, NotReplayable):  # a grader's own calls were not made
        raise
    except ExtractionError as error:  # a user's grader that found nothing to judge
        return Grade(None, None, str(error), (), name, "unextractable")
    except Exception as error:
        said = one_line(str(error), 200)
        raise GraderError(
            f"grader {name} crashed on entry {entry.id!r}: {type(error).__name__}{': ' if said else ''}{said}"
        ) from error


async def _verdict(grader: Grader, entry: Entry, answer: Answer, run_in_thread: RunInThread) -> Any:
    inline = getattr(grader, "runs_inline", False) or _is_async(grader)
    verdict = grader(entry, answer) if inline else await run_in_thread(grader, entry, answer)
    return await verdict if inspect.isawaitable(verdict) else verdict


def _is_async(grader: Grader) -> bool:
    return inspect.iscoroutinefunction(grader) or inspect.iscoroutinefunction(getattr(grader, "__call__", None))  # noqa: B004  the method itself is wanted
