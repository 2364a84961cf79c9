"""Whether code out of answers may run in this run, and where."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from pytest_llmeval.errors import GraderError, LLMEvalError, UnscoredError
from pytest_llmeval.grading.code.code_tests import NOT_ALLOWED
from pytest_llmeval.grading.code.executing import executes_code
from pytest_llmeval.grading.code.sandbox import Sandbox
from pytest_llmeval.grading.grader import Grader
from pytest_llmeval.plugin.settings import Settings

UNISOLATED = (
    "code out of answers runs without walls (--llm-code-isolation=process): it could reach network and files, "
    "so run this in a container that has neither"
)
WAY_OUT = "allow user namespaces, or in a container that is itself the wall add --llm-code-isolation=process"


class CodeExecution:
    """One per process; tries the sandbox when the first eval that needs it is collected, before anything is asked.

    Args:
        settings: What the user allows.
        at_once: Programs that this process may run side by side.
    """

    def __init__(self, settings: Settings, at_once: int) -> None:
        self.sandbox = Sandbox(settings.code_isolation, at_once=at_once) if settings.allow_code_execution else None

    def refusal(self, graders: Iterable[Grader]) -> LLMEvalError | None:
        """Return why answers cannot be graded by these graders, so that they need not be asked for."""
        return self._refusal if any(map(executes_code, graders)) else None

    @cached_property
    def _refusal(self) -> LLMEvalError | None:
        if self.sandbox is None:
            return UnscoredError(NOT_ALLOWED)
        try:
            self.sandbox.check()
        except GraderError as error:
            return UnscoredError(f"{error}; {WAY_OUT}")
        return None

    def unisolated(self, graders: Iterable[Grader]) -> bool:
        """Tell whether code runs with less around it than there could be."""
        return self.sandbox is not None and self.sandbox.isolation == "process" and any(map(executes_code, graders))
