"""Answers that were cut off or withheld are told as such, never as wrong."""

from __future__ import annotations

from dataclasses import replace

from pytest_llmeval.grading.grade import Grade, State
from pytest_llmeval.models.answer import Answer, FinishReason


def cut_state(finish_reason: FinishReason | None) -> State | None:
    """Return the state of an answer that was cut off or withheld; None for one that came to its own end."""
    if finish_reason == "length":
        return "truncated"
    return "filtered" if finish_reason == "content_filter" else None


def honest_about_cuts(grade: Grade, answer: Answer) -> Grade:
    """Take the level from an answer that could not finish, unless it is fully correct all the same.

    A refusal is the model's own act: it keeps its level, and the notes say so. An unscored grade stays unscored.

    Returns:
        The grade, or one without level and label in state ``truncated`` or ``filtered``, scores and notes kept.
    """
    if answer.finish_reason == "refusal" and grade.level != "fully_correct":
        return replace(grade, notes=_joined("the model refused", grade.notes))
    state = cut_state(answer.finish_reason)
    if state is None or grade.level == "fully_correct" or grade.state in ("unscored", state):
        return grade
    why = (
        "the answer was cut off at its length limit" if state == "truncated" else "a content filter withheld the answer"
    )
    return replace(grade, level=None, failure_label=None, state=state, notes=_joined(why, grade.notes))


def _joined(why: str, notes: str) -> str:
    return f"{why}; {notes}" if notes else why
