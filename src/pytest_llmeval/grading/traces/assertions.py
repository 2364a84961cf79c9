"""Assertion helpers about what a model did on the way to its answer."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.assertions import assert_grade
from pytest_llmeval.grading.context import context_of
from pytest_llmeval.grading.grade import Grade, Score
from pytest_llmeval.grading.grader import Grader, as_grade, grader_id
from pytest_llmeval.grading.rule_grader import RuleGrader
from pytest_llmeval.grading.slope import least_squares
from pytest_llmeval.grading.traces.budgets import Budget
from pytest_llmeval.grading.traces.call_comparison import Order
from pytest_llmeval.grading.traces.expected import Match
from pytest_llmeval.grading.traces.loops import NoLoops
from pytest_llmeval.grading.traces.tool_calls import ToolCalls
from pytest_llmeval.models.answer import Answer


def assert_tool_calls(
    answer: Answer, expected: Any = None, *, order: Order = "unordered", args: Match = "subset"
) -> None:
    """Fail unless the expected tools were called with the expected arguments.

    Args:
        answer: The answer.
        expected: Names, or dicts with ``name``, ``args``, ``optional``, ``after``; ``"none"`` for no call at all. By
            default the entry's ``expected_tools``.
        order: ``unordered``, ``strict``, ``in_order``, ``superset`` or ``subset``, see ``graders.tool_calls``.
        args: ``subset``, ``exact`` or ``names``.

    Raises:
        EvalAssertionError: Telling what is missing, too much, or different.
        NothingExpected: Where neither the call nor the entry says what is expected.
    """
    __tracebackhide__ = True
    assert_grade(_graded(ToolCalls(expected, order=order, args=args), answer))


def assert_trajectory(
    answer: Answer,
    *,
    max_steps: int | None = None,
    max_tool_calls: int | None = None,
    max_tokens: int | None = None,
    max_cost: float | None = None,
    max_seconds: float | None = None,
    max_repeats: int | None = None,
) -> None:
    """Fail unless the way to the answer kept within its limits.

    Args:
        answer: The answer.
        max_steps: Replies of the model.
        max_tool_calls: Tools called.
        max_tokens: Read and written.
        max_cost: US dollars.
        max_seconds: Of the model and its tools.
        max_repeats: How often one call may be made with the same arguments.

    Raises:
        EvalAssertionError: Telling which limit was passed.
        UnscoredError: Where a measure is unknown, such as a price.
        ConfigurationError: Without any limit.
    """
    __tracebackhide__ = True
    limits = {
        "max_steps": max_steps,
        "max_tool_calls": max_tool_calls,
        "max_tokens": max_tokens,
        "max_cost": max_cost,
        "max_seconds": max_seconds,
    }
    if max_repeats is not None:
        assert_grade(_graded(NoLoops(max_repeats=max_repeats), answer))
    if max_repeats is None or any(limit is not None for limit in limits.values()):
        assert_grade(_graded(Budget(**limits), answer))  # type: ignore[arg-type]  # mypy joins int and float


def assert_no_format_drift(answer: Answer, check: Grader, *, turns: int = 2) -> None:
    """Fail where a conversation does not keep to a format in every turn, naming the first that does not.

    Args:
        answer: The answer to a conversation, with its turns.
        check: What every turn must fulfil: a grader by rule such as ``graders.json_schema(SCHEMA)``, or a function of
            entry and answer.
        turns: The fewest turns that show anything.

    Raises:
        EvalAssertionError: Telling the first turn that fails, how many kept to the format, and the slope of keeping to
            it (1) or not (0) over the turns, by least squares, with its interval.
        ConfigurationError: For a conversation with fewer turns, and for a check that has to be awaited.
    """
    __tracebackhide__ = True
    context = context_of(answer)
    if len(answer.turns) < turns:
        raise ConfigurationError(
            f"assert_no_format_drift(): the answer has {len(answer.turns)} turns, at least {turns} are wanted"
        )
    entries = context.entry.turns if context is not None and context.entry.turns else ()
    grades = [
        _checked(check, entries[place] if place < len(entries) else Entry(id="-", question="-"), turn)
        for place, turn in enumerate(answer.turns)
    ]
    kept = [grade.level == "fully_correct" for grade in grades]
    if context is not None:
        context.keep_turns(answer, kept)
    assert_grade(replace(_drift(grades, kept, grader_id(check)), context=context))


def _checked(check: Grader, entry: Entry, turn: Answer) -> Grade:
    verdict = check(entry, turn)
    if inspect.isawaitable(verdict):
        if inspect.iscoroutine(verdict):
            verdict.close()
        raise ConfigurationError(
            f"assert_no_format_drift(): {grader_id(check)} has to be awaited; give a grader by rule"
        )
    return as_grade(verdict, grader_id(check))


def _drift(grades: Sequence[Grade], kept: Sequence[bool], grader: str) -> Grade:
    first = kept.index(False) if False in kept else None
    slope = least_squares(range(len(kept)), list(map(float, kept)))
    told = f"{sum(kept)} of {len(kept)} turns keep to the format" + (f", slope {slope} a turn" if slope else "")
    shares = (
        Score("format_kept", sum(kept) / len(kept), all(kept), told, grader=grader),
        Score("format_held", (len(kept) if first is None else first) / len(kept), first is None, told, grader=grader),
    )
    if first is None:
        return Grade("fully_correct", None, "", shares, grader)
    why = f": {grades[first].notes}" if grades[first].notes else ""
    return Grade(
        "wrong", None, f"turn {first + 1} of {len(kept)} is the first that does not{why}; {told}", shares, grader
    )


def _graded(grader: RuleGrader, answer: Answer) -> Grade:
    context = context_of(answer)
    entry = context.entry if context is not None else Entry(id="-", question="-")
    return replace(as_grade(grader(entry, answer), grader.id), context=context)
