"""Conversations turn by turn: how many turns are right, and keep to their format, and how that changes on the way."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median
from typing import Literal, get_args

from pytest_llmeval.analysis.repeats import Estimate, estimate_of_mean
from pytest_llmeval.grading.slope import Slope, least_squares, mean_slope
from pytest_llmeval.runs.eval_name import eval_of
from pytest_llmeval.runs.record import Record

Measure = Literal["right", "in form"]
"""``right``: fully correct, of the turns that were graded; ``in form``: as ``assert_no_format_drift`` found it."""
MEASURES: tuple[Measure, ...] = get_args(Measure)
_TURN_SCORE = re.compile(r"turn_([1-9]\d{0,5})")

Checked = dict[int, bool]
"""Turn, counted from 1, to whether it is valid."""


@dataclass(frozen=True, slots=True)
class TurnCell:
    """All conversations at one turn."""

    turn: int
    valid: Estimate
    """The share that is valid, each entry counting once."""
    n: int
    """Trials that were checked at this turn."""


@dataclass(frozen=True, slots=True)
class TurnFigures:
    """What conversations come to turn by turn."""

    measure: Measure
    entries: int
    trials: int
    turns: tuple[TurnCell, ...]
    slope: Slope | None
    """Change of validity from one turn to the next; of several entries the mean of their slopes. None where no entry
    has two turns that were checked."""
    held: Estimate
    """The share of trials that are valid in every turn that was checked, each entry counting once."""
    held_count: int
    first_failing: tuple[int, float] | None
    """The earliest first failing turn of any trial, and the median over the trials that have one."""


class TurnValidity:
    """The conversations of one model; fed record by record."""

    def __init__(self) -> None:
        self._found: dict[Measure, dict[tuple[str, str], list[Checked]]] = {}

    def add(self, record: Record) -> None:
        """Take in one more record of a trial that says something about the model."""
        if not record.turns:
            return
        entry = (eval_of(record), record.question_id)
        kept = {turn: one.kept_format for turn, one in enumerate(record.turns, 1)}
        told: dict[Measure, Checked] = {
            "right": _graded_turns(record),
            "in form": {turn: valid for turn, valid in kept.items() if valid is not None},
        }
        for measure, checked in told.items():
            if checked:
                self._found.setdefault(measure, {}).setdefault(entry, []).append(checked)

    def figures(self) -> tuple[TurnFigures, ...]:
        """Return the figures of each measure that there is anything of."""
        return tuple(_figures(one, list(self._found[one].values())) for one in MEASURES if one in self._found)


def _graded_turns(record: Record) -> Checked:
    """Go by the scores: beside grades they tell of turns that held nothing to judge."""
    found = ((_TURN_SCORE.fullmatch(score.name), score.passed) for score in record.scores)
    return {int(name[1]): passed for name, passed in found if name and passed is not None}


def _figures(measure: Measure, entries: Sequence[Sequence[Checked]]) -> TurnFigures:
    trials = [trial for samples in entries for trial in samples]
    firsts = [first for trial in trials if (first := first_failing(trial)) is not None]
    return TurnFigures(
        measure=measure,
        entries=len(entries),
        trials=len(trials),
        turns=tuple(_cell(turn, entries) for turn in sorted({turn for trial in trials for turn in trial})),
        slope=_slope([slope for samples in entries if (slope := _slope_of_entry(samples)) is not None]),
        held=_mean([fmean(all(trial.values()) for trial in samples) for samples in entries]),
        held_count=len(trials) - len(firsts),
        first_failing=(min(firsts), float(median(firsts))) if firsts else None,
    )


def first_failing(trial: Checked) -> int | None:
    """Return the first turn that is not valid; None where all are.

    Example:
        >>> first_failing({1: True, 3: False, 2: False}), first_failing({1: True})
        (2, None)
    """
    return min((turn for turn, valid in trial.items() if not valid), default=None)


def _cell(turn: int, entries: Sequence[Sequence[Checked]]) -> TurnCell:
    told = [[trial[turn] for trial in samples if turn in trial] for samples in entries]
    return TurnCell(turn, _mean([fmean(one) for one in told if one]), sum(map(len, told)))


def _slope_of_entry(samples: Sequence[Checked]) -> Slope | None:
    """Fit the line of one entry: of its only trial, or of its samples' mean validity at each turn."""
    turns = sorted({turn for trial in samples for turn in trial})
    means = [fmean(trial[turn] for trial in samples if turn in trial) for turn in turns]
    return least_squares(turns, means)


def _slope(slopes: Sequence[Slope]) -> Slope | None:
    if not slopes:
        return None
    found = slopes[0] if len(slopes) == 1 else mean_slope([one.value for one in slopes])
    if found.low is None or found.high is None:
        return found
    return replace(found, low=max(-1.0, found.low), high=min(1.0, found.high))  # a share cannot change by more


def _mean(shares: Iterable[float]) -> Estimate:
    told = list(shares)
    return estimate_of_mean(math.fsum(told), len(told))
