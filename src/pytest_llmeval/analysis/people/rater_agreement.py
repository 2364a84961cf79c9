"""What the ratings of several raters come to: agreement of each pair and of all, by category, and where they differ."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeAlias

from pytest_llmeval.analysis.people.ratings import Rated, Ratings, rated_by
from pytest_llmeval.analysis.statistics.agreement import (
    SCALES,
    WEIGHTS,
    Scale,
    Weights,
    bootstrap_intervals,
    cohen_kappa,
    krippendorff_alpha,
)
from pytest_llmeval.analysis.statistics.estimates import Interval, Proportion

_Said: TypeAlias = tuple[str | None, ...]
"""What each rater said of an answer, None of who left it out."""
_Statistic: TypeAlias = Callable[[Mapping[_Said, int]], float | None]
ALL_ALIKE = "all was judged alike, which chance would do as well"
"""Why a coefficient is undefined where chance alone would make raters agree on everything."""
NONE_IN_COMMON = "no answer was judged by both"
NONE_BY_TWO = "no answer was judged by two"


@dataclass(frozen=True, slots=True)
class Coefficient:
    """An agreement beyond chance, with its 95 % interval."""

    value: float | None
    """None where it is undefined."""
    interval: Interval | None
    reason: str | None = None
    """Why it is undefined."""


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two raters."""

    first: str
    second: str
    same: Proportion
    kappa: Mapping[Weights, Coefficient]
    """Only without weights where the field has no order."""
    confusion: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class CategoryAgreement:
    """One category; a low one tells that the rubric is unclear there, or the matter is."""

    name: str
    same: Proportion
    """Answers of which all raters said the same."""
    alpha: float | None


@dataclass(frozen=True, slots=True)
class RaterAgreement:
    """All that is to be said."""

    ratings: Ratings
    n: int
    """Answers that at least two raters judged."""
    single: int
    """Answers that only one judged; they are in no number."""
    alpha: Mapping[Scale, Coefficient]
    pairs: tuple[PairAgreement, ...]
    categories: tuple[CategoryAgreement, ...]
    """From least agreement to most."""
    disagreed: tuple[Rated, ...]
    """Furthest apart first."""

    @property
    def decisive_alpha(self) -> Coefficient:
        """Return the alpha of the field's own scale: ordinal for grades, nominal for labels."""
        return self.alpha["ordinal" if "ordinal" in self.alpha else "nominal"]


def agreement_of(ratings: Ratings, *, seed: int = 0) -> RaterAgreement:
    """Compute the agreement of raters.

    Args:
        ratings: What they said.
        seed: Of the bootstrap behind the intervals, which draws entries, not trials.
    """
    heard = tuple(rated_by(ratings.answers))
    ordered = ratings.ordered
    scales, weights = (SCALES, WEIGHTS) if ordered else (SCALES[:1], WEIGHTS[:1])
    places = list(combinations(range(len(ratings.raters)), 2))
    statistics = [_alpha(ratings.order, scale) for scale in scales]
    statistics += [_kappa(ratings.order, *place, weight) for place in places for weight in weights]
    found = iter(_coefficients(heard, ratings.raters, statistics, seed))
    alpha = {scale: _reasoned(next(found), ALL_ALIKE if heard else NONE_BY_TWO) for scale in scales}
    kappas = [{weight: next(found) for weight in weights} for _ in places]
    return RaterAgreement(
        ratings,
        n=len(heard),
        single=sum(len(answer.said) == 1 for answer in ratings.answers),
        alpha=alpha,
        pairs=tuple(_pair(heard, ratings.raters, *told) for told in zip(places, kappas, strict=True)),
        categories=_by_category(heard, ratings, scales[-1]),
        disagreed=_disagreed(heard, ratings.order),
    )


def _coefficients(
    heard: Iterable[Rated], raters: Sequence[str], statistics: Sequence[_Statistic], seed: int
) -> list[Coefficient]:
    clusters: defaultdict[str, list[_Said]] = defaultdict(list)
    for answer in heard:
        clusters[answer.question_id].append(tuple(answer.said.get(rater) for rater in raters))
    whole = Counter(said for cluster in clusters.values() for said in cluster)
    intervals = bootstrap_intervals(clusters.values(), statistics, seed=seed)
    return [Coefficient(one(whole), bounds) for one, bounds in zip(statistics, intervals, strict=True)]


def _alpha(order: Sequence[str], scale: Scale) -> _Statistic:
    def statistic(answers: Mapping[_Said, int]) -> float | None:
        units: Counter[tuple[str, ...]] = Counter()
        for said, times in answers.items():
            units[tuple(word for word in said if word is not None)] += times
        return krippendorff_alpha(units, order, scale)

    return statistic


def _kappa(order: Sequence[str], first: int, second: int, weights: Weights) -> _Statistic:
    return lambda answers: cohen_kappa(_confusion(answers, first, second), order, weights)


def _confusion(answers: Mapping[_Said, int], first: int, second: int) -> Counter[tuple[str, str]]:
    pairs: Counter[tuple[str, str]] = Counter()
    for said, times in answers.items():
        a, b = said[first], said[second]
        if a is not None and b is not None:
            pairs[a, b] += times
    return pairs


def _pair(
    heard: Iterable[Rated], raters: Sequence[str], place: tuple[int, int], kappa: Mapping[Weights, Coefficient]
) -> PairAgreement:
    answers = Counter(tuple(answer.said.get(rater) for rater in raters) for answer in heard)
    confusion = _confusion(answers, *place)
    same = sum(times for (a, b), times in confusion.items() if a == b)
    told = {weights: _reasoned(one, ALL_ALIKE if confusion else NONE_IN_COMMON) for weights, one in kappa.items()}
    return PairAgreement(raters[place[0]], raters[place[1]], Proportion(same, confusion.total()), told, dict(confusion))


def _reasoned(one: Coefficient, why: str) -> Coefficient:
    return replace(one, reason=why) if one.value is None else one


def _by_category(heard: Iterable[Rated], ratings: Ratings, scale: Scale) -> tuple[CategoryAgreement, ...]:
    parts: defaultdict[str, list[Rated]] = defaultdict(list)
    for answer in heard:
        parts[answer.category].append(answer)
    found = []
    for name, part in parts.items():
        units = Counter(tuple(answer.said.values()) for answer in part)
        same = Proportion(sum(len(set(answer.said.values())) == 1 for answer in part), len(part))
        found.append(CategoryAgreement(name, same, krippendorff_alpha(units, ratings.order, scale)))
    return tuple(sorted(found, key=lambda one: (one.alpha is None, one.alpha, one.same.rate, one.name)))


def _disagreed(heard: Iterable[Rated], order: Sequence[str]) -> tuple[Rated, ...]:
    apart = [answer for answer in heard if len(set(answer.said.values())) > 1]
    return tuple(sorted(apart, key=lambda answer: -_distance(answer, order)))


def _distance(answer: Rated, order: Sequence[str]) -> int:
    ranks = [order.index(word) for word in answer.said.values()]
    return max(ranks) - min(ranks)
