"""Running graders over cases: what each said, held against what it should have said."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from pytest_llmeval.errors import LLMEvalError, UnscoredError
from pytest_llmeval.grading.checking.case import Case
from pytest_llmeval.grading.checking.named import named_grader
from pytest_llmeval.grading.code.sandbox import Sandbox
from pytest_llmeval.grading.context import TrialContext
from pytest_llmeval.grading.grade import LEVELS, Grade, Level, rank
from pytest_llmeval.grading.grader import Grader, grader_id
from pytest_llmeval.grading.running import grade_answer
from pytest_llmeval.models.answer import Reply
from pytest_llmeval.models.request import Message
from pytest_llmeval.safe_text import one_line

Finding = Literal["as expected", "false accept", "false reject", "no verdict", "other grade"]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What a grader said of one case."""

    case: Case
    finding: Finding
    said: str
    """The level or state; for a grader that broke, ``error``."""
    notes: str
    must_accept: bool
    """Whether the case is a right answer; else it must not be accepted."""
    signed: str
    """The id that the grade is signed with, as in a log."""


@dataclass(frozen=True, slots=True)
class ScriptedJudge:
    """A judge that always says the same."""

    reply: str
    name: str = "scripted:judge"
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    async def ask(
        self,
        messages: Sequence[Message],
        *,
        system: str,  # noqa: ARG002  the port's
        schema: Mapping[str, Any] | None,  # noqa: ARG002  the port's
        params: Mapping[str, Any],  # noqa: ARG002  the port's
        usable: Callable[[Reply], bool],  # noqa: ARG002  the port's
    ) -> Reply:
        """Say it, with the key of the prompt in the place kept for it."""
        key = str(messages[-1]["content"]).removeprefix("KEY: ").partition("\n")[0]
        return Reply(self.reply.replace("{key}", key))


def check_cases(
    cases: Iterable[Case], *, at_least: Level = "fully_correct", sandbox: Sandbox | None = None
) -> list[CaseResult]:
    """Run the grader of each case.

    Args:
        cases: In any order.
        at_least: The level from which an answer counts as accepted.
        sandbox: Where code out of answers may run; None where nobody has allowed that.

    Raises:
        ConfigurationError: Where a case names no grader there is.
    """
    made: dict[str, Grader] = {}
    for case in (several := list(cases)):
        made.setdefault(case.grader, named_grader(case.grader))
    return asyncio.run(_all(several, made, at_least, sandbox))


async def _all(
    cases: Sequence[Case], made: Mapping[str, Grader], at_least: Level, sandbox: Sandbox | None
) -> list[CaseResult]:
    return [await _one(case, made[case.grader], at_least, sandbox) for case in cases]


async def _one(case: Case, grader: Grader, at_least: Level, sandbox: Sandbox | None) -> CaseResult:
    with tempfile.TemporaryDirectory(prefix="llmeval-case-") as folder:
        for path, text in case.files.items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        entry, answer = case.as_entry(), case.as_answer()
        judges = tuple(ScriptedJudge(one, f"scripted:judge-{number}") for number, one in enumerate(case.replies(), 1))
        answer = replace(answer, context=TrialContext(entry, answer, judges=judges, sandbox=sandbox, roots=(folder,)))
        try:
            grade = await grade_answer([grader], entry, answer, run_in_thread=asyncio.to_thread)
        except UnscoredError as error:
            grade = Grade(None, None, str(error), (), grader_id(grader), "unscored")
        except LLMEvalError as error:
            return _result(case, None, one_line(str(error), 300), at_least, grader_id(grader))
    return _result(case, grade, one_line(grade.notes, 300), at_least, grade.grader)


def _result(case: Case, grade: Grade | None, notes: str, at_least: Level, signed: str) -> CaseResult:
    said = "error" if grade is None else str(grade)
    accepted = grade is not None and bool(grade.reaches(at_least))
    must_accept = case.expected == "accept" or any(
        level == case.expected and rank(level) <= rank(at_least) for level in LEVELS
    )
    result = CaseResult(case, "as expected", said, notes, must_accept, signed)
    return replace(result, finding=_finding(case, grade, said, accepted=accepted, must_accept=must_accept))


def _finding(case: Case, grade: Grade | None, said: str, *, accepted: bool, must_accept: bool) -> Finding:
    if accepted and not must_accept:
        return "false accept"
    if said in ("unscored", "error") and case.expected != said:
        return "no verdict"
    if must_accept and not accepted:
        return "false reject"
    label = (grade.failure_label if grade else None) or "none"
    exact = case.expected in ("accept", "reject", said)
    return "as expected" if exact and case.label in (None, label) else "other grade"
