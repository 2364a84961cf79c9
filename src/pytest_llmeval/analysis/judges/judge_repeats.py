"""How steady a judge is: what it says of the very same answers when it is asked again."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import fmean

from pytest_llmeval.analysis.comparing.trial import STEPS
from pytest_llmeval.analysis.judges.judge_labels import judge_levels
from pytest_llmeval.analysis.statistics.estimates import Proportion, standard_deviation
from pytest_llmeval.analysis.summary import model_of
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.grading.grade import Level
from pytest_llmeval.runs.calibrations import Repeatability
from pytest_llmeval.runs.eval_name import eval_of
from pytest_llmeval.runs.kept_findings import Figure, Share
from pytest_llmeval.runs.record import Record

AnswerKey = tuple[str, str, str, int, str]
"""The eval, the entry, the model, the sample, and the answer itself: a verdict on another text is no repetition."""
Gradings = Mapping[str, Mapping[AnswerKey, Level | None]]
"""What each judge of a run said, by its hash and the answer; None where it reached no verdict."""


class GradingsOfRun:
    """Fed record by record; knows what each judge said of each answer.

    Args:
        path: The log, for the errors.
        again: Whether it is a repetition, whose verdicts must not come from the cache.
    """

    def __init__(self, path: Path, *, again: bool = False) -> None:
        self.path = path
        self._again = again
        self.run_ids: set[str] = set()
        self.said: dict[str, dict[AnswerKey, Level | None]] = {}

    def add(self, record: Record) -> None:
        """Take in one more record.

        Raises:
            RunLogError: Where it repeats what the cache has, which is no second verdict.
        """
        self.run_ids.add(record.run_id)
        levels = judge_levels(record)
        if levels and self._again and any(call.role == "judge" and call.cached for call in record.calls):
            raise RunLogError(
                f"{self.path}: its verdicts came from the cache, so they say the same by nature; "
                "replay the run again with --llm-cache=refresh"
            )
        key = (
            eval_of(record),
            record.question_id,
            model_of(record),
            record.sample,
            record.answer or "",
        )
        for judge_hash, level in levels.items():
            self.said.setdefault(judge_hash, {})[key] = level


def repeatability_of(
    judge_hash: str, first: GradingsOfRun, again: Sequence[GradingsOfRun], *, timestamp: str
) -> Repeatability:
    """Hold what a judge said of the same answers against each other.

    Args:
        judge_hash: Who, in which version.
        first: The run.
        again: Its replays, at least one.
        timestamp: When.

    Raises:
        RunLogError: Where a replay is of another run, or by another judge.
    """
    own = first.said.get(judge_hash, {})
    for one in again:
        if one.run_ids & first.run_ids:
            raise RunLogError(f"{one.path}: is the same run as {first.path}; name replays of it")
        if not own.keys() & one.said.get(judge_hash, {}).keys():
            raise RunLogError(
                f"{one.path}: holds no verdict of judge {judge_hash} on an answer of {first.path}; "
                f"make it with the same judge: pytest --llm-replay={first.path} --llm-cache=off"
            )
    runs = [first, *again]
    told = [[one.said[judge_hash][key] for one in runs if key in one.said.get(judge_hash, {})] for key in own]
    names = tuple(one.path.name for one in runs)
    return _repeatability([of for of in told if len(of) > 1], names, timestamp)


def _repeatability(told: Sequence[Sequence[Level | None]], runs: tuple[str, ...], timestamp: str) -> Repeatability:
    verdicts = [[level for level in of if level is not None] for of in told]
    again = [of for of in verdicts if len(of) > 1]
    flips = Proportion(sum(len(set(of)) > 1 for of in again), len(again))
    low, high = flips.interval or (None, None)
    steps = _variance([[float(STEPS[level]) for level in of] for of in again])
    return Repeatability(
        runs=runs,
        timestamp=timestamp,
        gradings=len(runs),
        n=flips.n,
        without_verdict=sum(level is None for of in told for level in of),
        flips=Share(count=flips.count, n=flips.n),
        flip_rate=Figure(value=flips.rate, low=low, high=high),
        deviation=None if steps is None else math.sqrt(steps),
        correct_variance=_variance([[float(level == "fully_correct") for level in of] for of in again]),
        step_variance=steps,
    )


def _variance(answers: Iterable[Sequence[float]]) -> float | None:
    """Return the mean variance within an answer, each over its gradings less one; None of none."""
    found = [standard_deviation(of) ** 2 for of in answers]
    return fmean(found) if found else None
