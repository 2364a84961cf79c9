"""Noise levels: how variants fare by how strongly they were changed, and how many of them end gracefully."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pytest_llmeval.analysis.endings import GRACEFUL, Ending, ending_of
from pytest_llmeval.analysis.repeats import Estimate, estimate_of_mean
from pytest_llmeval.runs.eval_name import eval_of
from pytest_llmeval.runs.record import Record

LEVEL_SETTINGS = ("level", "rate")
"""Settings of a perturbation that say how strong it is, from 0 to 1."""
ALL_VARIANTS = "all variants"

Key = tuple[str, float | None]
"""Kind of change, and its level; None where it has none."""


@dataclass(slots=True)
class Tally:
    """The trials of one entry."""

    scored: int = 0
    right: int = 0
    ended: int = 0
    """Those that a crash of the task ended are counted here alone."""
    graceful: int = 0


@dataclass(frozen=True, slots=True)
class LevelFigures:
    """What the variants of one kind come to at one level; each entry counts once."""

    kind: str
    level: float | None
    """None for a kind that has no level."""
    entries: int
    right: Estimate | None
    """The share that is right; None where no trial has a verdict."""
    graceful: Estimate
    """The share that ended gracefully."""
    count: int
    """Trials that ended gracefully."""
    n: int
    """Trials that ended in any way that says something of the system under test."""
    endings: Mapping[Ending, int]


@dataclass(slots=True)
class _Cell:
    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    endings: Counter[Ending] = field(default_factory=Counter)

    def add(self, entry: tuple[str, str], ending: Ending, success: bool | None) -> None:
        tally = self.tallies.setdefault(entry, Tally())
        tally.ended += 1
        tally.graceful += ending in GRACEFUL
        tally.scored += success is not None
        tally.right += bool(success)
        self.endings[ending] += 1


class NoiseLevels:
    """The variants of one model; fed record by record."""

    def __init__(self) -> None:
        self._cells: dict[Key, _Cell] = {}
        self._whole = _Cell()

    def add(self, record: Record, *, success: bool | None, verdict: str | None) -> None:
        """Take in one more record; of one that is no variant nothing is kept.

        Args:
            record: The trial.
            success: As `endings.ending_of` has it, and the verdict too.
            verdict: What it was graded.
        """
        ending = ending_of(record, success=success, verdict=verdict) if record.is_variant else None
        if ending is None or record.perturbation is None:
            return
        entry = (eval_of(record), record.parent_id or record.question_id)
        key = (record.perturbation.kind, level_of(record.perturbation.settings))
        for cell in (self._cells.setdefault(key, _Cell()), self._whole):
            cell.add(entry, ending, success)

    def figures(self) -> tuple[LevelFigures, ...]:
        """Return a row for each kind and level, by name and from the lowest level to the highest."""
        ordered = sorted(self._cells.items(), key=lambda item: (item[0][0], item[0][1] or 0))
        return tuple(_figures(kind, level, cell) for (kind, level), cell in ordered)

    def whole(self) -> LevelFigures | None:
        """Return what all variants come to; None where there are none."""
        return _figures(ALL_VARIANTS, None, self._whole) if self._cells else None


def level_of(settings: Mapping[str, object]) -> float | None:
    """Return how strong a perturbation is by its settings.

    Example:
        >>> level_of({"rate": 0.3, "seed": 0}), level_of({"seed": 0})
        (0.3, None)
    """
    for name in LEVEL_SETTINGS:
        value = settings.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
    return None


def _figures(kind: str, level: float | None, cell: _Cell) -> LevelFigures:
    tallies = cell.tallies.values()
    scored = [one.right / one.scored for one in tallies if one.scored]
    return LevelFigures(
        kind=kind,
        level=level,
        entries=len(tallies),
        right=_mean(scored) if scored else None,
        graceful=_mean([one.graceful / one.ended for one in tallies]),
        count=sum(one.graceful for one in tallies),
        n=sum(one.ended for one in tallies),
        endings=dict(cell.endings.most_common()),
    )


def _mean(shares: Iterable[float]) -> Estimate:
    told = list(shares)
    return estimate_of_mean(math.fsum(told), len(told))
