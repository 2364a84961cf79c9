"""The grader that has an answer's code looked at by linters; nothing of it is run."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.code.checkers import FILE, Checker, Finding, check, checkers, lines_of, missing, unsilenced
from pytest_llmeval.grading.code.extracting import find_code
from pytest_llmeval.grading.grade import Grade, Kind, Score
from pytest_llmeval.grading.rule_grader import RuleGrader
from pytest_llmeval.models.answer import Answer

ALL = ("compiles", "ruff", "mypy", "bandit", "complexity")


@dataclass(frozen=True, slots=True)
class PythonQuality(RuleGrader):
    """Right where no checker complains of the answer's code, wrong where it does not compile, else partially correct.

    Each check is a score: 1 less the complaints for each line of code (``ruff``, ``mypy``, ``bandit``), or the allowed
    complexity by the worst that was found (``complexity``, McCabe's). The code is taken as it stands in the answer.

    Args:
        checks: Which checks, of ``compiles``, ``ruff``, ``mypy``, ``bandit`` and ``complexity``.
        max_complexity: The cyclomatic complexity that a function may have.

    Raises:
        ConfigurationError: For checks there are none of, and where the package of one is not installed.
    """

    name: ClassVar[str] = "python_quality"
    kind: ClassVar[Kind] = "heuristic"
    runs_inline: ClassVar[bool] = False
    """It waits for other processes: in a thread of its own."""

    checks: Sequence[str] = ALL
    _: KW_ONLY
    max_complexity: int = 10

    def __post_init__(self) -> None:
        if isinstance(self.checks, str) or not self.checks or not set(self.checks) <= set(ALL):
            raise ConfigurationError(
                f"graders.python_quality({self.checks!r}): list some of the checks {', '.join(ALL)}"
            )
        if isinstance(self.max_complexity, bool) or self.max_complexity < 1:
            raise ConfigurationError(
                f"graders.python_quality(max_complexity={self.max_complexity!r}): must be a whole number of at least 1"
            )
        if absent := missing(self._chosen()):
            raise ConfigurationError(
                f"graders.python_quality() needs {', '.join(absent)}; "
                'run pip install "pytest-llmeval-harness[quality]", or choose other checks: checks=("compiles",)'
            )

    def _chosen(self) -> Mapping[str, Checker]:
        known = checkers(self.max_complexity)
        return {name: known[name] for name in ALL if name in self.checks}

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Have the code checked.

        Raises:
            ExtractionError: Where the answer holds no code.
            GraderError: Where a checker itself fails.
        """
        code = find_code(answer.text, [str(entry.field("entry_point") or "")]).code
        findings = self._findings(code + "\n")
        scores = [
            Score(name, one.value, one.passed, one.detail, "verifiable" if name == "compiles" else self.kind)
            for name, one in findings.items()
        ]
        complaints = "; ".join(f"{name}: {one.detail}" for name, one in findings.items() if not one.passed)
        if not complaints:
            return self.graded("fully_correct", *scores)
        broken = "compiles" in findings and not findings["compiles"].passed
        if broken:
            return self.graded("wrong", *scores, label="reasoning_error", notes=complaints)
        return self.graded("partially_correct", *scores, notes=complaints)

    def _findings(self, code: str) -> dict[str, Finding]:
        """Run the checks; what does not compile is not looked at any further."""
        findings: dict[str, Finding] = {}
        with tempfile.TemporaryDirectory(prefix="llm-eval-") as folder:
            path = Path(folder, FILE)
            path.write_text(unsilenced(code), encoding="utf-8", errors="replace")
            for name, checker in self._chosen().items():
                findings[name] = check(name, checker, path.parent, lines_of(code))
                if name == "compiles" and not findings[name].passed:
                    break
        return findings


python_quality = PythonQuality
