"""How far a grader can be trusted: false accepts and false rejects over cases whose grade is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pytest_llmeval.analysis.estimates import Proportion
from pytest_llmeval.grading.checking.named import bare_name
from pytest_llmeval.grading.checking.run import CaseResult


@dataclass(frozen=True, slots=True)
class GraderCheck:
    """One grader over its cases."""

    grader: str
    """Its name, without settings."""
    results: tuple[CaseResult, ...]

    @property
    def false_accepts(self) -> Proportion:
        """Return how many answers it accepts, of those it must not."""
        return self._share("false accept", must_accept=False)

    @property
    def false_rejects(self) -> Proportion:
        """Return how many answers it rejects, of those it must accept."""
        return self._share("false reject", must_accept=True)

    def _share(self, finding: str, *, must_accept: bool) -> Proportion:
        of = [one for one in self.results if one.must_accept is must_accept]
        return Proportion(sum(one.finding == finding for one in of), len(of))

    @property
    def disagreements(self) -> list[CaseResult]:
        """Return the cases in which it said something else than it should."""
        return [one for one in self.results if one.finding != "as expected"]

    def count(self, finding: str) -> int:
        """Return in how many cases that was found."""
        return sum(one.finding == finding for one in self.results)

    def holds(self, most_false_accepts: float, most_false_rejects: float) -> bool:
        """Tell whether both rates are low enough, and every other grade is as expected.

        Args:
            most_false_accepts: The highest rate that will do, from 0 to 1.
            most_false_rejects: The highest rate that will do, from 0 to 1.
        """
        within = (self.false_accepts.rate or 0) <= most_false_accepts
        within = within and (self.false_rejects.rate or 0) <= most_false_rejects
        return within and not self.count("no verdict") and not self.count("other grade")


def checks_by_grader(results: Iterable[CaseResult]) -> list[GraderCheck]:
    """Sort results by grader, in order of first appearance."""
    found: dict[str, list[CaseResult]] = {}
    for one in results:
        found.setdefault(bare_name(one.case.grader), []).append(one)
    return [GraderCheck(name, tuple(of)) for name, of in found.items()]
