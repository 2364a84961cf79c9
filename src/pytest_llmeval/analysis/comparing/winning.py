"""Win rate of a new run over its base: in how many entries it is better, a tie counting half."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pytest_llmeval.analysis.comparing.pairing import EntryKey, Pair
from pytest_llmeval.analysis.statistics.win_rate import WinRate, win_rate_of


@dataclass(frozen=True, slots=True)
class Winning:
    """Who wins, over all entries and by category."""

    overall: WinRate
    categories: Mapping[str, WinRate]


def winning(pairs: Sequence[Pair]) -> Winning:
    """Hold the entries of two runs against each other: the better grade wins, and where some have none, who is right.

    Samples of an entry count as one, by their mean. The rate is (wins + ties / 2) / n over entries, with Wilson's
    interval; wins are held against losses by the exact two-sided sign test, as `win_rate_of` says.
    """
    by_grade = all(pair.base.step is not None for pair in pairs)
    parts: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        parts[pair.new.category].append(pair)
    return Winning(
        win_rate_of(_outcomes(pairs, by_grade=by_grade)),
        {name: win_rate_of(_outcomes(part, by_grade=by_grade)) for name, part in sorted(parts.items())},
    )


def _outcomes(pairs: Iterable[Pair], *, by_grade: bool) -> list[float]:
    changes: defaultdict[EntryKey, int] = defaultdict(int)  # whole steps, so that what is equal is a tie
    for pair in pairs:
        base, new = pair.base, pair.new
        changes[pair.entry] += (new.step or 0) - (base.step or 0) if by_grade else new.correct - base.correct
    return [0.5 if not change else float(change > 0) for change in changes.values()]
