"""How far a judge agrees with people: kappa and confusion, bias, errors at the bar, by category, by length."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pytest_llmeval.analysis.judges.judge_labels import Labelled
from pytest_llmeval.analysis.judges.length_bias import LengthBias, length_bias
from pytest_llmeval.analysis.people.rater_agreement import Coefficient, PairAgreement, agreement_of
from pytest_llmeval.analysis.people.ratings import Rated, Ratings
from pytest_llmeval.analysis.statistics.agreement import Weights, bootstrap_intervals, cohen_kappa
from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.grading.grade import LEVELS, Level, rank

_Residual: TypeAlias = tuple[int, float]
"""How many steps the judge is above people, and the binary logarithm of the answer's length."""


@dataclass(frozen=True, slots=True)
class CategoryCheck:
    """One category."""

    same: Proportion
    kappa: float | None
    """Linear weights; None where it is undefined."""


@dataclass(frozen=True, slots=True)
class JudgeAgreement:
    """One judge beside people; answers on which the judge has no verdict are in no figure but their count."""

    n: int
    without_verdict: int
    same: Proportion
    """The very same level."""
    kappa: Mapping[Weights, Coefficient]
    confusion: Mapping[tuple[str, str], int]
    """By what the judge said, and what people said."""
    bias: Coefficient
    """Mean steps the judge is above people: above 0 it is lenient; one level is one step."""
    absolute_error: float | None
    """Mean steps between judge and people."""
    false_passes: Proportion
    """Of answers that people find less than fully correct, those the judge finds fully correct."""
    false_failures: Proportion
    """Of answers that people find fully correct, those the judge does not."""
    length_slope: Coefficient
    """Steps the judge rises above people with each doubling of the answer's length."""
    length_bias: LengthBias
    """Steps the judge rises with each doubling of the words, people's grade being the same."""
    categories: Mapping[str, CategoryCheck]


def judge_agreement(answers: Sequence[Labelled], *, seed: int = 0) -> JudgeAgreement:
    """Hold a judge against people.

    Args:
        answers: What both said.
        seed: Of the intervals, for which entries are drawn.
    """
    judged = [one for one in answers if one.judge is not None]
    pair = _pair(judged, seed)
    bias, slope = _tendencies(judged, seed)
    steps = [_steps_above(one) for one in judged]
    return JudgeAgreement(
        len(judged),
        len(answers) - len(judged),
        pair.same,
        pair.kappa,
        pair.confusion,
        bias,
        sum(map(abs, steps)) / len(steps) if steps else None,
        _share([one.judge == "fully_correct" for one in judged if one.human != "fully_correct"]),
        _share([one.judge != "fully_correct" for one in judged if one.human == "fully_correct"]),
        slope,
        _length_bias(judged),
        _by_category(judged),
    )


def _pair(judged: Sequence[Labelled], seed: int) -> PairAgreement:
    answers = tuple(
        Rated(one.question_id, one.model, one.sample, one.category, {"judge": one.judge or "", "people": one.human})
        for one in judged
    )
    (pair,) = agreement_of(Ratings(("judge", "people"), answers, "grade"), seed=seed).pairs
    return pair


def _share(found: Sequence[bool]) -> Proportion:
    return Proportion(sum(found), len(found))


def _steps_above(one: Labelled) -> int:
    judge: Level = one.judge or one.human
    return rank(one.human) - rank(judge)


def _tendencies(judged: Sequence[Labelled], seed: int) -> tuple[Coefficient, Coefficient]:
    clusters: defaultdict[str, list[_Residual]] = defaultdict(list)
    for one in judged:
        clusters[one.question_id].append((_steps_above(one), math.log2(max(one.characters, 1))))
    whole = Counter(one for cluster in clusters.values() for one in cluster)
    intervals = bootstrap_intervals(clusters.values(), [_mean, slope], seed=seed)
    bias, tilt = (Coefficient(f(whole), bounds) for f, bounds in zip((_mean, slope), intervals, strict=True))
    return bias, tilt


def _length_bias(judged: Sequence[Labelled]) -> LengthBias:
    steps = [(-rank(one.judge or one.human), -rank(one.human)) for one in judged]
    lengths = [math.log2(max(one.words, 1)) for one in judged]
    return length_bias([judge for judge, _ in steps], [human for _, human in steps], lengths)


def _mean(found: Counter[_Residual]) -> float | None:
    n = found.total()
    return sum(steps * times for (steps, _), times in found.items()) / n if n else None


def slope(found: Counter[_Residual]) -> float | None:
    """Return the least-squares slope of steps on length; None where all answers are equally long.

    Args:
        found: How often the judge was so many steps above people, for which binary logarithm of the length.
    """
    n = found.total()
    if n < 2:
        return None
    mean_steps = sum(steps * times for (steps, _), times in found.items()) / n
    mean_length = math.fsum(length * times for (_, length), times in found.items()) / n
    spread = math.fsum(times * (length - mean_length) ** 2 for (_, length), times in found.items())
    together = math.fsum(t * (length - mean_length) * (steps - mean_steps) for (steps, length), t in found.items())
    return together / spread if spread > 1e-12 * n else None


def _by_category(judged: Sequence[Labelled]) -> dict[str, CategoryCheck]:
    parts: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for one in judged:
        parts[one.category][one.judge or "", one.human] += 1
    return {
        name: CategoryCheck(
            Proportion(sum(times for (a, b), times in part.items() if a == b), part.total()),
            cohen_kappa(part, LEVELS, "linear"),
        )
        for name, part in sorted(parts.items())
    }
