"""Answers of known worth among those that a person grades: how far the rater can be relied on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.grading.grade import Level
from pytest_llmeval.runs.graded_trial import GradedTrial
from pytest_llmeval.runs.hand_grading import latest_by_rater

LEAST_ALIKE = 0.8
"""The share of known answers that a rater should grade as they are known to be."""
FEWEST = 5
"""With fewer, one slip would condemn a rater."""


@dataclass(frozen=True, slots=True)
class RaterCheck:
    """What one rater made of the known answers that were graded so far."""

    alike: Proportion
    """Graded exactly as known, of all known ones that the rater has graded."""
    otherwise: tuple[str, ...]
    """Ids of the entries that were graded otherwise."""

    @property
    def is_doubtful(self) -> bool:
        """Tell whether the rater's grades should be looked at again."""
        return self.alike.n >= FEWEST and self.alike.count < LEAST_ALIKE * self.alike.n


def check_rater(known: Mapping[int, Level], trials: Sequence[GradedTrial], rater: str) -> RaterCheck:
    """Hold what a rater said last against what is known.

    Args:
        known: Grade by the place of the trial in its log.
        trials: Of that log.
        rater: Whose votes to look at.
    """
    said = {number: votes[rater].grade for number in known if rater in (votes := latest_by_rater(trials[number].votes))}
    otherwise = [number for number, grade in said.items() if grade != known[number]]
    ids = tuple(trials[number].record.question_id for number in otherwise)
    return RaterCheck(Proportion(len(said) - len(otherwise), len(said)), ids)
