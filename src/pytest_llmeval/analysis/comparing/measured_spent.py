"""What the trials of a pair of runs took: tokens, dollars and seconds; no part of the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter, gt, lt, sub
from statistics import fmean

from pytest_llmeval.analysis.comparing.pairing import EntryKey, Pair
from pytest_llmeval.analysis.comparing.signs import sign_test_by_entry
from pytest_llmeval.analysis.comparing.trial import Trial
from pytest_llmeval.analysis.statistics.estimates import Percentiles, percentiles


@dataclass(frozen=True, slots=True)
class Spent:
    """What trials took, in the pairs where both sides know it; no part of the verdict."""

    name: str
    pairs: int
    base: float
    """Per trial."""
    new: float
    more: int
    """Pairs in which the new run took more."""
    less: int
    p: float
    """Of the sign test on these, samples of an entry taken as one."""

    @property
    def ratio(self) -> float | None:
        """Return new by base; None where the base took nothing."""
        return self.new / self.base if self.base else None


SPENT: tuple[tuple[str, Callable[[Trial], float | None]], ...] = (
    ("input tokens", attrgetter("input_tokens")),
    ("output tokens", attrgetter("output_tokens")),
    ("cost", attrgetter("cost_usd")),
    ("latency", attrgetter("latency_s")),
)


def measure_spent(pairs: Sequence[Pair]) -> Iterator[Spent]:
    """Compare means per trial of tokens, dollars and seconds, where there are any."""
    for name, value in SPENT:
        entries, bases, news = _both(pairs, value)
        if any(bases) or any(news):
            more, less = sum(map(gt, news, bases)), sum(map(lt, news, bases))
            p = sign_test_by_entry(entries, list(map(sub, news, bases)))
            yield Spent(name, len(bases), fmean(bases), fmean(news), more, less, p)


def _both(
    pairs: Iterable[Pair], value: Callable[[Trial], float | None]
) -> tuple[Sequence[EntryKey], Sequence[float], Sequence[float]]:
    """Return what base and new took, in the pairs where both are known, and of which entries these are."""
    told = [(pair.entry, value(pair.base), value(pair.new)) for pair in pairs]
    known = [(entry, base, new) for entry, base, new in told if base is not None and new is not None]
    entries, bases, news = zip(*known, strict=True) if known else ((), (), ())
    return entries, bases, news


@dataclass(frozen=True, slots=True)
class Tails:
    """How a number of the trials is spread on both sides, in the pairs where both know it."""

    base: Percentiles
    new: Percentiles


def measure_latencies(pairs: Sequence[Pair]) -> Tails:
    """Compare how long answers took, in the pairs where neither came from the cache."""
    return _tails(pairs, attrgetter("latency_s"))


def measure_lengths(pairs: Sequence[Pair]) -> Tails:
    """Compare how long answers are, in output tokens of all calls of a trial."""
    return _tails(pairs, attrgetter("output_tokens"))


def _tails(pairs: Sequence[Pair], value: Callable[[Trial], float | None]) -> Tails:
    _, bases, news = _both(pairs, value)
    return Tails(percentiles(bases), percentiles(news))
