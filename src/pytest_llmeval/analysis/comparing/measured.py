"""Figures of quality of a pair of runs, each with its test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from operator import gt, lt, sub
from statistics import fmean
from typing import Literal

from pytest_llmeval.analysis.comparing.pairing import Pair
from pytest_llmeval.analysis.comparing.trial import TOP_STEP, Trial
from pytest_llmeval.analysis.statistics.estimates import Interval, means_by_entry
from pytest_llmeval.analysis.statistics.paired import PairedCounts, holm, mcnemar, newcombe_paired_interval
from pytest_llmeval.analysis.statistics.power import minimum_detectable_difference, minimum_detectable_mean
from pytest_llmeval.analysis.statistics.resampling import paired_bootstrap_interval, sign_flip_test

Direction = Literal["better", "worse"]


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure of quality, before and after, over pairs."""

    name: str
    pairs: int
    entries: int
    """Fewer than pairs where entries were asked several times; each then counts once."""
    base: float
    new: float
    interval: Interval
    """Of the difference, new less base, at confidence 1 - alpha."""
    p: float
    corrected_p: float
    """Corrected for how many figures of its family were tested; ``p`` for the one that was asked first."""
    lost: int
    """Pairs that got worse in this figure."""
    gained: int
    detectable: float | None
    """The smallest true change that would be found in 4 of 5 repetitions; None where none would."""
    test: str
    """What gave the p-value."""
    top: int = 1
    """The figure's highest value."""

    @property
    def difference(self) -> float:
        """Return the change, new less base, in the figure's own unit."""
        return self.new - self.base

    @property
    def points(self) -> float:
        """Return the change in points of a hundred of the figure's range."""
        return 100 * self.difference / self.top

    def direction(self, alpha: float) -> Direction | None:
        """Say whether it changed: where the test says so at this level and the interval leaves out 0."""
        if self.corrected_p >= alpha or self.interval.low <= 0 <= self.interval.high:
            return None
        return "better" if self.difference > 0 else "worse"

    def worse_by_more_than(self, points: float, alpha: float) -> bool:
        """Tell whether it got worse, and by more than so many points of a hundred; rounding does not count."""
        return self.direction(alpha) == "worse" and -self.points > points + 1e-9


def _is_correct(trial: Trial) -> bool:
    return trial.correct


def measure_rate(
    name: str, pairs: Sequence[Pair], alpha: float, is_so: Callable[[Trial], bool] = _is_correct
) -> Measured:
    """Compare of how many trials something is so: McNemar's test, or by entry where there are samples.

    Args:
        name: Of the figure.
        pairs: At least one.
        alpha: Level of the test.
        is_so: What is asked of a trial; by default whether it was fully correct, or passed.
    """
    cells = Counter((is_so(pair.base), is_so(pair.new)) for pair in pairs)
    counts = PairedCounts(cells[True, True], cells[True, False], cells[False, True], cells[False, False])
    if len({pair.entry for pair in pairs}) < len(pairs):
        return measure_mean(name, pairs, lambda trial: float(is_so(trial)), alpha)
    p = mcnemar(counts.lost, counts.gained)
    return Measured(
        name,
        pairs=counts.n,
        entries=counts.n,
        base=(counts.both + counts.lost) / counts.n,
        new=(counts.both + counts.gained) / counts.n,
        interval=newcombe_paired_interval(counts, 1 - alpha),
        p=p,
        corrected_p=p,
        lost=counts.lost,
        gained=counts.gained,
        detectable=minimum_detectable_difference(counts.n, counts.discordant / counts.n, alpha=alpha),
        test="McNemar",
    )


def measure_grade(pairs: Sequence[Pair], alpha: float) -> Measured | None:
    """Compare the mean grade of graded pairs, from 0 (wrong) to 3 (fully correct); None where none is graded."""
    graded = [pair for pair in pairs if pair.base.step is not None]
    return replace(measure_mean("mean grade", graded, _step, alpha), top=TOP_STEP) if graded else None


def _step(trial: Trial) -> float:
    return trial.step or 0


def measure_mean(name: str, pairs: Sequence[Pair], value: Callable[[Trial], float], alpha: float) -> Measured:
    """Compare the mean of a number over entries: random sign flips, and a bootstrap of entries for the interval.

    Args:
        name: Of the figure.
        pairs: At least one.
        value: The number.
        alpha: Level of the test.
    """
    told = [value(pair.base) for pair in pairs], [value(pair.new) for pair in pairs]
    return measure_numbers(name, [pair.entry for pair in pairs], *told, alpha=alpha)


def measure_numbers(
    name: str, entries: Sequence[Hashable], bases: Sequence[float], news: Sequence[float], *, alpha: float
) -> Measured:
    """Compare the mean over entries of numbers that are known already.

    Args:
        name: Of the figure.
        entries: Whose each number is, at least one.
        bases: The numbers of the base.
        news: Those of the new run.
        alpha: Level of the test.
    """
    differences = means_by_entry(entries, list(map(sub, news, bases)))
    p = sign_flip_test(differences)
    return Measured(
        name,
        pairs=len(entries),
        entries=len(differences),
        base=fmean(means_by_entry(entries, bases)),
        new=fmean(means_by_entry(entries, news)),
        interval=paired_bootstrap_interval(differences, confidence=1 - alpha),
        p=p,
        corrected_p=p,
        lost=sum(map(lt, news, bases)),
        gained=sum(map(gt, news, bases)),
        detectable=minimum_detectable_mean(differences, alpha=alpha),
        test="sign flips",
    )


def corrected(family: Sequence[Measured]) -> list[Measured]:
    """Correct the p-values of figures that are tested together."""
    return [replace(one, corrected_p=p) for one, p in zip(family, holm([one.p for one in family]), strict=True)]
