"""How far a grader can be trusted: false accepts and false rejects over cases whose grade is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.grading.checking.named import bare_name
from pytest_llmeval.grading.checking.run import CaseResult
from pytest_llmeval.grading.grade import Level
from pytest_llmeval.runs.grader_checks import GraderLimits, KeptCheck
from pytest_llmeval.runs.kept_findings import Figure, Share


@dataclass(frozen=True, slots=True)
class GraderCheck:
    """One grader over its cases."""

    grader: str
    """Its name without settings, or its id."""
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

    def reasons(self, limits: GraderLimits) -> Iterator[str]:
        """Say why it is not to be trusted: a rate above its limit, no verdict, another grade; nothing where it is."""
        yield from _above("accepts", "wrong", self.false_accepts, limits.most_false_accepts)
        yield from _above("rejects", "right", self.false_rejects, limits.most_false_rejects)
        if without := self.count("no verdict"):
            yield f"it gives no verdict on {without:,} of {len(self.results):,} cases"
        if other := self.count("other grade"):
            yield f"it gives {other:,} of {len(self.results):,} cases another grade than they name"


def _above(does: str, which: str, share: Proportion, most: float) -> Iterator[str]:
    if share.rate is None or share.interval is None or share.rate <= most:
        return
    low, high = (100 * bound for bound in share.interval)
    told = f"{share.count:,} of {share.n:,} {which} answers, {100 * share.rate:.0f} % [{low:.0f}–{high:.0f}]"
    yield f"it {does} {told}, {100 * most:g} % will do"


def checks_by_grader(results: Iterable[CaseResult]) -> list[GraderCheck]:
    """Sort results by grader, whatever its settings, in order of first appearance."""
    return _sorted(results, lambda one: bare_name(one.case.grader))


def checks_to_keep(results: Iterable[CaseResult]) -> list[GraderCheck]:
    """Sort results by the id that grades are signed with; what scripted judges said tells nothing of a real one."""
    return _sorted((one for one in results if one.case.judge is None), lambda one: one.signed)


def _sorted(results: Iterable[CaseResult], name_of: Callable[[CaseResult], str]) -> list[GraderCheck]:
    found: dict[str, list[CaseResult]] = {}
    for one in results:
        found.setdefault(name_of(one), []).append(one)
    return [GraderCheck(name, tuple(of)) for name, of in found.items()]


def kept_check(
    check: GraderCheck, limits: GraderLimits, *, at_least: Level, command: Sequence[str], timestamp: str
) -> KeptCheck:
    """Return what is kept of a check.

    Args:
        check: Of one grader, by its id.
        limits: What it was held against.
        at_least: The level from which an answer counted as accepted.
        command: What checks it again.
        timestamp: When.
    """
    reasons = tuple(check.reasons(limits))
    return KeptCheck(
        grader=check.grader,
        command=tuple(command),
        timestamp=timestamp,
        n=len(check.results),
        at_least=at_least,
        false_accepts=_share(check.false_accepts),
        false_accept_rate=_figure(check.false_accepts),
        false_rejects=_share(check.false_rejects),
        false_reject_rate=_figure(check.false_rejects),
        no_verdict=check.count("no verdict"),
        other_grade=check.count("other grade"),
        limits=limits,
        holds=not reasons,
        reasons=reasons,
    )


def _share(one: Proportion) -> Share:
    return Share(count=one.count, n=one.n)


def _figure(one: Proportion) -> Figure:
    low, high = one.interval or (None, None)
    return Figure(value=one.rate, low=low, high=high)
