"""Who gave the grades that count: people, judges or rules; and on how many answers those who graded differ."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from pytest_llmeval.analysis.contested import said_by_judges
from pytest_llmeval.analysis.verdicts import verdict_of
from pytest_llmeval.runs.hand_grading import BEFORE, BY_HAND, VOTES, Vote, latest_by_rater, votes_of
from pytest_llmeval.runs.line import LineFault
from pytest_llmeval.runs.record import Record

Kind = Literal["people", "judges", "rules", "not told"]
KINDS: tuple[Kind, ...] = ("people", "judges", "rules", "not told")
"""The last stands for grades of logs that do not name their grader."""


class GradedBy:
    """Of one model; fed record by record."""

    def __init__(self) -> None:
        self.counts: Counter[Kind] = Counter()
        """Of the trials with a verdict."""
        self.apart = 0
        """Answers that people, machine or judges grade differently, and that nobody has settled."""

    def add(self, record: Record) -> None:
        """Take in one more record."""
        if verdict_of(record) is not None:
            self.counts[_kind(record)] += 1
        self.apart += record.answer is not None and _differ(record)


def _kind(record: Record) -> Kind:
    if record.grader is None:
        return "not told"
    if record.grader.startswith(BY_HAND):
        return "people"
    kinds = {score.kind for score in record.scores if score.grader == record.grader}
    judged = "judge" in kinds or (not kinds and record.judge is not None and record.judge.has_judged)
    return "judges" if judged else "rules"


def _differ(record: Record) -> bool:
    extra = record.model_extra or {}
    if not extra and not any(score.kind == "judge" for score in record.scores):
        return False  # of most records, and looking closer takes a while
    votes = _votes(record) if VOTES in extra else ()
    if any(vote.adjudication for vote in votes):
        return False
    before = extra.get(BEFORE)
    levels: set[str] = {vote.grade for vote in latest_by_rater(votes).values()}
    if isinstance(before, dict) and isinstance(before.get("grade"), str):
        levels.add(before["grade"])
    return len(levels) > 1 or any(len(said) > 1 for said in said_by_judges(record).values())


def _votes(record: Record) -> tuple[Vote, ...]:
    try:
        return votes_of(record)
    except LineFault:  # of another program, under a name of ours
        return ()
