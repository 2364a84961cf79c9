"""A comparison: what changed from one run to another, and whether that is a regression.

The rule, as it is told to users: a change is called one where its test says p < alpha *and* its interval leaves out 0.
The share of fully correct answers is tested alone; the mean grade and every category are tested together, corrected
by Holm. Worse in any of these is worse, so no gain pays for a loss elsewhere; without a true change that happens in
at most ``alpha`` of all comparisons.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pytest_llmeval.analysis.comparing.conditions import Change, changes, incomparable
from pytest_llmeval.analysis.comparing.measured import Measured, corrected, measure_grade, measure_rate
from pytest_llmeval.analysis.comparing.measured_behaviour import Behaviour, measure_behaviour
from pytest_llmeval.analysis.comparing.measured_spent import (
    Spent,
    Tails,
    measure_latencies,
    measure_lengths,
    measure_spent,
)
from pytest_llmeval.analysis.comparing.mode_changes import ModeChange, measure_modes
from pytest_llmeval.analysis.comparing.noise import floors
from pytest_llmeval.analysis.comparing.pairing import Pair, Pairing, pair
from pytest_llmeval.analysis.comparing.pairing_variants import pair_variants
from pytest_llmeval.analysis.comparing.requests import request_changes
from pytest_llmeval.analysis.comparing.sides import Side
from pytest_llmeval.analysis.comparing.symptoms import Symptom, measure_symptoms
from pytest_llmeval.analysis.statistics.power import ALPHA, fewest_pairs

Outcome = Literal["better", "worse", "the same", "can't tell", "cannot decide"]

LEAST_OVERLAP = 0.8
"""The share of the base's entries that must have a pair; with less, what is missing may be what got worse.

