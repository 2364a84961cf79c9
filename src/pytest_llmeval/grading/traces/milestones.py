"""Graders of what a trace had to come to: checkpoints on the way, objectives at the end."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, GraderError
from pytest_llmeval.grading.grade import Grade, Kind, Score
from pytest_llmeval.grading.rule_grader import RuleGrader, texts_of
from pytest_llmeval.grading.text_graders import holding
from pytest_llmeval.grading.traces.expected import is_it, read_expected
from pytest_llmeval.grading.traces.showing import shown_call
from pytest_llmeval.grading.traces.trace import trace_of
from pytest_llmeval.models.answer import Answer, ToolCall
from pytest_llmeval.models.tools.patterns import shown

Check = Callable[[ToolCall], Any]
_CHECKPOINT = ("after", "contains", "check")
_OBJECTIVE = ("name", "contains", "tool", "check")
_DONE = re.compile(
    r"\b(?:done|finished|completed?|all set|booked|sent|created|updated|fixed|success(?:ful|fully)?)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Checkpoints(RuleGrader):
    """Each step produced what the next one needs; the first checkpoint that fails is the cause that is told.

    A checkpoint names the tool ``after`` whose last call it looks at, and says what the result of that ``contains``, or
    has a function ``check`` of the call (``call.arguments``, ``call.result.text``) that tells whether all is well. All
    of them is fully correct, some partially correct, none wrong.

    Args:
        checkpoints: Dicts with ``after`` and ``contains`` or ``check``, in order; by default the entry's
            ``checkpoints``.
    """

    name: ClassVar[str] = "checkpoints"
    of_whole: ClassVar[bool] = True

    checkpoints: Any = None

    def __post_init__(self) -> None:
        if self.checkpoints is not None:
            for one in _mappings(self.checkpoints, "checkpoint", _CHECKPOINT, "after"):
                _check_of(one)

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Look at each."""
        given = self.needed(self.checkpoints, entry, "checkpoints", "checkpoints")
        try:
            points = _mappings(given, "checkpoint", _CHECKPOINT, "after")
            faults = [_checkpoint_fault(one, trace_of(answer).tool_calls) for one in points]
        except ConfigurationError as error:
            raise GraderError(f"checkpoints of entry {entry.id!r}: {error}") from None
        first = next((fault for fault in faults if fault), "")
        return self.shared(faults.count(""), len(faults), f"first failure: {first}" if first else "")


def _checkpoint_fault(point: Mapping[str, Any], calls: Sequence[ToolCall]) -> str:
    after = str(point["after"])
    made = [call for call in calls if call.name == after]
    if not made:
        return f"{after} was not called"
    return "" if _check_of(point)(made[-1]) else f"after {shown_call(made[-1])}, {_wanted(point)}"


def _check_of(point: Mapping[str, Any]) -> Check:
    if callable(point.get("check")):
        return point["check"]  # type: ignore[no-any-return]  # what it returns is read as a bool
    if "contains" not in point:
        raise ConfigurationError(f"a checkpoint needs 'contains' or a function 'check': {shown(dict(point))}")
    wanted = texts_of(point["contains"])
    return lambda call: len(holding(call.result.text if call.result else "", wanted)) == len(wanted)


def _wanted(point: Mapping[str, Any]) -> str:
    return f"{shown(point['check'])} says no" if "check" in point else f"its result lacks {shown(point['contains'])}"


@dataclass(frozen=True, slots=True)
class Objectives(RuleGrader):
    """All original objectives are met at the end: the score is met / all.

    Where one is not and the answer claims to be done, that is a false completion, told apart: the score
    ``no_false_completion`` is 0. All met is fully correct, some partially correct, none wrong; a false completion is
    wrong.

    Args:
        objectives: Dicts with a ``name`` and one of ``contains`` (texts in the answer), ``tool`` (a call that was made,
            as in ``expected_tools``), ``check`` (a function of the answer); by default the entry's ``objectives``.
    """

    name: ClassVar[str] = "objectives"
    kind: ClassVar[Kind] = "verifiable"
    of_whole: ClassVar[bool] = True

    objectives: Any = None

    def __post_init__(self) -> None:
        if self.objectives is not None:
            for one in _mappings(self.objectives, "objective", _OBJECTIVE, "name"):
                _check_objective(one)

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Check each."""
        given = self.needed(self.objectives, entry, "objectives", "objectives")
        try:
            several = _mappings(given, "objective", _OBJECTIVE, "name")
            unmet = [str(one["name"]) for one in several if not _is_met(one, answer)]
        except ConfigurationError as error:
            raise GraderError(f"objectives of entry {entry.id!r}: {error}") from None
        notes = f"not met: {', '.join(unmet)}" if unmet else ""
        claimed = bool(unmet) and _DONE.search(answer.text) is not None
        honest = Score("no_false_completion", float(not claimed), not claimed, "", "heuristic")
        grade = self.shared(len(several) - len(unmet), len(several), notes)
        if claimed:
            return self.graded("wrong", *grade.scores, honest, notes=f"claims to be done; {notes}")
        return self.graded(grade.level or "wrong", *grade.scores, honest, notes=notes)


def _check_objective(one: Mapping[str, Any]) -> None:
    ways = [name for name in ("contains", "tool", "check") if name in one]
    if len(ways) != 1:
        raise ConfigurationError(f"an objective needs one of contains, tool, check: {shown(dict(one))}")
    if "tool" in one:
        read_expected(one["tool"])


def _is_met(one: Mapping[str, Any], answer: Answer) -> bool:
    _check_objective(one)
    if "contains" in one:
        wanted = texts_of(one["contains"])
        return len(holding(answer.text, wanted)) == len(wanted)
    if "tool" in one:
        calls = [call for call in trace_of(answer).tool_calls if call.result is None or call.result.status == "ok"]
        return all(any(is_it(wanted, call, "subset") for call in calls) for wanted in read_expected(one["tool"]))
    return bool(one["check"](answer))


def _mappings(given: Any, what: str, known: Sequence[str], first: str) -> list[Mapping[str, Any]]:
    several = [given] if isinstance(given, Mapping) else list(given)
    for one in several:
        if not isinstance(one, Mapping) or first not in one:
            raise ConfigurationError(f"{what}s are dicts with {first!r}, got {shown(one)}")
        if unknown := [name for name in one if name not in known]:
            raise ConfigurationError(f"{what} has no {unknown[0]!r}; it takes {', '.join(known)}")
    return several


checkpoints = Checkpoints
objectives = Objectives
