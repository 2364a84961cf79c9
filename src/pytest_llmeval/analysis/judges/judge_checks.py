"""What trying a judge with cases of known worth came to: by kind, and how steady it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pytest_llmeval.analysis.judges.preference import Judged, win_rate
from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.analysis.statistics.win_rate import WinRate
from pytest_llmeval.grading.grade import LEVELS
from pytest_llmeval.grading.judge.battery import Case
from pytest_llmeval.grading.judge.pairwise import BETTER, Better


@dataclass(frozen=True, slots=True)
class Tried:
    """One case, put to a judge once."""

    case: Case
    passed: bool | None
    """None where the judge gave no verdict."""
    said: tuple[str | None, str | None]
    """Of the better and the worse answer, or with each of them in the first place; None where it gave no verdict."""
    fault: str = ""
    """Why it gave none."""


@dataclass(frozen=True, slots=True)
class JudgeCheck:
    """One judge, tried."""

    judge: str
    hash: str
    kinds: Mapping[str, Proportion]
    """By kind: passed of all that were tried; no verdict is no pass."""
    flips: Proportion | None
    """Questions to the judge of which it said another thing when asked again; None where each was asked once."""
    without_verdict: int
    failed: tuple[Tried, ...]
    """Those that did not pass, each case once."""
    dressed: Mapping[str, WinRate]
    """By kind: how often the dressed answer wins against the plain one with the same content; it should not."""

    @property
    def all(self) -> Proportion:
        """Return how many passed of all."""
        kinds = self.kinds.values()
        return Proportion(sum(one.count for one in kinds), sum(one.n for one in kinds))

    def weak(self, least: float) -> tuple[str, ...]:
        """Name the kinds of which a smaller share passed than is wanted."""
        return tuple(name for name, one in self.kinds.items() if one.rate is not None and one.rate < least)


def judge_check(judge: str, judge_hash: str, tried: Iterable[Tried]) -> JudgeCheck:
    """Sum up what a judge made of cases.

    Args:
        judge: Who.
        judge_hash: In which version.
        tried: Every case, as often as it was put to the judge.
    """
    found = list(tried)
    kinds: defaultdict[str, list[bool]] = defaultdict(list)
    failed: dict[str, Tried] = {}
    for one in found:
        kinds[one.case.kind].append(one.passed is True)
        if one.passed is not True:
            failed.setdefault(one.case.id, one)
    return JudgeCheck(
        judge,
        judge_hash,
        {name: Proportion(sum(passed), len(passed)) for name, passed in kinds.items()},
        _flips(found),
        sum(one.passed is None for one in found),
        tuple(failed.values()),
        {kind: win_rate(of_it) for kind, of_it in _dressed(found, judge).items()},
    )


def _dressed(found: Iterable[Tried], judge: str) -> dict[str, list[Judged]]:
    """Read what was said of the same content in two forms as a preference: plain is the base, dressed is new."""
    preferences: defaultdict[str, list[Judged]] = defaultdict(list)
    samples: Counter[str] = Counter()
    for one in found:
        plain, dressed = one.said
        if one.case.expects == "no_reward" and plain is not None and dressed is not None:
            samples[one.case.id] += 1
            orders = _orders(plain, dressed)
            judged = Judged(one.case.id, one.case.kind, judge, *orders, sample=samples[one.case.id])
            preferences[one.case.kind].append(judged)
    return preferences


def _orders(plain: str, dressed: str) -> tuple[Better, Better]:
    """Return who wins in both orders; two levels say the same in either."""
    if plain in BETTER:
        return plain, dressed  # type: ignore[return-value]  # what was said with either in the first place
    above = LEVELS.index(plain) - LEVELS.index(dressed)
    return ("second", "first") if above > 0 else ("first", "second") if above < 0 else ("tie", "tie")


def _flips(found: Iterable[Tried]) -> Proportion | None:
    """Count the questions that were answered more than once, and those answered in more than one way."""
    said: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for one in found:
        for side, word in enumerate(one.said):
            if word is not None:
                said[one.case.id, side].append(word)
    again = [words for words in said.values() if len(words) > 1]
    return Proportion(sum(len(set(words)) > 1 for words in again), len(again)) if again else None
