"""How a trial of a changed question ended: gracefully, with something valid or a plain word, or in what other way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from pytest_llmeval.grading.probes.reply_classes import reply_class, stance
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.runs.record import Record

Ending = Literal["valid", "says so", "wrong", "malformed", "empty", "truncated", "filtered", "over_budget", "crashed"]
"""``valid``: right, partially right, or of the form that was asked for; ``says so``: no answer, and a plain word of
that, a question back or a refusal; the others are not graceful. ``wrong`` states what is wrong; ``crashed``: the task
broke."""
ENDINGS: tuple[Ending, ...] = get_args(Ending)
GRACEFUL: frozenset[Ending] = frozenset({"valid", "says so"})
FORM_SCORES = frozenset({"json", "schema", "assert_schema"})
"""What schema checks score; an answer that passes them all is of the form that was asked for, right or wrong."""
_CUT: Mapping[str, Ending] = {"truncated": "truncated", "filtered": "filtered", "over_budget": "over_budget"}
_PLAIN_WORDS = ("clarify", "refuse", "safe_help")


def ending_of(record: Record, *, success: bool | None, verdict: str | None) -> Ending | None:
    """Tell how a trial ended.

    Args:
        record: The trial.
        success: Whether it was fully correct, or where nothing was graded passed; None where it says nothing.
        verdict: Its grade, or the state that stands for it; None where nothing was graded.

    Returns:
        None where it says nothing of the system under test, as after a provider's error.
    """
    if record.crashed:
        return "crashed"
    if success is None:
        return None
    if success or verdict == "partially_correct":
        return "valid"
    if (cut := _CUT.get(verdict or record.outcome or "")) is not None:
        return cut
    if not (record.answer or "").strip():
        return "empty"
    form = [score.passed for score in record.scores if score.name in FORM_SCORES]
    if form and all(form):
        return "valid"
    if _says_so(record):
        return "says so"
    return "malformed" if form or "unextractable" in (verdict, record.outcome) else "wrong"


def _says_so(record: Record) -> bool:
    answer = Answer(record.answer or "", finish_reason=record.finish_reason)
    return stance(answer) == "abstains" or reply_class(answer) in _PLAIN_WORDS
