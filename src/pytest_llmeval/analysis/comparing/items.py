"""Entries as items of a test: how hard each is, and whether it tells good models from bad ones."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from pytest_llmeval.analysis.comparing.sides import Side
from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.benchmark.checking.finding import Finding

LEAST_TAKERS = 5
"""With fewer answers nothing is said of an entry."""
SATURATED = 0.9
"""The best rate from which on a benchmark may be too easy to tell models apart."""

State = Literal["saturated", "dead", "informative"]
"""Right every time; wrong every time, or with a wrong gold answer; something between."""


@dataclass(frozen=True, slots=True)
class Item:
    """One entry over all that answered it."""

    entry: str
    share: Proportion
    """Right answers, of all with a verdict."""
    discrimination: float | None
    """Point-biserial correlation of being right here with being right elsewhere; None where it is undefined."""

    @property
    def state(self) -> State | None:
        """Say what it tells; None of too few answers."""
        if self.share.n < LEAST_TAKERS:
            return None
        return "saturated" if self.share.count == self.share.n else "informative" if self.share.count else "dead"


@dataclass(frozen=True, slots=True)
class Items:
    """All entries of a benchmark that were asked."""

    items: tuple[Item, ...]
    takers: int
    """Models, runs and samples that answered."""
    is_saturated: bool
    """Whether the best rate is at least `SATURATED`, and no model lies apart from the best."""

    def in_state(self, state: State) -> tuple[str, ...]:
        """Return the ids of the entries in a state."""
        return tuple(item.entry for item in self.items if item.state == state)


def items_of(sides: Sequence[Side]) -> Items:
    """Compute the figures of each entry from runs of any models."""
    takers: defaultdict[tuple[int, int], dict[str, bool]] = defaultdict(dict)
    for number, side in enumerate(sides):
        for trial in side.trials.values():
            if trial.scored:
                takers[number, trial.sample][trial.question_id] = trial.correct
    columns = list(takers.values())
    entries = dict.fromkeys(entry for column in columns for entry in column)
    totals = [sum(column.values()) for column in columns]
    items = tuple(_item(entry, columns, totals) for entry in entries)
    return Items(items, len(columns), _saturated(sides))


def item_findings(found: Items) -> Iterator[Finding]:
    """Tell which entries say nothing about models, or the contrary of what the others say; each a warning."""
    told = f"by all {found.takers:,} models, runs and samples"
    if found.is_saturated:
        text = f"the best rate is at least {100 * SATURATED:.0f} %, and no model lies apart from it: add harder entries"
        yield Finding("items", "warning", (), text)
    if dead := found.in_state("dead"):
        yield Finding("items", "warning", dead, f"answered wrong {told}: is the gold answer right?")
    if saturated := found.in_state("saturated"):
        yield Finding("items", "warning", saturated, f"answered right {told}: tells no model from another")
    against = tuple(one.entry for one in found.items if one.discrimination is not None and one.discrimination < 0)
    if against:
        text = "those who are right here are wrong elsewhere: is the question clear?"
        yield Finding("items", "warning", against, text)


def _item(entry: str, columns: Sequence[Mapping[str, bool]], totals: Sequence[int]) -> Item:
    right, elsewhere = [], []
    for column, total in zip(columns, totals, strict=True):
        if entry in column:
            right.append(column[entry])
            if len(column) > 1:
                elsewhere.append((total - column[entry]) / (len(column) - 1))
    found = point_biserial(right, elsewhere) if len(elsewhere) == len(right) >= LEAST_TAKERS else None
    return Item(entry, Proportion(sum(right), len(right)), found)


def point_biserial(right: Sequence[bool], score: Sequence[float]) -> float | None:
    """Return the correlation of a yes-or-no column with a column of numbers.

    Lord, F. M. and Novick, M. R. (1968), Statistical Theories of Mental Test Scores, chapter 15.

    Args:
        right: One per taker.
        score: Of the same takers.

    Returns:
        From -1 to 1; None where either column does not vary.

    Example:
        >>> point_biserial([True, True, False, False], [0.9, 0.9, 0.1, 0.1])
        1.0
    """
    yes = [value for value, is_right in zip(score, right, strict=True) if is_right]
    no = [value for value, is_right in zip(score, right, strict=True) if not is_right]
    if not yes or not no or max(score) == min(score):
        return None
    mean = fmean(score)
    spread = math.sqrt(fmean((value - mean) ** 2 for value in score))
    share = len(yes) / len(score)
    return max(-1.0, min(1.0, (fmean(yes) - fmean(no)) / spread * math.sqrt(share * (1 - share))))


def _saturated(sides: Sequence[Side]) -> bool:
    shares = [share for side in sides if (share := share_of_side(side)).n]
    best = max(shares, key=lambda one: one.rate or 0.0, default=None)
    if best is None or (best.rate or 0.0) < SATURATED or best.interval is None:
        return False
    return all(one.interval is not None and one.interval.high >= best.interval.low for one in shares)


def share_of_side(side: Side, entries: Iterable[str] | None = None) -> Proportion:
    """Return how many of a side's trials were right, of some entries or of all."""
    chosen = None if entries is None else set(entries)
    judged = [one for one in side.trials.values() if one.scored and (chosen is None or one.question_id in chosen)]
    return Proportion(sum(one.correct for one in judged), len(judged))
