"""Error modes by rule: what scores and failure label of a failed answer tell of the way in which it is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pytest_llmeval.grading.grade import ErrorMode, FailureLabel, Level, Score
from pytest_llmeval.grading.key_points import RECALL
from pytest_llmeval.grading.retrieval.citing import REAL

MODE_SCORES: Mapping[ErrorMode, str] = {
    "hallucination": "free_of_hallucination",
    "omission": "free_of_omission",
    "conflation": "free_of_conflation",
    "fabrication": "free_of_fabrication",
    "inconsistent": "free_of_inconsistency",
}
"""Mode to the score of ``probes.error_mode`` that is 0 where an answer has it, else 1."""
_MODE_NAMES = frozenset(MODE_SCORES.values())


def error_mode_of(level: Level | None, label: FailureLabel | None, scores: Sequence[Score]) -> ErrorMode | None:
    """Tell the mode of a graded answer.

    Where ``probes.error_mode`` told it, that counts. Else it is a fabrication where a citation is not real, an omission
    where what the answer says is right and key points are missing, and a hallucination where the label says so.

    Args:
        level: The grade.
        label: Its failure label.
        scores: All that were given.

    Returns:
        None for right answers, for those without a grade, and where nothing is known.

    Example:
        >>> error_mode_of("wrong", "hallucination", [])
        'hallucination'
    """
    if level in (None, "fully_correct"):
        return None
    values = {score.name: score.value for score in scores}
    if not _MODE_NAMES.isdisjoint(values):
        return next((mode for mode, name in MODE_SCORES.items() if values.get(name) == 0), None)
    if is_fabricated(scores):
        return "fabrication"
    if only_leaves_out(scores):
        return "omission"
    return "hallucination" if label == "hallucination" else None


def is_fabricated(scores: Iterable[Score]) -> bool:
    """Tell whether a citation was found not to be real."""
    return any(score.name == REAL and score.value is not None and score.value < 1 for score in scores)


def only_leaves_out(scores: Iterable[Score]) -> bool:
    """Tell whether some key points are missing, some are there, and no other check failed."""
    told = list(scores)
    some = any(score.name == RECALL and score.value is not None and 0 < score.value < 1 for score in told)
    return some and not any(score.passed is False for score in told if score.name != RECALL)
