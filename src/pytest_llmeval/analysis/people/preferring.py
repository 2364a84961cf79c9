"""Two models side by side: which pairs of answers a person should see, and what the choices come to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from pytest_llmeval.analysis.statistics.estimates import Interval
from pytest_llmeval.analysis.statistics.resampling import paired_bootstrap_interval, sign_flip_test
from pytest_llmeval.analysis.summary import model_of
from pytest_llmeval.fingerprint import fingerprint
from pytest_llmeval.runs.preference_file import Preference, Side, Verdict, latest
from pytest_llmeval.runs.record import Record

_WORTH: Mapping[Verdict, float] = {"first": 1.0, "second": 0.0, "tie": 0.5, "both_bad": 0.5}


@dataclass(frozen=True, slots=True)
class AnswerPair:
    """Two answers to one question."""

    first: Record
    second: Record
    left: Side
    """Which one to show on the left."""

    @property
    def answers(self) -> tuple[str, str]:
        """Identify the two answers."""
        return fingerprint(self.first.answer), fingerprint(self.second.answer)

    @property
    def shown(self) -> tuple[Record, Record]:
        """Return them as they stand from left to right."""
        return (self.first, self.second) if self.left == "first" else (self.second, self.first)

    def is_of(self, one: Preference) -> bool:
        """Tell whether a choice was made between these two."""
        place = (one.question_id, one.sample, one.answers, one.first, one.second)
        return place == (self.first.question_id, self.first.sample, self.answers, who(self.first), who(self.second))


@dataclass(frozen=True, slots=True)
class Pairs:
    """All pairs of two models."""

    pairs: tuple[AnswerPair, ...]
    """In the order to be asked."""
    same: int
    """Pairs of equal answers, which nobody need look at; each counts as a tie."""
    alone: int
    """Answers to which the other model has none."""


def who(record: Record) -> str:
    """Name whose an answer is: its run and model."""
    return f"{record.run_id} {model_of(record)}"


def pair_up(first: Iterable[Record], second: Iterable[Record], *, seed: int = 0) -> Pairs:
    """Pair the answers of two models by entry and sample, shuffled, each on a side that chance gives it.

    Args:
        first: The trials of one model.
        second: The trials of the other.
        seed: Of the order and the sides; the same in every session.
    """
    ones, others = _answered(first), _answered(second)
    both = [place for place in ones if place in others]
    unlike = [place for place in both if _said(ones[place]) != _said(others[place])]
    unlike.sort(key=lambda place: fingerprint(["order", seed, *place]))
    pairs = tuple(AnswerPair(ones[place], others[place], _left(seed, place)) for place in unlike)
    return Pairs(pairs, same=len(both) - len(unlike), alone=len(ones) + len(others) - 2 * len(both))


def _answered(records: Iterable[Record]) -> dict[tuple[str, int], Record]:
    # Calls hold whole conversations, and nobody looks at them here.
    return {
        (one.question_id, one.sample): one.model_copy(update={"calls": ()}) for one in records if one.answer is not None
    }


def _said(record: Record) -> str:
    return " ".join((record.answer or "").split())


def _left(seed: int, place: tuple[str, int]) -> Side:
    return "second" if int(fingerprint(["side", seed, *place]), 16) % 2 else "first"


@dataclass(frozen=True, slots=True)
class Preferred:
    """What choices come to."""

    first: str
    second: str
    counts: Counter[Verdict]
    same: int
    """Pairs of equal answers, ties that nobody was asked about."""
    rate: float | None
    """How often the first is preferred, a tie counting half; by entry. None of no pairs."""
    interval: Interval | None
    """At 95 %, drawn by entry."""
    p: float | None
    """Of the sign test that neither is preferred, flipped by entry."""
    left: int
    """How often the answer on the left was preferred, of those that were shown and decided."""
    right: int
    by_category: Mapping[str, Counter[Verdict]]


def preferred(pairs: Pairs, preferences: Sequence[Preference], names: tuple[str, str]) -> Preferred:
    """Sum up the choices between two models.

    Win rate (wins + ties / 2) / n, with several choices of one pair, and several pairs of one entry, as their mean.

    Args:
        pairs: All of them.
        preferences: Of any raters; the last of each counts, and those of other pairs are passed over.
        names: Of the two models.
    """
    known = {(pair.first.question_id, pair.first.sample): pair for pair in pairs.pairs}
    asked = ((one, known.get((one.question_id, one.sample))) for one in latest(preferences))
    chosen = [one for one, pair in asked if pair is not None and pair.is_of(one)]
    worth: defaultdict[str, list[float]] = defaultdict(list)
    categories: defaultdict[str, Counter[Verdict]] = defaultdict(Counter)
    for one in chosen:
        worth[one.question_id].append(_WORTH[one.preferred])
        categories[one.category][one.preferred] += 1
    decided = [one for one in chosen if one.left is not None and one.preferred in ("first", "second")]
    values = [fmean(found) for found in worth.values()] + [0.5] * pairs.same
    return Preferred(
        *names,
        counts=Counter(one.preferred for one in chosen),
        same=pairs.same,
        rate=fmean(values) if chosen else None,
        interval=paired_bootstrap_interval(values) if chosen else None,
        p=sign_flip_test([2 * value - 1 for value in values]) if chosen else None,
        left=sum(one.left == one.preferred for one in decided),
        right=sum(one.left != one.preferred for one in decided),
        by_category=categories,
    )
