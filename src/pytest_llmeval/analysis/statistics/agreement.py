"""How far raters agree beyond chance: Cohen's kappa and Krippendorff's alpha.

Sources: Cohen, J. (1960), A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20,
37-46; Cohen, J. (1968), Weighted kappa, Psychological Bulletin 70, 213-220; Krippendorff, K. (2011), Computing
Krippendorff's alpha-reliability, University of Pennsylvania.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Literal, TypeAlias, TypeVar, get_args

from pytest_llmeval.analysis.statistics.estimates import CONFIDENCE, Interval, percentile

Weights: TypeAlias = Literal["none", "linear", "quadratic"]
"""How much worse a disagreement of several steps is than one of a single step."""
Scale: TypeAlias = Literal["nominal", "ordinal"]
WEIGHTS: tuple[Weights, ...] = get_args(Weights)
SCALES: tuple[Scale, ...] = get_args(Scale)

RESAMPLES = 1000
_MOST_DRAWS = 3_000_000
_FEWEST_RESAMPLES = 200

Unit: TypeAlias = tuple[str, ...]
"""What the raters said of one answer, each rater once; who said what does not matter to alpha."""
_T = TypeVar("_T", bound=Hashable)


def cohen_kappa(pairs: Mapping[tuple[str, str], int], order: Sequence[str], weights: Weights = "none") -> float | None:
    """Return the agreement of two raters beyond what their habits alone would bring about.

    With disagreement weights w, observed counts o and counts e expected from the margins, it is 1 - Σwo / Σwe.

    Args:
        pairs: How often the first rater said one and the second the other.
        order: All that can be said, from best to worst; without weights the order does not matter.
        weights: Of a disagreement: 1, the number of steps, or its square.

    Returns:
        1 for full agreement, 0 for that of chance; None where both raters said the same of everything, so that chance
        alone would agree fully, and where there is no pair.

    Example:
        >>> cohen_kappa({("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}, ["yes", "no"])
        0.4
    """
    rank = {name: place for place, name in enumerate(order)}
    n = sum(pairs.values())
    first, second = _margins(pairs)
    weight = _WEIGHTS[weights]
    observed = sum(count * weight(rank[a] - rank[b]) for (a, b), count in pairs.items())
    expected = sum(x * y * weight(rank[a] - rank[b]) for a, x in first.items() for b, y in second.items())
    return 1 - n * observed / expected if expected else None


_WEIGHTS: Mapping[Weights, Callable[[int], int]] = {
    "none": lambda steps: int(steps != 0),
    "linear": abs,
    "quadratic": lambda steps: steps * steps,
}


def _margins(pairs: Mapping[tuple[str, str], int]) -> tuple[Counter[str], Counter[str]]:
    first: Counter[str] = Counter()
    second: Counter[str] = Counter()
    for (a, b), count in pairs.items():
        first[a] += count
        second[b] += count
    return first, second


def krippendorff_alpha(units: Mapping[Unit, int], order: Sequence[str], scale: Scale = "nominal") -> float | None:
    """Return the agreement of any number of raters, some of whom may have left answers out.

    It is 1 - D_o / D_e: the disagreement within answers over that between all that was said of any answer.

    Args:
        units: How often raters said these of one answer; those with fewer than two ratings do not count.
        order: All that can be said, from best to worst.
        scale: Ordinal counts a disagreement by how many ratings lie between the two.

    Returns:
        1 for full agreement, 0 for that of chance; None where all ratings are the same, or none can be compared.

    Example:
        >>> alpha = krippendorff_alpha({("a", "a"): 4, ("a", "b"): 1, ("b", "b"): 3}, ["a", "b"])
        >>> f"{alpha:.4f}"
        '0.7619'
    """
    coincidences = _coincidences(units)
    margin: Counter[str] = Counter()
    for (a, _), count in coincidences.items():
        margin[a] += count  # type: ignore[assignment]  # shares of ratings, which Counter adds as well
    distance = _squared_distances(margin, order, scale)
    n = sum(margin.values())
    observed = sum(count * distance[pair] for pair, count in coincidences.items())
    expected = sum(margin[a] * margin[b] * distance[a, b] for a in margin for b in margin)
    return 1 - (n - 1) * observed / expected if expected else None


def reaches(value: float, least: float) -> bool:
    """Tell whether an agreement is at least as high as is wanted; rounding does not count.

    Args:
        value: Alpha or kappa.
        least: What is wanted.

    Example:
        >>> reaches(0.6699999999999999, 0.67), reaches(0.669, 0.67)
        (True, False)
    """
    return value >= least - 1e-9


def _coincidences(units: Mapping[Unit, int]) -> dict[tuple[str, str], float]:
    """Count each ordered pair of ratings of one answer, so that every rating counts once."""
    found: dict[tuple[str, str], float] = {}
    for unit, times in units.items():
        said = Counter(unit)
        for a, of_a in said.items():
            for b, of_b in said.items():
                ordered = of_a * (of_b - (a == b))
                if ordered:
                    found[a, b] = found.get((a, b), 0) + times * ordered / (len(unit) - 1)
    return found


def _squared_distances(margin: Mapping[str, float], order: Sequence[str], scale: Scale) -> dict[tuple[str, str], float]:
    if scale == "nominal":
        return {(a, b): float(a != b) for a in margin for b in margin}
    below = dict(zip(order, accumulate((margin.get(name, 0) for name in order), initial=0), strict=False))
    middle = {name: below[name] + margin[name] / 2 for name in margin}
    return {(a, b): (middle[a] - middle[b]) ** 2 for a in margin for b in margin}


def bootstrap_intervals(
    clusters: Iterable[Sequence[_T]],
    statistics: Sequence[Callable[[Counter[_T]], float | None]],
    *,
    seed: int = 0,
    confidence: float = CONFIDENCE,
) -> list[Interval | None]:
    """Return an interval of each statistic by drawing clusters anew with replacement.

    Efron, B. and Tibshirani, R. (1993), An Introduction to the Bootstrap, chapter 13: the percentile interval.

    Args:
        clusters: What was observed, those observations together that are not independent of each other, such as the
            samples of one entry.
        statistics: Each is given how often every observation was drawn.
        seed: The same gives the same intervals.
        confidence: Between 0 and 1, both excluded.

    Returns:
        Per statistic; None where it is undefined in most draws. Draws in which it is undefined are left out.
    """
    kinds = Counter(tuple(sorted(cluster, key=repr)) for cluster in clusters)
    names, n = sorted(kinds, key=repr), kinds.total()
    cumulated = list(accumulate(kinds[name] for name in names))
    random = Random(seed)  # noqa: S311  not for secrets: a seed must give the same numbers
    drawn: list[list[float]] = [[] for _ in statistics]
    resamples = max(_FEWEST_RESAMPLES, min(RESAMPLES, _MOST_DRAWS // max(n, 1)))
    for _ in range(resamples if n else 0):
        sample = _observations(Counter(random.choices(names, cum_weights=cumulated, k=n)))
        for values, statistic in zip(drawn, statistics, strict=True):
            if (value := statistic(sample)) is not None:
                values.append(value)
    return [_percentile_interval(sorted(v), confidence) if 2 * len(v) > resamples else None for v in drawn]


def _observations(clusters: Mapping[tuple[_T, ...], int]) -> Counter[_T]:
    found: Counter[_T] = Counter()
    for cluster, times in clusters.items():
        for one in cluster:
            found[one] += times
    return found


def _percentile_interval(ordered: list[float], confidence: float) -> Interval:
    tail = 50 * (1 - confidence)
    return Interval(percentile(ordered, tail), percentile(ordered, 100 - tail))