A gate that lets more of them be missing wants less.
"""
SAME_WITHIN = 2.0
"""Points: where the whole interval lies this close to 0, the runs are called the same."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why two runs cannot be compared."""

    reason: str
    forceable: bool
    """Whether someone who knows better may go on."""
    overlap: bool = False
    """Whether it is that too few entries of the base have a pair."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is measured over the pairs."""

    rate: Measured
    """Fully correct, or passed."""
    grade: Measured | None
    categories: tuple[Measured, ...]
    """Worst change first; none where there is but one category."""
    spent: tuple[Spent, ...]
    latencies: Tails
    lengths: Tails
    symptoms: tuple[Symptom, ...]
    error_modes: tuple[ModeChange, ...]
    """Empty where no mode is known."""
    behaviour: tuple[Behaviour, ...]

    @property
    def quality(self) -> tuple[Measured, ...]:
        """Return every figure that has a say in the verdict."""
        return (self.rate, *([self.grade] if self.grade else []), *self.categories)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side, with the verdict."""

    base: Side
    new: Side
    pairing: Pairing
    figures: Figures | None
    """None where there is no pair."""
    changes: tuple[Change, ...]
    obstacles: tuple[Obstacle, ...]
    outcome: Outcome
    reasons: tuple[str, ...]
    """Why it is called that, each a sentence without its full stop."""
    regressions: tuple[Measured, ...]
    """Figures that got worse by more than was allowed."""
    alpha: float
    allowed: float
    """Points a figure may drop before that is a regression."""
    forced: bool
    """Whether obstacles were set aside."""

    def floor_of(self, figure: Measured) -> float:
        """Return by how many points of a hundred a figure differs by chance, as far as the base was run again."""
        noise = self.base.info.noise if self.base.info else {}
        told = self.figures
        known = floors(noise, told.rate, told.grade, told.categories) if told else []
        return next((points for one, points in known if one is figure), 0.0)

    @property
    def lost(self) -> list[Pair]:
        """Return the pairs that were right and are not, those of categories that got worse first, then the worst."""
        worse = {one.name for one in self.regressions}
        found = [one for one in self.pairing.pairs if one.base.correct and not one.new.correct]
        return sorted(found, key=lambda one: (one.new.category not in worse, one.new.step or 0))

    @property
    def gained(self) -> list[Pair]:
        """Return the pairs that were not right and are."""
        return [one for one in self.pairing.pairs if one.new.correct and not one.base.correct]

    @property
    def lower(self) -> list[Pair]:
        """Return the pairs that were not right before and got a lower grade still."""
        return [
            one
            for one in self.pairing.pairs
            if not one.base.correct and one.base.step is not None and (one.new.step or 0) < one.base.step
        ]


def compare(
    base: Side,
    new: Side,
    *,
    alpha: float = ALPHA,
    allowed: float = 0.0,
    least_overlap: float = LEAST_OVERLAP,
    force: bool = False,
) -> Comparison:
    """Compare two sides.

    Args:
        base: What is compared against.
        new: What is judged.
        alpha: Level of the tests, between 0 and 1.
        allowed: Points that a figure may drop, though proven, before that is a regression.
        least_overlap: The share of the base's entries that must have a pair.
        force: Go on in spite of obstacles that can be set aside.
    """
    pairing = pair(base, new)
    figures = _figures(pairing.pairs, pair_variants(base, new, pairing.pairs), alpha) if pairing.pairs else None
    obstacles = tuple(_obstacles(base, new, pairing, alpha, least_overlap))
    standing = [one for one in obstacles if not (force and one.forceable)]
    regressions: tuple[Measured, ...] = ()
    outcome: Outcome = "cannot decide"
    reasons = [one.reason for one in standing]
    if figures is not None and not standing:
        outcome, reasons = _judged(figures, alpha)
        noise = base.info.noise if base.info else {}
        told = floors(noise, figures.rate, figures.grade, figures.categories)
        regressions = tuple(one for one, floor in told if one.worse_by_more_than(max(allowed, floor), alpha))
    changed = changes(base.conditions, new.conditions, base.info, new.info)
    return Comparison(
        base=base,
        new=new,
        pairing=pairing,
        figures=figures,
        changes=(*changed, *request_changes(pairing.pairs, changed)),
        obstacles=obstacles,
        outcome=outcome,
        reasons=tuple(reasons),
        regressions=regressions,
        alpha=alpha,
        allowed=allowed,
        forced=bool(obstacles) and not standing,
    )


def _figures(pairs: Sequence[Pair], variants: Sequence[Pair], alpha: float) -> Figures:
    kinds = {one.base.kind for one in pairs}
    name = "fully correct" if kinds == {"graded"} else "passed" if kinds == {"checked"} else "correct or passed"
    grade = measure_grade(pairs, alpha)
    together = corrected([*([grade] if grade else []), *_categories(pairs, alpha)])
    categories = together[1:] if grade else together
    return Figures(
        rate=measure_rate(name, pairs, alpha),
        grade=together[0] if grade else None,
        categories=tuple(sorted(categories, key=lambda one: (one.difference, one.name))),
        spent=tuple(measure_spent(pairs)),
        latencies=measure_latencies(pairs),
        lengths=measure_lengths(pairs),
        symptoms=tuple(measure_symptoms(pairs)),
        error_modes=tuple(measure_modes(pairs)),
        behaviour=measure_behaviour(pairs, alpha, variants),
    )


def _categories(pairs: Sequence[Pair], alpha: float) -> Iterator[Measured]:
    found: dict[str, list[Pair]] = {}
    for one in pairs:
        found.setdefault(one.new.category, []).append(one)
    if len(found) > 1:
        for category, of_it in found.items():
            yield measure_rate(category, of_it, alpha)


def _obstacles(base: Side, new: Side, pairing: Pairing, alpha: float, least: float) -> Iterator[Obstacle]:
    for name, side in (("BASE", base), ("NEW", new)):
        if side.unfinished:
            yield Obstacle(f"{name} is not complete: {side.unfinished}", forceable=False)
        if not side.scored:
            yield Obstacle(f"{name} has no verdict on any trial; grade it first", forceable=False)
    if base.scored and new.scored:
        yield from _too_few(base, new, pairing, alpha, least)
    yield from _apart(base, new)
    for change in incomparable(base.conditions, new.conditions):
        yield Obstacle(f"other {change.what}: {change.base} -> {change.new}; grade both runs alike", forceable=True)


def _apart(base: Side, new: Side) -> Iterator[Obstacle]:
    """Object to runs whose raters do not agree as far as is wanted."""
    for name, side in (("BASE", base), ("NEW", new)):
        least = side.votes.least_alpha
        told = None if least is None else side.raters.objection(least)
        if told is not None:
            yield Obstacle(f"{name}: {told}", forceable=True)


def _too_few(base: Side, new: Side, pairing: Pairing, alpha: float, least: float) -> Iterator[Obstacle]:
    if not base.kinds.keys() & new.kinds.keys():
        graded, checked = ("BASE", "NEW") if base.kinds["graded"] else ("NEW", "BASE")
        yield Obstacle(f"{graded} is graded, {checked} only passed or failed; grade both", forceable=False)
    elif len(pairing.pairs) == 0 and pairing.flagged:
        told = f"{len(pairing.flagged):,} of them contaminated"
        yield Obstacle(f"no entry in common is left to compare, {told}", forceable=False)
    elif len(pairing.pairs) == 0:
        yield Obstacle("the runs have no entry in common", forceable=False)
    elif (entries := pairing.entries) < fewest_pairs(alpha):  # asked by several evals, an entry proves no more
        pairs = f"only {entries} {'entry' if entries == 1 else 'entries'} can be paired"
        yield Obstacle(f"{pairs}; not even a change of all could be told from chance", forceable=False)
    elif pairing.overlap < least - 1e-9:
        told = f"{pairing.paired_entries:,} of {pairing.base_entries:,} entries of BASE can be paired"
        yield Obstacle(f"{told}, {100 * least:g} % are needed; run the others too", forceable=True, overlap=True)


def _judged(figures: Figures, alpha: float) -> tuple[Outcome, list[str]]:
    worse = [one for one in figures.quality if one.direction(alpha) == "worse"]
    better = [one for one in figures.quality if one.direction(alpha) == "better"]
    if worse:
        return "worse", [_sentence(one, figures) for one in worse]
    if better:
        return "better", [_sentence(one, figures) for one in better]
    whole = [figures.rate, *([figures.grade] if figures.grade else [])]
    if not any(one.lost or one.gained for one in whole):
        return "the same", [f"no verdict differs in {figures.rate.pairs:,} pairs"]
    if all(100 * max(-one.interval.low, one.interval.high) / one.top <= SAME_WITHIN for one in whole):
        return "the same", [f"any change is within {SAME_WITHIN:g} points"]
    return "can't tell", [f"{_sentence(figures.rate, figures)}, as chance alone may give (p = {figures.rate.p:.2g})"]


def _sentence(one: Measured, figures: Figures) -> str:
    what = one.name if one in (figures.rate, figures.grade) else f"category {one.name}"
    size = f"{abs(one.points):.1f} points" if one.top == 1 else f"{abs(one.difference):.2f} of {one.top}"
    return f"{what} {'down' if one.difference < 0 else 'up'} {size}"
