"""Votes that differ: how contested an answer is, and how far those who graded a run agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from pytest_llmeval.analysis.statistics.agreement import krippendorff_alpha, reaches
from pytest_llmeval.grading.grade import LEVELS
from pytest_llmeval.grading.judge.panel import level_said, voter_of
from pytest_llmeval.runs.graded_trial import GradedTrial
from pytest_llmeval.runs.hand_grading import BEFORE, Vote, latest_by_rater, votes_of
from pytest_llmeval.runs.line import LineFault
from pytest_llmeval.runs.record import Record


def ballots_of(trial: GradedTrial) -> Counter[str]:
    """Return what was said of an answer, each voter once; nothing where somebody has settled it.

    The voters are people where two are, else one person and the machine, else the judges of the panel that agree least.
    """
    return _ballots(trial.record, trial.votes, trial.record.grade)


def ballots_in(record: Record) -> Counter[str]:
    """Return the same of a record as it stands in a log, graded by hand or not; votes that are none are not counted."""
    extra = record.model_extra or {}
    before = extra.get(BEFORE)
    machine = before.get("grade") if isinstance(before, dict) else None
    try:
        return _ballots(record, votes_of(record), machine)
    except LineFault:
        return _ballots(record, (), None)


def _ballots(record: Record, votes: Iterable[Vote], machine: str | None) -> Counter[str]:
    given = tuple(votes)
    if any(vote.adjudication for vote in given):
        return Counter()
    said = Counter[str](vote.grade for vote in latest_by_rater(given).values())
    if said.total() == 1 and machine is not None:
        said[machine] += 1
    return said if said else max(said_by_judges(record).values(), key=share_apart, default=Counter())


def said_by_judges(record: Record) -> dict[str, Counter[str]]:
    """Return what the judges of each panel said; other scores of judges are no votes on the same question.

    By a rubric with dimensions they differ where one finds the answer fully correct and another does not.
    """
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for score in record.scores:
        if voter_of(score.name) is not None and score.passed is not None:
            said = level_said(score.detail)
            found[score.grader][said[0] if said else str(score.passed)] += 1
    return found


def share_apart(said: Counter[str]) -> float:
    """Return the share of votes that differ from the most frequent one: 0 where all say the same, or nobody voted.

    Example:
        >>> share_apart(Counter({"wrong": 3, "unsupported": 1}))
        0.25
    """
    return 1 - max(said.values()) / said.total() if said else 0.0


@dataclass(slots=True)
class Raters:
    """How far those who graded the same answers agree; fed record by record."""

    _units: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def add(self, record: Record) -> None:
        """Take in one more record; one that fewer than two graded changes nothing."""
        unit = tuple(sorted(ballots_in(record).elements()))
        if len(unit) > 1 and set(unit) <= set(LEVELS):
            self._units[unit] += 1

    @property
    def answers(self) -> int:
        """Return how many answers two or more graded."""
        return self._units.total()

    @property
    def alpha(self) -> float | None:
        """Return Krippendorff's alpha, ordinal; None where it is undefined, as where all was graded alike."""
        return krippendorff_alpha(self._units, LEVELS, "ordinal")

    def objection(self, least: float) -> str | None:
        """Say why their grades must decide nothing; None where they agree far enough.

        Args:
            least: The alpha that is wanted.
        """
        if not self.answers:
            return f"alpha of at least {least:g} is wanted, and no answer was graded by two"
        told = f"over {self.answers:,} {'answer' if self.answers == 1 else 'answers'} graded by two or more"
        alpha = self.alpha
        if alpha is None:
            return f"alpha of at least {least:g} is wanted, and is undefined {told}: all were graded alike"
        way_out = "make the rubric clearer before grading more"
        if reaches(alpha, least):
            return None
        return f"the raters agree to alpha {alpha:.2f} {told}, {least:g} is wanted; {way_out}"


@dataclass(frozen=True, slots=True)
class VoteRules:
    """What votes must come to for the grade of an answer to decide anything."""

    most_apart: float = 100.0
    """Percent of an answer's votes that may differ from the most frequent one."""
    least_alpha: float | None = None
    """Krippendorff's alpha over the answers of a run."""

    @property
    def are_any(self) -> bool:
        """Tell whether votes must be looked at."""
        return self.most_apart < 100 or self.least_alpha is not None

    def why(self, record: Record) -> str | None:
        """Say why the grade of a record must not decide; None where it may."""
        if self.most_apart >= 100 or 100 * share_apart(ballots_in(record)) <= self.most_apart + 1e-9:
            return None
        return f"over {self.most_apart:g} % of its votes differ"
