"""Controls: answers of known worth that are put to a judge among the others, so that it shows if it goes wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import LLMEvalError
from pytest_llmeval.fingerprint import fingerprint
from pytest_llmeval.grading.combining import Composite
from pytest_llmeval.grading.context import TrialContext
from pytest_llmeval.grading.grade import Level, rank
from pytest_llmeval.grading.grader import Grader
from pytest_llmeval.grading.judge.port import Judge
from pytest_llmeval.grading.judge.rubric_judge import RubricJudge
from pytest_llmeval.models.answer import Answer

_DRAWS = 1 << 32
_LOOKED_AT = 50
"""Entries that are looked at for a wrong answer; where none of them will do, there is no such control."""


@dataclass(frozen=True, slots=True)
class Control:
    """An answer of known worth to an entry."""

    text: str
    is_right: bool


@dataclass(frozen=True, slots=True)
class ControlResult:
    """What a judge made of a control."""

    judge_hash: str
    is_right: bool
    level: Level | None

    @property
    def passed(self) -> bool | None:
        """Tell whether a right answer was found at least partially correct, or a wrong one worse; None if unscored."""
        if self.level is None:
            return None
        return self.is_right == (rank(self.level) <= rank("partially_correct"))


def rubric_judges(graders: Sequence[Grader]) -> Iterator[RubricJudge]:
    """Yield the rubric judges among graders, also those that are part of another grader."""
    for grader in graders:
        if isinstance(grader, RubricJudge):
            yield grader
        elif isinstance(grader, Composite):
            yield from rubric_judges(grader.parts())


def gold_text(entry: Entry) -> str | None:
    """Return an entry's gold answer where it can stand as an answer: text, or a number."""
    gold: Any = entry.gold_answer
    if isinstance(gold, bool) or not isinstance(gold, str | int | float):
        return None
    return str(gold).strip() or None


def decoys(entries: Sequence[Entry]) -> Mapping[str, str]:
    """Return for entries a wrong answer that looks like a right one: the gold answer of another entry.

    It is that of one of the next entries whose gold answer neither holds this one's nor is held by it.
    """
    golds = [gold_text(entry) for entry in entries]
    found: dict[str, str] = {}
    for place, (entry, own) in enumerate(zip(entries, golds, strict=True)):
        others = (golds[(place + step) % len(golds)] for step in range(1, min(len(golds), _LOOKED_AT)))
        wrong = next((one for one in others if own and one and not _overlap(own, one)), None)
        if wrong is not None:
            found[entry.id] = wrong
    return found


def _overlap(one: str, other: str) -> bool:
    a, b = one.casefold(), other.casefold()
    return a in b or b in a


def control_of(entry: Entry, decoy: str | None, sample: int, share: float) -> Control | None:
    """Return the control that goes with a trial, None for most: the same in every run and every process.

    Args:
        entry: The trial's.
        decoy: A wrong answer to it, if any is known.
        sample: The trial's.
        share: Of trials that get a control, from 0 to 1.
    """
    right = gold_text(entry) if share else None
    lot = int(fingerprint(["control", entry.hash, sample]), 16)
    if right is None or lot % _DRAWS >= share * _DRAWS:
        return None
    if (lot // _DRAWS) % 2 and decoy is not None:
        return Control(decoy, is_right=False)
    return Control(right, is_right=True)


async def put_control(
    grader: RubricJudge, entry: Entry, control: Control, judges: Sequence[Judge]
) -> ControlResult | None:
    """Have a control judged just as an answer; None where nobody could be asked."""
    context = TrialContext(entry, judges=judges)
    try:
        await grader(entry, Answer(control.text, context=context))
    except LLMEvalError:
        return None  # what the answer itself met with is told there
    return next((ControlResult(one.judge_hash, control.is_right, one.level) for one in context.judged), None)
