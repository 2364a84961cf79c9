"""What a pairwise judge's opinions come to: wins, ties, losses, and how much the order of showing decides.

Both orders are asked. With v = 1 where the answer shown first was found better, 1/2 for a tie and 0 otherwise, the
chance that A is better is (v_AB + 1 - v_BA) / 2; where the two orders do not say the same, it is a tie.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from types import MappingProxyType

from pytest_llmeval.analysis.statistics.estimates import Interval, Proportion
from pytest_llmeval.analysis.statistics.resampling import paired_bootstrap_interval
from pytest_llmeval.analysis.statistics.win_rate import WinRate, win_rate_of
from pytest_llmeval.grading.judge.pairwise import Better

FIRST_SHOWN_WINS: Mapping[Better, float] = MappingProxyType({"first": 1.0, "tie": 0.5, "second": 0.0})


@dataclass(frozen=True, slots=True)
class Judged:
    """One pair of answers with what one judge said of it in both orders."""

    entry: str
    category: str
    judge: str
    base_first: Better
    new_first: Better
    sample: int = 1
    longer: int = 0
    """1 where the new answer is longer, -1 where the base's is, 0 where they are equally long."""
    identical: bool = False
    """Whether both answers are the same text: a tie about which no judge was asked."""

    @property
    def new_is_better(self) -> float:
        """Return the chance that the new answer is better, from 0 to 1, averaged over both orders."""
        return (FIRST_SHOWN_WINS[self.new_first] + 1 - FIRST_SHOWN_WINS[self.base_first]) / 2

    @property
    def outcome(self) -> float:
        """Return 1 where both orders find the new answer better, 0 where both find the base's, else 1/2: a tie."""
        return {1.0: 1.0, 0.0: 0.0}.get(self.new_is_better, 0.5)

    @property
    def flipped(self) -> bool:
        """Tell whether the judge says another thing of the answers once they change places."""
        return FIRST_SHOWN_WINS[self.base_first] != 1 - FIRST_SHOWN_WINS[self.new_first]

    @property
    def first_position(self) -> float:
        """Return how far the place alone decides: 1/2 where it does not, 1 where the first always wins."""
        return (FIRST_SHOWN_WINS[self.base_first] + FIRST_SHOWN_WINS[self.new_first]) / 2


@dataclass(frozen=True, slots=True)
class OrderBias:
    """What one judge makes of the order in which it is shown two answers, and of their length."""

    judge: str
    flips: Proportion
    """Pairs of which it says another thing once the answers change places."""
    first_position: float | None
    """Mean share that the first place wins; 1/2 is no preference."""
    interval: Interval | None
    longer_wins: Proportion
    """Of pairs with a winner and unequal lengths, those that the longer answer wins."""


@dataclass(frozen=True, slots=True)
class Preference:
    """All that is to be said."""

    overall: WinRate
    categories: Mapping[str, WinRate]
    by_judge: Mapping[str, WinRate]
    bias: tuple[OrderBias, ...]


def preference_of(judged: Iterable[Judged]) -> Preference:
    """Sum opinions up.

    Args:
        judged: Pairs on which a judge has an opinion in both orders; with several judges the median of their outcomes
            decides a pair.
    """
    found = list(judged)
    categories: defaultdict[str, list[Judged]] = defaultdict(list)
    judges: defaultdict[str, list[Judged]] = defaultdict(list)
    for one in found:
        categories[one.category].append(one)
        judges[one.judge].append(one)
    return Preference(
        win_rate(found),
        {name: win_rate(part) for name, part in sorted(categories.items())},
        {name: win_rate(part) for name, part in judges.items()},
        tuple(order_bias(name, part) for name, part in judges.items()),
    )


def win_rate(judged: Iterable[Judged]) -> WinRate:
    """Return the win rate over entries."""
    return win_rate_of(_by_entry(judged))


def _by_entry(judged: Iterable[Judged]) -> list[float]:
    """Return for each entry the mean over its samples of what the judges together decided."""
    panels: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
    for one in judged:
        panels[one.entry, one.sample].append(one.outcome)
    entries: defaultdict[str, list[float]] = defaultdict(list)
    for (entry, _), outcomes in panels.items():
        middle = median(outcomes)
        entries[entry].append(middle if middle in (0, 1) else 0.5)
    return [fmean(outcomes) for outcomes in entries.values()]


def order_bias(judge: str, judged: Sequence[Judged]) -> OrderBias:
    """Return how far the order, and the length, decide what one judge says."""
    entries: defaultdict[str, list[float]] = defaultdict(list)
    asked = [one for one in judged if not one.identical]
    for one in asked:
        entries[one.entry].append(one.first_position)
    means = [fmean(values) for values in entries.values()]
    decided = [one for one in asked if one.longer and one.outcome != 0.5]
    return OrderBias(
        judge,
        Proportion(sum(one.flipped for one in asked), len(asked)),
        fmean(means) if means else None,
        paired_bootstrap_interval(means) if means else None,
        Proportion(sum((one.longer > 0) == (one.outcome == 1) for one in decided), len(decided)),
    )
