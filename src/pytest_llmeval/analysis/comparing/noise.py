"""Noise: by how much two runs of one configuration differ, so that no smaller drop is called a regression."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pytest_llmeval.analysis.comparing.measured import Measured
from pytest_llmeval.analysis.comparing.pairing import Pair
from pytest_llmeval.analysis.comparing.trial import TOP_STEP
from pytest_llmeval.analysis.statistics.estimates import means_by_entry
from pytest_llmeval.analysis.statistics.power import noise_floor

RATE, GRADE, CATEGORY = "rate", "grade", "category "
"""What floors are kept under: of the share of right answers, the mean grade, and each category's share."""


def noise_of(pairs: Sequence[Pair]) -> dict[str, float]:
    """Return by how many points of a hundred each figure of a run and its repetition differ by chance.

    Args:
        pairs: Of the two runs, at least one.
    """
    by_category: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_category[pair.new.category].append(pair)
    graded = [pair for pair in pairs if pair.base.step is not None]
    told = {RATE: _of_shares(pairs)}
    if graded:
        steps = [((pair.new.step or 0) - (pair.base.step or 0)) / TOP_STEP for pair in graded]
        told[GRADE] = _points(graded, steps)
    return told | {CATEGORY + name: _of_shares(of_it) for name, of_it in by_category.items()}


def _of_shares(pairs: Sequence[Pair]) -> float:
    return _points(pairs, [float(pair.new.correct - pair.base.correct) for pair in pairs])


def _points(pairs: Sequence[Pair], differences: Sequence[float]) -> float:
    return 100 * min(1.0, noise_floor(means_by_entry([pair.entry for pair in pairs], differences)))


def floors(
    noise: Mapping[str, float], rate: Measured, grade: Measured | None, categories: Sequence[Measured]
) -> list[tuple[Measured, float]]:
    """Return every figure with its floor in points, 0 where none is known."""
    named = [(RATE, rate), *([(GRADE, grade)] if grade else []), *((CATEGORY + one.name, one) for one in categories)]
    return [(one, noise.get(name, 0.0)) for name, one in named]
