"""Cases that cannot be checked here and now: they run code nobody allowed, or need a package that is not installed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pytest_llmeval.errors import ConfigurationError, GraderError
from pytest_llmeval.grading.checking.case import Case
from pytest_llmeval.grading.checking.named import bare_name, named_grader
from pytest_llmeval.grading.code.executing import executes_code
from pytest_llmeval.grading.code.sandbox import Sandbox

NOT_ALLOWED = "its cases run code; add --allow-code-execution"
WAY_OUT = "allow user namespaces, or in a container that is itself the wall add --code-isolation=process"


@dataclass(frozen=True, slots=True)
class SetAside:
    """The cases of one grader that were not checked."""

    grader: str
    """By its bare name."""
    cases: int
    reason: str
    runs_code: bool = False
    """Whether it is for the code that the cases run."""

    def __str__(self) -> str:
        return f"not checked: {self.grader}, {self.cases:,} case{'' if self.cases == 1 else 's'}: {self.reason}"


def sorted_out(
    cases: Iterable[Case], sandbox: Sandbox | None, *, needs_all: bool = False
) -> tuple[list[Case], list[SetAside]]:
    """Part the cases that can be checked from those that cannot.

    Args:
        cases: In any order.
        sandbox: Where code may run; None where nobody has allowed that. It is tried once, where a case needs it.
        needs_all: Whether a grader that cannot be made is an error; else its cases are set aside.

    Raises:
        ConfigurationError: Where a case names no grader there is.
    """
    several = list(cases)
    reasons = _Reasons(sandbox, needs_all=needs_all)
    told = [(case, reasons.against(case.grader)) for case in several]
    aside = Counter(replace(reason, grader=bare_name(case.grader)) for case, reason in told if reason is not None)
    return (
        [case for case, reason in told if reason is None],
        [replace(one, cases=times) for one, times in aside.items()],
    )


class _Reasons:
    def __init__(self, sandbox: Sandbox | None, *, needs_all: bool) -> None:
        self._sandbox = sandbox
        self._needs_all = needs_all
        self._known: dict[str, SetAside | None] = {}
        self._fault: str | None = None

    def against(self, grader: str) -> SetAside | None:
        """Say why cases of a grader cannot be checked; None where they can."""
        if grader not in self._known:
            self._known[grader] = self._found(grader)
        return self._known[grader]

    def _found(self, grader: str) -> SetAside | None:
        try:
            made = named_grader(grader)
        except ConfigurationError as error:
            if self._needs_all:
                raise
            return SetAside(grader, 1, str(error))
        fault = self._of_code() if executes_code(made) else ""
        return SetAside(grader, 1, fault, runs_code=True) if fault else None

    def _of_code(self) -> str:
        if self._sandbox is None:
            return NOT_ALLOWED
        if self._fault is None:
            try:
                self._sandbox.check()
                self._fault = ""
            except GraderError as error:
                self._fault = f"{error}; {WAY_OUT}"
        return self._fault
