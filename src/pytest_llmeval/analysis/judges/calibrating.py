"""From what judge and people said to a calibration, and to whether the judge may be believed."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_llmeval.analysis.judges.judge_agreement import JudgeAgreement, judge_agreement
from pytest_llmeval.analysis.judges.judge_labels import JudgeLabels, Labels
from pytest_llmeval.analysis.judges.length_bias import LengthBias
from pytest_llmeval.analysis.people.rater_agreement import Coefficient
from pytest_llmeval.analysis.statistics.estimates import Interval, Proportion
from pytest_llmeval.runs.calibration_figures import CategoryFigures, LengthBiasFigure
from pytest_llmeval.runs.calibrations import Calibration, Limits
from pytest_llmeval.runs.kept_findings import Figure, Share


def calibration_of(
    judge: JudgeLabels, labels: Labels, *, run: str, timestamp: str, limits: Limits, seed: int = 0
) -> Calibration:
    """Hold a judge against people, and the figures against the limits.

    Args:
        judge: What it said of labelled answers.
        labels: All labels, of whom this is a part.
        run: The log that was labelled.
        timestamp: When.
        limits: What it must reach.
        seed: Of the intervals.
    """
    found = judge_agreement(judge.answers, seed=seed)
    reasons = tuple(_reasons(found, limits))
    return Calibration(
        judge=judge.model,
        hash=judge.hash,
        run=run,
        raters=labels.raters,
        timestamp=timestamp,
        n=found.n,
        without_verdict=found.without_verdict,
        contested=labels.contested,
        same=_share(found.same),
        agreement=_figure(found.same.rate, found.same.interval),
        kappa={weights: _coefficient(one) for weights, one in found.kappa.items()},
        bias=_coefficient(found.bias),
        absolute_error=found.absolute_error,
        false_passes=_share(found.false_passes),
        false_failures=_share(found.false_failures),
        length_slope=_coefficient(found.length_slope),
        length_bias=_length_bias(found.length_bias),
        confusion=tuple({"judge": a, "people": b, "count": times} for (a, b), times in found.confusion.items()),
        categories={
            name: CategoryFigures(same=_share(one.same), kappa=one.kappa) for name, one in found.categories.items()
        },
        limits=limits,
        calibrated=not reasons,
        reasons=reasons,
    )


def _reasons(found: JudgeAgreement, limits: Limits) -> Iterator[str]:
    """Say why a judge cannot be believed; a judge that was never seen to find a fault is not known to find any."""
    if found.n < limits.least_n:
        yield f"{found.n:,} answers are judged and labelled, {limits.least_n:,} are needed"
    if found.same.rate is not None and found.same.rate < limits.least_agreement:
        yield f"it agrees on {100 * found.same.rate:.0f} %, {100 * limits.least_agreement:.0f} % are needed"
    kappa = found.kappa["linear"].value
    if kappa is None and found.n:
        yield "kappa is undefined: all was judged and labelled alike, so nobody knows whether it finds what is wrong"
    elif kappa is not None and kappa < limits.least_kappa:
        yield f"its weighted kappa is {kappa:.2f}, {limits.least_kappa:.2f} is needed"


def _length_bias(one: LengthBias) -> LengthBiasFigure:
    told = _figure(one.slope, one.interval).model_dump()
    return LengthBiasFigure(**told, p_value=one.p_value, n=one.n, reason=one.reason)


def _share(one: Proportion) -> Share:
    return Share(count=one.count, n=one.n)


def _coefficient(one: Coefficient) -> Figure:
    return _figure(one.value, one.interval)


def _figure(value: float | None, interval: Interval | None) -> Figure:
    low, high = interval or (None, None)
    return Figure(value=value, low=low, high=high)
