"""Assertion helpers: each tells its verdict first, and leaves in the record what it asserted.

All take the `Answer` (or plain text) or the `Grade` first. An answer that was cut off or withheld fails as just that.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from os import PathLike
from typing import Any, TypeVar, overload

from pydantic import BaseModel

from pytest_llmeval.errors import ConfigurationError, UnscoredError
from pytest_llmeval.grading.context import context_of
from pytest_llmeval.grading.cuts import cut_state
from pytest_llmeval.grading.evidence import evidence_of, found_files
from pytest_llmeval.grading.failure_text import failure_text, shown_gold, shown_text
from pytest_llmeval.grading.grade import FailureLabel, Grade, Level, Score, State
from pytest_llmeval.grading.grade_check import UNGRADED, check_wanted, grade_fault, kind_of, shown_scores
from pytest_llmeval.grading.json_schema import check_modes, verdict
from pytest_llmeval.grading.json_text import RAW_ONLY, Mode
from pytest_llmeval.grading.schema_check import Schema, SchemaCheck, check_text, schema_name
from pytest_llmeval.grading.text_graders import holding
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.safe_text import one_line

Model = TypeVar("Model", bound=BaseModel)

SHOWN_VIOLATIONS = 20
"""How many violations of a schema a failure lists; the others are counted."""


class EvalAssertionError(AssertionError):
    """An eval failed.

    Args:
        message: Verdict, question, answer and expectation, ready to be shown.
        state: ``graded`` for an answer that was judged; else why it could not be.
    """

    def __init__(self, message: str, *, state: State = "graded") -> None:
        super().__init__(message)
        self.state: State = state


def assert_grade(
    grade: Grade,
    *,
    at_least: Level = "fully_correct",
    min_score: float | Mapping[str, float] | None = None,
    forbid: Collection[FailureLabel] = (),
) -> None:
    """Fail unless the grade is good enough.

    Args:
        grade: The ``grade`` fixture, or any other.
        at_least: The lowest level that passes.
        min_score: What the lowest score must reach, or score name to what that score must reach.
        forbid: Failure labels that fail whatever the level is.

    Raises:
        EvalAssertionError: Where it is not.
        UnscoredError: Where no grader reached a verdict, which is no failure of the model.
        ConfigurationError: For a level, label or score there is none of.
    """
    __tracebackhide__ = True
    check_wanted(at_least, forbid)
    if grade.state == "unscored":
        _keep(grade, Score("assert_grade", None, None, "unscored", kind_of(grade), grade.grader))
        raise UnscoredError(f"unscored: {grade.grader or 'the grader'} reached no verdict{_because(grade.notes)}")
    fault = grade_fault(grade, at_least, min_score, forbid)
    detail = f"{grade}, wanted at least {at_least}"
    _keep(grade, Score("assert_grade", float(fault is None), fault is None, detail, kind_of(grade), grade.grader))
    if fault is not None:
        rows = {"grader": grade.grader or None, "notes": shown_text(grade.notes or None), "scores": shown_scores(grade)}
        raise _failure(fault, grade, None, more=rows, state=grade.state)


@overload
def assert_schema(answer: Answer | str, schema: type[Model], *, accept: Sequence[Mode] = RAW_ONLY) -> Model: ...
@overload
def assert_schema(
    answer: Answer | str, schema: Mapping[str, Any] | str | PathLike[str], *, accept: Sequence[Mode] = RAW_ONLY
) -> Any: ...
def assert_schema(answer: Answer | str, schema: Schema, *, accept: Sequence[Mode] = RAW_ONLY) -> Any:
    """Fail unless the answer is JSON that fits a schema.

    Args:
        answer: The answer, or text.
        schema: A JSON Schema, the path of one, or a pydantic model.
        accept: Where the JSON may stand: it is the whole answer (``raw``), in a ``` fence (``fenced``), or among prose
            (``embedded``).

    Returns:
        The parsed value; with a pydantic model, an instance of it.

    Raises:
        EvalAssertionError: With every violation: its JSON pointer, what was got and expected, and the class of failure.
        ConfigurationError: Where the schema cannot be used.
    """
    __tracebackhide__ = True
    check_modes(accept)
    check = check_text(str(answer), schema, accept)
    detail = f"{check.mode or 'no'} JSON" + (f", {check.counts}" if check.violations else "")
    _keep(answer, Score("assert_schema", float(check.valid), check.valid, detail))
    if check.valid:
        return check.value
    state: State = "unextractable" if check.mode is None else "graded"
    raise _failure(verdict(check), answer, schema_name(schema), more={"violations": _listed(check)}, state=state)


def assert_contains(answer: Answer | str, *texts: str, any: bool = False, case: bool = False) -> None:  # noqa: A002  as graders.contains says it
    """Fail unless the answer holds the texts; how it is spaced makes no difference.

    Args:
        answer: The answer, or text.
        texts: What it must hold.
        any: Whether one of them is enough.
        case: Whether upper and lower case differ.

    Raises:
        EvalAssertionError: Naming what is missing.
    """
    __tracebackhide__ = True
    if not texts or "" in texts:
        raise ConfigurationError("assert_contains() needs texts, none of them empty: assert_contains(answer, 'Paris')")
    held = holding(str(answer), texts, case=case)
    missing = [text for text in texts if text not in held]
    right = bool(held) if any else not missing
    listed = ", ".join(repr(one_line(text)) for text in missing)
    fault = f"the answer holds none of {listed}" if any else f"the answer does not hold {listed}"
    _keep(
        answer,
        Score("assert_contains", len(held) / len(texts) if not any else float(right), right, "" if right else fault),
    )
    if not right:
        wanted = (" or " if any else " and ").join(repr(text) for text in texts)
        raise _failure(fault, answer, wanted)


def assert_matches(answer: Answer | str, pattern: str | re.Pattern[str], *, flags: int = 0) -> re.Match[str]:
    """Fail unless a regular expression is found in the answer.

    Args:
        answer: The answer, or text.
        pattern: The expression, as for `re.search`.
        flags: Of `re`, for a pattern given as text.

    Returns:
        The match.

    Raises:
        EvalAssertionError: Where nothing matches.
    """
    __tracebackhide__ = True
    compiled = re.compile(pattern, flags)
    match = compiled.search(str(answer))
    shown = one_line(compiled.pattern, 200)
    _keep(answer, Score("assert_matches", float(match is not None), match is not None, shown))
    if match is None:
        raise _failure(f"nothing in the answer matches {shown!r}", answer, f"a match of {compiled.pattern}")
    return match


def assert_cites(answer: Answer | str, *files: str) -> None:
    """Fail unless the answer rests on the files, by its ``evidence_files`` or by citing them in its text.

    Args:
        answer: The answer, or text.
        files: Paths from the repository's root; by default the entry's ``expected_files``.

    Raises:
        EvalAssertionError: Naming the files that are missing.
        ConfigurationError: Where no file is expected.
    """
    __tracebackhide__ = True
    subject = answer if isinstance(answer, Answer) else Answer(answer)
    context = context_of(answer)
    wanted = files or (context.entry.expected_files if context else ())
    if not wanted:
        raise ConfigurationError("assert_cites() needs files: name them, or give the entry expected_files")
    found = found_files(subject, wanted)
    missing = [file for file in wanted if file not in found]
    fault = f"the answer does not cite {', '.join(missing)}"
    _keep(answer, Score("assert_cites", len(found) / len(wanted), not missing, fault if missing else ""))
    if missing:
        more = {"evidence": shown_text(", ".join(evidence_of(subject)) or "none")}
        raise _failure(fault, answer, ", ".join(wanted), more=more)


def _failure(
    fault: str,
    subject: Answer | Grade | str,
    expected: str | None,
    *,
    more: Mapping[str, str | None] | None = None,
    state: State = "graded",
) -> EvalAssertionError:
    """Build the error; raised by the helper itself, so that the traceback ends on the user's line."""
    context = context_of(subject)
    answer = context.answer if context and isinstance(subject, Grade) else subject
    if isinstance(answer, Answer) and not isinstance(subject, Grade) and (cut := cut_state(answer.finish_reason)):
        state, fault = cut, f"{UNGRADED[cut]}: {fault}"
    gold = shown_gold(context.entry.gold_answer) if context else None
    rows = {
        "question": shown_text(context.entry.question) if context else None,
        "answer": None if answer is None or isinstance(answer, Grade) else shown_text(str(answer)),
        "expected": shown_text(expected if expected is not None else gold),
        "gold answer": shown_text(gold) if expected is not None else None,
    }
    return EvalAssertionError(failure_text(fault, {**rows, **(more or {})}), state=state)


def _keep(subject: Answer | Grade | str, check: Score) -> None:
    if (context := context_of(subject)) is not None:
        context.checks.append(check)


def _because(notes: str) -> str:
    return f": {one_line(notes, 300)}" if notes else ""


def _listed(check: SchemaCheck) -> str | None:
    if len(check.violations) < 2:
        return None
    lines = [one_line(str(violation), 200) for violation in check.violations[:SHOWN_VIOLATIONS]]
    more = len(check.violations) - len(lines)
    return "\n".join([f"{len(check.violations)}: {check.counts}", *lines, *([f"… and {more} more"] if more else [])])
