"""Whether a judge likes long answers better than people do: a slope on length, given what people say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pytest_llmeval.analysis.statistics.estimates import Interval
from pytest_llmeval.student_t import t_p_value, t_quantile

FEWEST = 10
"""With fewer answers a slope says next to nothing."""
_NOTHING = 1e-9
"""The share of a spread that is rounding and no spread."""


@dataclass(frozen=True, slots=True)
class LengthBias:
    """How many steps the judge rises with each doubling of the answer's length, people's grade being the same."""

    slope: float | None
    """None where it is unknown."""
    interval: Interval | None
    """95 %, by Student's t."""
    p_value: float | None
    """Of the test that length does not matter."""
    n: int
    reason: str = ""
    """Why it is unknown."""

    @property
    def is_proven(self) -> bool:
        """Tell whether the interval leaves out 0."""
        return self.interval is not None and not self.interval.low <= 0 <= self.interval.high


def length_bias(judge: Sequence[float], people: Sequence[float], lengths: Sequence[float]) -> LengthBias:
    """Fit ``judge = a + slope * length + c * people`` by ordinary least squares, and return the slope.

    By Frisch and Waugh (1933), Econometrica 1, 387-401: what people's grades tell of the length is taken out of it, and
    of the rest the slope is that of one regressor. Where people say the same of all answers, length is the only one.

    Args:
        judge: The judge's steps.
        people: Theirs, of the same answers.
        lengths: Their binary logarithms, so that 1 is a doubling.
    """
    n = len(judge)
    said, given, long = _centred(judge), _centred(people), _centred(lengths)
    freedom, rest = n - 2, long
    if len(set(people)) > 1:
        freedom, said, rest = n - 3, _without(said, given), _without(long, given)
    reason = _unknown(n, _dot(long, long), _dot(rest, rest), len(set(judge)))
    if reason:
        return LengthBias(None, None, None, n, reason)
    slope = _dot(rest, said) / _dot(rest, rest)
    errors = [y - slope * x for x, y in zip(rest, said, strict=True)]
    left = _dot(errors, errors)
    if left <= _NOTHING * _NOTHING * n:  # the judge follows people, or the length, to the letter
        slope = slope if abs(slope) > _NOTHING else 0.0
        return LengthBias(slope, Interval(slope, slope), float(slope == 0), n)
    error = math.sqrt(left / freedom / _dot(rest, rest))
    half = t_quantile(freedom) * error
    return LengthBias(slope, Interval(slope - half, slope + half), t_p_value(slope / error, freedom), n)


def _unknown(n: int, of_length: float, of_rest: float, levels: int) -> str:
    if n < FEWEST:
        return f"{n} {'answer is' if n == 1 else 'answers are'} judged and labelled, {FEWEST} are needed"
    if of_length <= _NOTHING:
        return "all answers are equally long"
    if levels < 2:
        return "the judge says the same of all answers"
    return "" if of_rest > _NOTHING * of_length else "length and people's grades rise and fall together"


def _centred(values: Sequence[float]) -> list[float]:
    mean = math.fsum(values) / len(values) if values else 0.0
    return [value - mean for value in values]


def _without(values: Sequence[float], other: Sequence[float]) -> list[float]:
    share = _dot(values, other) / _dot(other, other)
    return [value - share * one for value, one in zip(values, other, strict=True)]


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return math.fsum(a * b for a, b in zip(one, other, strict=True))
