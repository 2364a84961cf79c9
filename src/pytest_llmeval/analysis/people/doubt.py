"""How much there is to learn from a person's grade of an answer: what is sure needs no second look."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from pytest_llmeval.analysis.comparing.sides import Side
from pytest_llmeval.analysis.contested import ballots_of, share_apart
from pytest_llmeval.analysis.summary import model_of
from pytest_llmeval.analysis.verdicts import success_of
from pytest_llmeval.runs.graded_trial import GradedTrial
from pytest_llmeval.runs.record import Record

MIDDLE = 0.5
"""Between a right answer's score and a wrong one's."""

Asked: TypeAlias = tuple[str, int]
"""An entry, and which of several times it was asked."""


@dataclass(frozen=True, slots=True)
class RightBefore:
    """What was right in an earlier run."""

    by_model: Mapping[str, Collection[Asked]]

    @classmethod
    def in_sides(cls, sides: Iterable[Side]) -> RightBefore:
        """Take it from the sides of a run."""
        return cls(
            {
                side.model: {(one.question_id, one.sample) for one in side.trials.values() if one.correct}
                for side in sides
            }
        )

    def has(self, record: Record) -> bool:
        """Tell whether a record's answer was right then; of one model alone, whatever its name was."""
        only = next(iter(self.by_model.values()), ()) if len(self.by_model) == 1 else ()
        return (record.question_id, record.sample) in self.by_model.get(model_of(record), only)


def certainty(trial: GradedTrial, right_before: RightBefore | None = None) -> tuple[bool, bool, float, bool, float]:
    """Return a key that sorts trials from the most doubtful to the surest.

    First what was right before and is not any more, then what must pass, then what people or judges disagree on, the
    most contested first, then what nothing graded, and of the rest what scored closest to the middle.

    Args:
        trial: One of a run.
        right_before: What was right in the run it is compared with.
    """
    record = trial.record
    success = success_of(record)
    lost = right_before is not None and success is not None and not success and right_before.has(record)
    values = [score.value for score in record.scores if score.value is not None]
    from_middle = abs(min(values) - MIDDLE) if values else MIDDLE
    return not lost, record.guard is None, -share_apart(ballots_of(trial)), success is not None, from_middle
