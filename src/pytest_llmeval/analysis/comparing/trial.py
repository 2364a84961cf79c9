"""A trial of a comparison: what it needs of a record, kept small enough for a hundred thousand of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from pytest_llmeval.analysis.comparing.traits import Traits, traits_of
from pytest_llmeval.analysis.verdicts import Verdict, verdict_of
from pytest_llmeval.grading.grade import LEVELS
from pytest_llmeval.runs.eval_name import eval_of
from pytest_llmeval.runs.hand_grading import BY_HAND
from pytest_llmeval.runs.record import Record

TEXT_KEPT = 400
"""Characters of questions and answers that are shown; one more is kept, to know that something is missing."""
STEPS: Mapping[Verdict, int] = {level: len(LEVELS) - 1 - at for at, level in enumerate(LEVELS)}
"""What a level counts for in the mean grade: fully correct 3, partially correct 2, unsupported 1, wrong 0.

An answer that could not be graded counts 0 as well.
"""
TOP_STEP = len(LEVELS) - 1

Kind = Literal["graded", "checked"]
"""A grader gave a verdict, or the test's own asserts did."""
_SAYS_NOTHING = ("error", "unscored", "skipped")
NOT_GRADED = "not graded yet"


class Trial(NamedTuple):
    """What a comparison needs of a record.

    There is one for each of what may be 100,000 records: a frozen dataclass takes three times as long to make.
    """

    question_id: str
    eval: str
    """The test function with its test case, as `eval_of` gives it; empty for foreign logs."""
    sample: int
    category: str
    kind: Kind | None
    """None where there is no verdict."""
    verdict: str
    """The grade or the state that stands for it, else the outcome; what was missing where there is no verdict."""
    correct: bool
    """Fully correct, or passed where nothing was graded."""
    step: int | None
    """The grade as a number from 0 to 3, None where nothing was graded."""
    label: str | None
    question: str
    """As it stands in the log, control codes and all, as are answer and notes."""
    answer: str
    notes: str
    entry_hash: str | None
    question_hash: int
    answer_hash: int
    prompt_hash: str | None
    refused: bool
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    """None as well where the answer, or a part of it, came from the cache; so the next."""
    latency_s: float | None
    traits: Traits
    """How it went about it."""
    tags: tuple[str, ...] = ()
    guard: str | None = None
    """Why the entry must pass, where it must."""
    quarantined: bool = False
    """A known failure at the time of the run; it counts for nothing."""
    set_aside: bool = False
    """Its grade is shown, and decides nothing."""
    judged_by: str | None = None
    """Hash of the judge whose verdict is its grade."""
    flagged: bool = False
    """Its question stands in a corpus; unlike one set aside it keeps its verdict, as it may have to pass."""

    @property
    def key(self) -> tuple[str, str, int]:
        """Return what identifies it within the trials of one model of a run."""
        return self.eval, self.question_id, self.sample

    @property
    def scored(self) -> bool:
        """Tell whether there is a verdict."""
        return self.kind is not None


def trial_of(record: Record) -> Trial:
    """Take from a record what a comparison needs."""
    kind, verdict, correct = _judged(record)
    return Trial(
        question_id=record.question_id,
        eval=eval_of(record),
        sample=record.sample,
        category=record.category,
        kind=kind,
        verdict=verdict,
        correct=correct,
        step=STEPS.get(verdict, 0) if kind == "graded" else None,  # type: ignore[call-overload]
        label=record.failure_label if kind and not correct else None,
        question=record.question[: TEXT_KEPT + 1],
        answer=(record.answer or "")[: TEXT_KEPT + 1],
        notes=(record.grading_notes or record.error or "")[: TEXT_KEPT + 1],
        entry_hash=record.entry_hash,
        question_hash=hash(record.question),
        answer_hash=hash(record.answer),
        prompt_hash=record.prompt_hash,
        refused=record.finish_reason == "refusal",
        input_tokens=record.usage.input_tokens,
        output_tokens=record.usage.output_tokens,
        cost_usd=None if record.is_from_cache else record.cost_usd,
        latency_s=None if record.is_from_cache else record.latency_s,
        traits=traits_of(record),
        tags=record.tags,
        guard=record.guard,
        quarantined=record.quarantined_until is not None,
        judged_by=_judged_by(record),
        flagged=record.contamination == "flagged",
    )


def _judged(record: Record) -> tuple[Kind | None, str, bool]:
    if record.outcome in _SAYS_NOTHING:
        return None, record.outcome, False
    verdict = verdict_of(record)
    if verdict is not None:
        return "graded", verdict, verdict == "fully_correct"
    if record.outcome is not None:
        return "checked", record.outcome, record.outcome == "passed"
    return None, NOT_GRADED, False


def _judged_by(record: Record) -> str | None:
    """Return the judge whose verdict the grade is; none where a person gave it, though a judge agrees."""
    if record.judge is None or record.grade is None or (record.grader or "").startswith(BY_HAND):
        return None
    return next((one.hash for one in record.judge.verdicts if one.level == record.grade), None)
