"""Two models side by side: which pairs of answers a person should see, and what the choices come to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from statistics import fmean
from typing import NamedTuple

from pytest_llmeval.analysis.same_question import Place, is_same_question, placed_alike
from pytest_llmeval.analysis.statistics.agreement import bootstrap_intervals
from pytest_llmeval.analysis.statistics.estimates import Interval
from pytest_llmeval.analysis.statistics.resampling import sign_flip_test
from pytest_llmeval.analysis.summary import model_of
from pytest_llmeval.fingerprint import fingerprint
from pytest_llmeval.runs.eval_name import eval_of
from pytest_llmeval.runs.preference_file import Preference, Side, Verdict
from pytest_llmeval.runs.record import Record

_WORTH: Mapping[Verdict, float] = {"first": 1.0, "second": 0.0, "tie": 0.5, "both_bad": 0.5}


@dataclass(frozen=True, slots=True)
class AnswerPair:
    """Two answers to one question."""

    first: Record
    second: Record
    left: Side
    """Which one to show on the left."""
    eval: str | None = None
    """Which eval asks, where several ask an entry."""

    @property
    def place(self) -> Place:
        """Return what tells the pair from others of the same two models."""
        return Place(self.eval or "", self.first.question_id, self.first.sample)

    @property
    def answers(self) -> tuple[str, str]:
        """Identify the two answers."""
        return fingerprint(self.first.answer), fingerprint(self.second.answer)

    @property
    def shown(self) -> tuple[Record, Record]:
        """Return them as they stand from left to right."""
        return (self.first, self.second) if self.left == "first" else (self.second, self.first)

    def choice(self, one: Preference) -> Preference | None:
        """Return a choice that was made between these two, in whichever order, as one in this order; else None."""
        if (one.question_id, one.sample) != self.place[1:] or (one.eval and self.eval and one.eval != self.eval):
            return None
        sides = (who(self.first), who(self.second)), self.answers
        if sides == ((one.first, one.second), one.answers):
            return one
        other = one.mirrored
        return other if sides == ((other.first, other.second), other.answers) else None


@dataclass(frozen=True, slots=True)
class Pairs:
    """All pairs of two models."""

    pairs: tuple[AnswerPair, ...]
    """In the order to be asked."""
    equal: Mapping[str, int]
    """By entry, the pairs of equal answers, which nobody need look at; each counts as a tie."""
    alone: int
    """Answers to which the other model has none."""
    changed: int = 0
    """Pairs passed over, for the two were not asked the same."""

    def choices(self, preferences: Iterable[Preference]) -> dict[tuple[Place, str], Preference]:
        """Return the last choice of each rater of each pair, in the order these were given and of this order.

        Args:
            preferences: Of any pairs; those of others are passed over.
        """
        asked: defaultdict[tuple[str, int], list[AnswerPair]] = defaultdict(list)
        for pair in self.pairs:
            asked[pair.first.question_id, pair.first.sample].append(pair)
        kept: dict[tuple[Place, str], Preference] = {}
        for one in preferences:
            for pair in asked.get((one.question_id, one.sample), ()):
                if choice := pair.choice(one):
                    kept.pop((pair.place, one.rater), None)
                    kept[pair.place, one.rater] = choice
        return kept

    @property
    def same(self) -> int:
        """Return how many pairs of equal answers there are."""
        return sum(self.equal.values())


def who(record: Record) -> str:
    """Name whose an answer is: its run and model."""
    return f"{record.run_id} {model_of(record)}"


def pair_up(first: Iterable[Record], second: Iterable[Record], *, seed: int = 0) -> Pairs:
    """Pair the answers of two models to the same questions, shuffled, each on a side that chance gives it.

    Args:
        first: The trials of one model.
        second: The trials of the other.
        seed: Of the order and the sides; the same in every session.
    """
    ones, others = placed_alike(_answered(first), _answered(second))
    both = [place for place in ones if place in others]
    asked = [place for place in both if is_same_question(ones[place], others[place])]
    unlike = [place for place in asked if _said(ones[place]) != _said(others[place])]
    unlike.sort(key=lambda place: _drawn("order", seed, place))
    pairs = tuple(AnswerPair(ones[one], others[one], _left(seed, one), one.eval or None) for one in unlike)
    equal = Counter(one.question_id for one in asked) - Counter(one.question_id for one in unlike)
    return Pairs(pairs, equal, alone=len(ones) + len(others) - 2 * len(both), changed=len(both) - len(asked))


def _answered(records: Iterable[Record]) -> dict[Place, Record]:
    # Calls hold whole conversations, and nobody looks at them here.
    return {
        Place(eval_of(one), one.question_id, one.sample): one.model_copy(update={"calls": ()})
        for one in records
        if one.answer is not None
    }


def _said(record: Record) -> str:
    return " ".join((record.answer or "").split())


def _left(seed: int, place: Place) -> Side:
    return "second" if int(_drawn("side", seed, place), 16) % 2 else "first"


def _drawn(what: str, seed: int, place: Place) -> str:
    return fingerprint([what, seed, *(place if place.eval else place[1:])])  # as before evals were told apart


@dataclass(frozen=True, slots=True)
class Preferred:
    """What choices come to."""

    first: str
    second: str
    counts: Counter[Verdict]
    same: int
    """Pairs of equal answers, ties that nobody was asked about."""
    asked: int
    """Pairs of different answers, of which somebody has to choose."""
    chosen: int
    """Those of them that somebody has chosen of."""
    changed: int
    """Pairs passed over, for the two were not asked the same."""
    rate: float | None
    """How often the first is preferred, a tie counting half; by entry. None where nothing was chosen yet."""
    interval: Interval | None
    """At 95 %, drawn by entry."""
    p: float | None
    """Of the sign test that neither is preferred, flipped by entry."""
    left: int
    """How often the answer on the left was preferred, of those that were shown and decided."""
    right: int
    by_category: Mapping[str, Counter[Verdict]]


def preferred(pairs: Pairs, preferences: Sequence[Preference], names: tuple[str, str]) -> Preferred:
    """Sum up the choices between two models; `_win_rate` has the formula.

    Args:
        pairs: All of them.
        preferences: Of any raters; the last of each counts, and those of other pairs are passed over.
        names: Of the two models.
    """
    told = pairs.choices(preferences)
    chosen = [*told.values()]
    categories: defaultdict[str, Counter[Verdict]] = defaultdict(Counter)
    for one in chosen:
        categories[one.category][one.preferred] += 1
    decided = [one for one in chosen if one.left is not None and one.preferred in ("first", "second")]
    entries = _entries(pairs, told)
    (interval,) = bootstrap_intervals([[entry] for entry in entries], [_win_rate]) if chosen else (None,)
    return Preferred(
        *names,
        counts=Counter(one.preferred for one in chosen),
        same=pairs.same,
        asked=len(pairs.pairs),
        chosen=len({place for place, _ in told}),
        changed=pairs.changed,
        rate=_win_rate(Counter(entries)),
        interval=interval,
        p=sign_flip_test([2 * entry.won - entry.decided for entry in entries]) if chosen else None,
        left=sum(one.left == one.preferred for one in decided),
        right=sum(one.left != one.preferred for one in decided),
        by_category=categories,
    )


class _Entry(NamedTuple):
    """What is known of one entry, as shares of its pairs."""

    equal: float
    decided: float
    """Different answers, of which somebody has chosen."""
    won: float
    """What these are worth to the first: all of the share where it always won, half of it for ties."""


def _entries(pairs: Pairs, chosen: Mapping[tuple[Place, str], Preference]) -> list[_Entry]:
    """Sum up each entry; several choices of one pair count as their mean."""
    worth: defaultdict[Place, list[float]] = defaultdict(list)
    for (place, _), one in chosen.items():
        worth[place].append(_WORTH[one.preferred])
    of_entry: defaultdict[str, list[float]] = defaultdict(list)
    for place, found in worth.items():
        of_entry[place.question_id].append(fmean(found))
    size = Counter(pair.first.question_id for pair in pairs.pairs) + Counter(pairs.equal)
    return [
        _Entry(pairs.equal.get(entry, 0) / n, len(of_entry[entry]) / n, fsum(of_entry[entry]) / n)
        for entry, n in size.items()
    ]


def _win_rate(entries: Mapping[_Entry, int]) -> float | None:
    """Return how often the first is preferred, each entry counting once and a tie half.

    With everything chosen it is the mean over entries of (won pairs + half the tied and the equal ones) / pairs. Pairs
    are asked in random order, so until then those chosen stand for those left, and equal ones for themselves alone:

        0.5 E + (1 - E) W / D

    with the means over entries of the shares of their pairs that are equal (E), chosen of (D), and what the chosen ones
    are worth (W). That is a ratio estimator, Cochran, W. G. (1977), Sampling Techniques, chapter 6.

    Args:
        entries: How often each is there.

    Example:
        >>> all_chosen = {_Entry(equal=0.5, decided=0.5, won=0.5): 1, _Entry(equal=0, decided=1, won=1): 1}
        >>> _win_rate(all_chosen), _win_rate({_Entry(equal=0.5, decided=0.5, won=0.5): 1, _Entry(0, 0, 0): 1})
        (0.875, 0.875)
    """
    n = sum(entries.values())
    equal, decided, won = (
        fsum(entry[place] * times for entry, times in entries.items()) / n if n else 0.0 for place in range(3)
    )
    return 0.5 * equal + (1 - equal) * won / decided if decided else None
