"""Error modes over a run: in what way failed answers are wrong, those told by samples that disagree among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from pytest_llmeval.analysis.said import is_short, said_by
from pytest_llmeval.grading.error_modes import error_mode_of
from pytest_llmeval.grading.grade import ErrorMode
from pytest_llmeval.runs.eval_name import eval_of
from pytest_llmeval.runs.hand_grading import BY_HAND
from pytest_llmeval.runs.record import Record

NO_MODE: Literal["no mode"] = "no mode"
"""Stands for the failures of which nobody and nothing told the mode."""
Mode = ErrorMode | Literal["no mode"]
PARAPHRASES = ("paraphrase", "paraphrases")
"""Kinds of variants that ask the same in other words, beside those that a function of the user's makes."""

RIGHT, LONG = 1, 2
"""What answers say, as a number: the right ones, and the long wrong ones; of short wrong ones it is a hash."""
_HASH = 2**48 - 1


def recorded_mode(record: Record) -> ErrorMode | None:
    """Return the mode that a failed trial's own record tells; where a person graded it, its scores have no say."""
    if record.grade in (None, "fully_correct"):
        return None
    scores = () if (record.grader or "").startswith(BY_HAND) else record.scores
    return record.error_mode or error_mode_of(record.grade, record.failure_label, scores)


def voice_of(answer: str | None, *, right: bool) -> int:
    """Return what an answer says as a number; equal ones say the same."""
    if right:
        return RIGHT
    return (said_by(answer) & _HASH) + LONG + 1 if is_short(answer) else LONG


def is_inconsistent(voice: int, others: Iterable[int]) -> bool:
    """Tell whether another answer to the same question contradicts a wrong one.

    A right one does, and a wrong one that says something else, as far as both are short.

    Example:
        >>> is_inconsistent(7, [7, 9]), is_inconsistent(7, [7, LONG]), is_inconsistent(LONG, [RIGHT])
        (True, False, True)
    """
    return any(other == RIGHT or LONG not in (voice, other) for other in others if other != voice)


class ErrorModes:
    """The failed answers of one model; fed record by record, paraphrases of entries too, it keeps a number of each."""

    def __init__(self) -> None:
        self._told: Counter[Mode] = Counter()
        self._says_more = False
        """Whether any mode says more than the failure label beside it, under which it is counted already."""
        # By test, then by entry: what its answers say; of failures without a mode below 0.
        self._voices: dict[str, dict[str, tuple[int, ...]]] = {}

    def add(self, record: Record, *, success: bool) -> None:
        """Take in one more record; of a variant only what it says, and that of paraphrases alone.

        Args:
            record: Of a trial that says something about the model.
            success: Whether it was fully correct, or where nothing was graded passed.
        """
        if record.is_variant and not _is_paraphrase(record):
            return
        mode = None if success else recorded_mode(record)
        is_open = not success and mode is None and not record.is_variant and record.grade is not None
        if mode is not None and not record.is_variant:
            self._told[mode] += 1
            self._says_more = self._says_more or mode != record.failure_label
        entries = self._voices.setdefault(eval_of(record), {})
        voice = voice_of(record.answer, right=success)
        name = record.parent_id or record.question_id
        entries[name] = (*entries.get(name, ()), -voice if is_open else voice)

    def counts(self) -> dict[Mode, int]:
        """Return how many failed answers have each mode, the most frequent first.

        It is empty where no mode is known, and where all of them are but what failure labels say.
        """
        found = self._told.copy()
        for entries in self._voices.values():
            for voices in entries.values():
                found.update(modes_of_open(voices))
        return dict(found.most_common()) if self._says_more or "inconsistent" in found else {}


def modes_of_open(voices: Iterable[int]) -> Counter[Mode]:
    """Tell the modes of an entry's failures without one: inconsistent, or none.

    Args:
        voices: What all its answers say, those of such failures below 0.
    """
    said = list(voices)
    return Counter(
        "inconsistent" if is_inconsistent(-voice, map(abs, said)) else NO_MODE for voice in said if voice < 0
    )


def _is_paraphrase(record: Record) -> bool:
    how = record.perturbation
    return how is not None and how.same_gold and (how.kind in PARAPHRASES or "function" in how.settings)
