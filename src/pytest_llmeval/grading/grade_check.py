"""Whether a grade is good enough for a test, and if not, why."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.grade import FAILURE_LABELS, LEVELS, FailureLabel, Grade, Kind, Level, State

UNGRADED: Mapping[State, str] = {
    "truncated": "the answer was cut off at its length limit",
    "filtered": "a content filter withheld the answer",
    "unextractable": "the answer holds nothing that can be graded",
}
"""What is said of an answer that has no level; never that it is wrong."""


def grade_fault(
    grade: Grade, at_least: Level, min_score: float | Mapping[str, float] | None, forbid: Collection[FailureLabel]
) -> str | None:
    """Say on one line why a grade is not good enough; None where it is.

    Args:
        grade: The grade, not an unscored one.
        at_least: The lowest level that will do.
        min_score: What the lowest score must reach, or score name to what that score must reach.
        forbid: Failure labels that will not do whatever the level is.
    """
    label = f" ({grade.failure_label})" if grade.failure_label else ""
    if grade.level is None:
        return f"{UNGRADED.get(grade.state, grade.state)}, wanted at least {at_least}"
    if not grade.reaches(at_least):
        return f"graded {grade.level}{label}, wanted at least {at_least}"
    if grade.failure_label in forbid:
        return f"graded {grade.level}{label}, which is forbidden here"
    for name, least in _minimums(min_score).items():
        value = _named_score(grade, name)
        if value is None or value < least:
            got = "unknown" if value is None else f"{value:.2f}"
            return f"{name or 'the lowest score'} is {got}, wanted at least {least:.2f}"
    return None


def _minimums(min_score: float | Mapping[str, float] | None) -> Mapping[str, float]:
    if min_score is None:
        return {}
    return min_score if isinstance(min_score, Mapping) else {"": min_score}


def _named_score(grade: Grade, name: str) -> float | None:
    if not name:
        return grade.score
    values = [score.value for score in grade.scores if score.name == name]
    if not values:
        known = ", ".join(dict.fromkeys(score.name for score in grade.scores)) or "none"
        raise ConfigurationError(f"assert_grade(min_score=...): the grade has no score {name!r}; there are: {known}")
    return None if None in values else min(value for value in values if value is not None)


def check_wanted(at_least: str, forbid: Collection[str]) -> None:
    """Refuse levels and labels there are none of.

    Raises:
        ConfigurationError: Naming those there are.
    """
    if at_least not in LEVELS:
        raise ConfigurationError(f"assert_grade(at_least={at_least!r}): must be one of {', '.join(LEVELS)}")
    if isinstance(forbid, str) or not set(forbid) <= set(FAILURE_LABELS):
        raise ConfigurationError(f"assert_grade(forbid={forbid!r}): must list some of {', '.join(FAILURE_LABELS)}")


def kind_of(grade: Grade) -> Kind:
    """Return the least certain kind of its scores."""
    return next((score.kind for score in grade.scores if score.kind != "verifiable"), "verifiable")


def shown_scores(grade: Grade) -> str | None:
    """Write the scores on one line; None where there are none."""
    return ", ".join(f"{s.name} {'–' if s.value is None else f'{s.value:.2f}'}" for s in grade.scores) or None
