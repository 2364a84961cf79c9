"""The ceiling of a judge: whether it can do itself what it grades, beside the model whose answers it grades."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median_low

from pytest_llmeval.analysis.drops import drop_of
from pytest_llmeval.analysis.judges.by_rules import solved_by_rules
from pytest_llmeval.analysis.repeats import estimate_of_mean
from pytest_llmeval.analysis.statistics.estimates import Interval, difference_interval
from pytest_llmeval.analysis.statistics.fisher import fisher_exact
from pytest_llmeval.analysis.statistics.power import fewest_pairs
from pytest_llmeval.analysis.summary import model_of
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.calibrations import Ceiling, CeilingState, SliceCeiling
from pytest_llmeval.runs.kept_findings import Figure
from pytest_llmeval.runs.record import Record

SURE = 0.05
"""Below this p-value, with an interval that leaves out 0, the judge solves less."""
LIKELY = 0.4
"""Below this p-value it is likely to: 80 % sure, one-sided. What must not gate need not be proven."""
FEWEST = fewest_pairs(LIKELY)
"""Entries; with fewer, not even a judge that fails all of them could be told from chance."""


@dataclass(slots=True)
class Solved:
    """What one model made of one entry, over its samples."""

    category: str
    entry_hash: str | None
    right: list[bool] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Return the share of samples that were right."""
        return fmean(self.right)


class Solvers:
    """Fed record by record; knows which entries each model solves, by rules alone."""

    def __init__(self) -> None:
        self._by_model: defaultdict[str, dict[str, Solved]] = defaultdict(dict)
        self.asked: set[str] = set()
        """Models with any record, verifiable or not."""

    def add(self, record: Record) -> None:
        """Take in one more record; variants of entries and known failures are in no figure."""
        if record.is_variant or record.quarantined_until is not None:
            return
        model, right = model_of(record), solved_by_rules(record)
        self.asked.add(model)
        if right is None:
            return
        entries = self._by_model[model]
        known = entries.setdefault(record.question_id, Solved(record.category, record.entry_hash))
        if known.entry_hash == record.entry_hash:
            known.right.append(right)

    def of(self, model: str) -> Mapping[str, Solved]:
        """Return what a model made of each entry that rules graded."""
        return self._by_model.get(model, {})

    @property
    def models(self) -> tuple[str, ...]:
        """Return the models with entries that rules graded."""
        return tuple(self._by_model)


def ceilings_of(judge: str, solvers: Solvers, *, runs: Sequence[str], timestamp: str) -> tuple[Ceiling, ...]:
    """Hold a judge against every other model that solved entries of the same benchmark.

    Args:
        judge: As ``provider:model``; the judges of a panel are joined by a comma, and the panel solves what the median
            of its judges does, the lower one of two, as it grades.
        solvers: What all models did.
        runs: The logs it was read from.
        timestamp: When.

    Raises:
        RunLogError: Where a judge has no entry that rules graded, or nobody else has.
    """
    members = judge.split(", ")
    own = _together([_solved(name, solvers, runs) for name in members])
    candidates = [model for model in solvers.models if model not in members]
    if not candidates:
        raise RunLogError(
            f"{', '.join(runs)}: rules graded no answer of another model than {judge}; "
            f"ask both: --llm-model=CANDIDATE --llm-model={members[0]}"
        )
    found = ((model, dict(_slices(own, solvers.of(model)))) for model in candidates)
    return tuple(
        Ceiling(candidate=model, runs=tuple(runs), timestamp=timestamp, categories=parts) for model, parts in found
    )


def _solved(name: str, solvers: Solvers, runs: Sequence[str]) -> Mapping[str, Solved]:
    if found := solvers.of(name):
        return found
    there = "no answer of it was graded by rules" if name in solvers.asked else "it did not answer there"
    raise RunLogError(
        f"{', '.join(runs)}: says nothing of what judge {name} can do: {there}; "
        f"run the evals with rule graders: pytest --llm-model={name}"
    )


def _together(members: Sequence[Mapping[str, Solved]]) -> dict[str, tuple[str, str | None, float]]:
    """Return category, hash and rate by entry, of the entries that all answered."""
    first = members[0]
    common = [name for name in first if all(name in one for one in members)]
    rates = {name: median_low([one[name].rate for one in members]) for name in common}
    return {name: (first[name].category, first[name].entry_hash, rate) for name, rate in rates.items()}


def _slices(
    judge: Mapping[str, tuple[str, str | None, float]], candidate: Mapping[str, Solved]
) -> Iterator[tuple[str, SliceCeiling]]:
    for category in sorted({one.category for one in candidate.values()}):
        theirs = {name: one for name, one in candidate.items() if one.category == category}
        own = {name: rate for name, (of, _, rate) in judge.items() if of == category or name in theirs}
        same = [name for name in own if name in theirs and _same(judge[name][1], theirs[name].entry_hash)]
        if len(same) >= FEWEST:
            yield category, _paired([(theirs[name].rate, own[name]) for name in same])
        else:
            yield category, _unpaired([*own.values()], [one.rate for one in theirs.values()])


def _same(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _paired(pairs: Sequence[tuple[float, float]]) -> SliceCeiling:
    drop = drop_of(pairs)
    low, high = drop.interval
    theirs, own = zip(*pairs, strict=True)
    return _slice(own, theirs, Interval(-high, -low), drop.p, paired=True)


def _unpaired(own: Sequence[float], theirs: Sequence[float]) -> SliceCeiling:
    """Compare different entries; of one with several samples, whether most were right is what counts."""
    if min(len(own), len(theirs)) < FEWEST:
        return _slice(own, theirs, None, None, paired=False)
    (a, around_a), (b, around_b) = _mean(own), _mean(theirs)
    p = fisher_exact(sum(one > 0.5 for one in own), len(own), sum(one > 0.5 for one in theirs), len(theirs))
    return _slice(own, theirs, difference_interval(a, around_a, b, around_b), p, paired=False)


def _slice(
    own: Sequence[float], theirs: Sequence[float], around: Interval | None, p: float | None, *, paired: bool
) -> SliceCeiling:
    difference = Figure()
    if around is not None:
        difference = Figure(value=fmean(own) - fmean(theirs), low=around.low, high=around.high)
    return SliceCeiling(
        state=_state(difference, p),
        judge_n=len(own),
        candidate_n=len(theirs),
        judge=_figure(own),
        candidate=_figure(theirs),
        difference=difference,
        p=p,
        paired=paired,
    )


def _state(difference: Figure, p: float | None) -> CeilingState:
    if p is None or difference.value is None or difference.high is None:
        return "unknown"
    if difference.value < 0 and p < SURE and difference.high < 0:
        return "below"
    return "likely below" if difference.value < 0 and p < LIKELY else "not below"


def _mean(rates: Sequence[float]) -> tuple[float, Interval]:
    found = estimate_of_mean(sum(rates), len(rates))
    return found.value, found.interval


def _figure(rates: Sequence[float]) -> Figure:
    if not rates:
        return Figure()
    value, (low, high) = _mean(rates)
    return Figure(value=value, low=low, high=high)
