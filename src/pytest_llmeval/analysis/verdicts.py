"""What a trial came to, and the trials of one slice by that."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal, get_args

from pytest_llmeval.analysis.statistics.estimates import OfSamples, Proportion
from pytest_llmeval.grading.grade import Level
from pytest_llmeval.runs.asked_entry import asked_key
from pytest_llmeval.runs.record import Record

Verdict = Level | Literal["truncated", "filtered", "unextractable", "over_budget"]
"""What a graded trial came to: a level, or why the answer could not get one."""
VERDICTS: tuple[Verdict, ...] = (*get_args(Level), "truncated", "filtered", "unextractable", "over_budget")
"""From best to worst; the last four are failures of the model, but not *wrong* answers."""

SAYS_NOTHING = frozenset({"error", "unscored", "skipped"})
"""Outcomes that say nothing about the model."""
_CUT_SHORT: dict[str, Verdict] = {"length": "truncated", "content_filter": "filtered"}


def verdict_of(record: Record) -> Verdict | None:
    """Return what a graded trial came to; None for one that was never graded.

    An answer that was cut short counts as judged where a grader had it; in an eval of plain asserts it is one that did
    not pass.
    """
    if record.grade is not None:
        return record.grade
    if record.grader is None:
        return None
    for verdict in VERDICTS:
        if record.outcome == verdict:
            return verdict
    return _CUT_SHORT.get(record.finish_reason or "")


def success_of(record: Record) -> bool | None:
    """Tell whether a trial was fully correct, or passed where nothing was graded; None where it says nothing."""
    verdict = verdict_of(record)
    if record.outcome in SAYS_NOTHING or (verdict is None and record.outcome is None):
        return None
    return (verdict or record.outcome) in ("fully_correct", "passed")


@dataclass(slots=True)
class Slice:
    """The trials of one category."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    passed: int = 0
    ungraded: int = 0
    judged_of: Counter[int] = field(default_factory=Counter)
    """How often each entry was judged, by its `asked_key`: in samples, and in evals that ask it too."""
    ungraded_of: Counter[int] = field(default_factory=Counter)

    def add(self, record: Record, verdict: Verdict | None) -> None:
        """Take in one more trial that counts; one without a verdict passed or failed."""
        entry = asked_key(record)
        if verdict is not None:
            self.verdicts[verdict] += 1
            self.judged_of[entry] += 1
        else:
            self.ungraded += 1
            self.ungraded_of[entry] += 1
            self.passed += record.outcome == "passed"

    @property
    def judged(self) -> int:
        """Return how many trials the accuracy is of."""
        return self.verdicts.total()

    @property
    def fully_correct(self) -> Proportion:
        """Return the accuracy: fully correct answers of all that were judged."""
        return _share(self.verdicts["fully_correct"], self.judged, self.judged_of)

    @property
    def partially_correct(self) -> Proportion:
        """Return the share of partially correct answers."""
        return _share(self.verdicts["partially_correct"], self.judged, self.judged_of)

    @property
    def pass_rate(self) -> Proportion:
        """Return the passed of those trials that have no grade, as of evals with plain asserts."""
        return _share(self.passed, self.ungraded, self.ungraded_of)

    @property
    def right(self) -> Proportion:
        """Return the trials that are fully correct, or passed without a grade, of all that count."""
        of = self.judged_of + self.ungraded_of if self.judged and self.ungraded else self.judged_of or self.ungraded_of
        return _share(self.verdicts["fully_correct"] + self.passed, self.judged + self.ungraded, of)


def _share(count: int, n: int, of: Counter[int]) -> Proportion:
    """Make the share of trials of which some may be of one entry.

    Where m are of an entry they are worth (sum of m)² / sum of m² independent ones, if those of an entry are all alike:
    by the design effect of clusters, Kish, L. (1965), Survey Sampling. With as many trials of each that is the number
    of entries.

    Args:
        count: How many are so.
        n: Of how many.
        of: How many of these are of each entry.
    """
    if len(of) == of.total():
        return Proportion(count, n)
    return OfSamples(count, n, n * n // sum([m * m for m in of.values()]))
