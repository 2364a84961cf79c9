"""The grader that runs an answer's code against tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import GraderError, UnscoredError
from pytest_llmeval.grading.code.extracting import find_code
from pytest_llmeval.grading.code.limits import Limits
from pytest_llmeval.grading.code.outcome import Check, Outcome
from pytest_llmeval.grading.code.problem import problem_of
from pytest_llmeval.grading.code.sandbox import Exam, NotIsolated, Program
from pytest_llmeval.grading.context import context_of
from pytest_llmeval.grading.grade import FailureLabel, Grade, Score
from pytest_llmeval.grading.rule_grader import RuleGrader, check_share
from pytest_llmeval.models.answer import Answer

NOT_ALLOWED = "code is not run; add --llm-allow-code-execution for graders.code_tests()"


@dataclass(frozen=True, slots=True)
class CodeTests(RuleGrader):
    """Right where the answer's code passes all tests, visible and hidden ones; runs only where that is allowed.

    The scores are the share of tests passed (``code_tests``) and, where an entry has tests of both kinds, that of each
    (``visible_tests``, ``hidden_tests``) and ``generalization``: 1 less the overfit gap, which is the visible share
    less the hidden one where that is above 0.

    Args:
        visible: Tests in place of those in the entry's ``visible_tests`` and ``test_list``.
        hidden: Tests in place of those in the entry's ``hidden_tests``, ``test`` and ``challenge_test_list``.
        timeout_s: Seconds of processor time for all tests of an answer, rounded up to whole ones.
        memory_mb: Megabytes a process may take.
        partial: The share of passed tests from which an answer is partially correct; None: what fails one is wrong.

    Raises:
        ConfigurationError: For limits that are none, or a share outside of 0..1.
    """

    name: ClassVar[str] = "code_tests"
    runs_inline: ClassVar[bool] = False
    """It waits for other processes: in a thread of its own."""
    executes_code: ClassVar[bool] = True

    visible: str | Sequence[str] | None = None
    _: KW_ONLY
    hidden: str | Sequence[str] | None = None
    timeout_s: float = 10.0
    memory_mb: int = 512
    partial: float | None = None

    def __post_init__(self) -> None:
        self._limits()
        if self.partial is not None:
            check_share(self.name, partial=self.partial)

    def _limits(self) -> Limits:
        return Limits(timeout_s=self.timeout_s, memory_mb=self.memory_mb)

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Run the tests.

        Raises:
            ExtractionError: Where the answer holds no code.
            UnscoredError: Where running code is not allowed, or this machine cannot isolate it.
            GraderError: Where the entry has no tests, or they cannot be run.
        """
        context = context_of(answer)
        sandbox = context.sandbox if context is not None else None
        if sandbox is None:
            raise UnscoredError(NOT_ALLOWED)
        problem = problem_of(entry, visible=self.visible, hidden=self.hidden)
        found = find_code(answer.text, problem.names)
        program = Program(found.code, entry.question, found.earlier, problem.names, found.fenced)
        exam = Exam(problem.suites, problem.entry_point, entry.question, problem.setup)
        try:
            return self._graded(sandbox.run(program, exam, self._limits()))
        except NotIsolated:
            raise
        except GraderError as error:
            raise GraderError(f"entry {entry.id!r}: {error}") from None

    def _graded(self, outcome: Outcome) -> Grade:
        share = outcome.rate() or 0.0
        scores = (Score(self.name, share, outcome.passed, _counted(outcome.tests)), *_by_kind(outcome))
        if outcome.passed:
            return self.graded("fully_correct", *scores)
        reached = self.partial is not None and share >= self.partial and share > 0 and outcome.ended is None
        label = _label(outcome)
        return self.graded("partially_correct" if reached else "wrong", *scores, label=label, notes=_notes(outcome))


def _counted(tests: Sequence[Check]) -> str:
    return f"{sum(test.error is None for test in tests)} of {len(tests)} tests passed"


def _by_kind(outcome: Outcome) -> tuple[Score, ...]:
    visible, hidden = outcome.rate("visible"), outcome.rate("hidden")
    if visible is None or hidden is None:
        return ()
    gap = visible - hidden
    return (
        Score("visible_tests", visible, visible == 1),
        Score("hidden_tests", hidden, hidden == 1),
        Score("generalization", 1 - max(gap, 0.0), gap <= 0, f"overfit gap {gap:+.2f}"),
    )


def _label(outcome: Outcome) -> FailureLabel:
    """Name the failure: code that does something else than was asked is out of scope, all else is faulty reasoning."""
    undefined = any("the answer defines no" in (test.error or "") for test in outcome.tests)
    strayed = outcome.ended is not None and outcome.ended.startswith("it tried to")
    return "scope_confusion" if undefined or strayed else "reasoning_error"


def _notes(outcome: Outcome) -> str:
    if outcome.ended is not None:
        return f"the program {outcome.ended.removeprefix('it ')}; {_counted(outcome.tests)}"
    visible, hidden = outcome.rate("visible"), outcome.rate("hidden")
    overfit = "passes what it could see, fails hidden tests; " if visible == 1 and hidden is not None else ""
    first = next(test for test in outcome.tests if test.error is not None)
    return f"{overfit}{_counted(outcome.tests)}, not {first.name!r}: {first.error}"


code_tests = CodeTests
