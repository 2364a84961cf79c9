"""The alarm that ends a run whose answers are far worse than the baseline's, before the rest is paid for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from pytest_llmeval.analysis.comparing.sides import Side
from pytest_llmeval.analysis.comparing.trial import Trial, trial_of
from pytest_llmeval.analysis.statistics.paired import PairedCounts, newcombe_paired_interval
from pytest_llmeval.analysis.summary import model_of
from pytest_llmeval.runs.eval_name import function_of
from pytest_llmeval.runs.record import Record

FIRST_LOOK = 16
"""Pairs; the next looks are at twice as many each, so that even long runs are looked at a dozen times."""
CONFIDENCE = 0.999
"""Of each look, so that over a dozen of them a false alarm is rung in about one run of a hundred at most."""


@dataclass(slots=True)
class _Model:
    """One model's pairs so far."""

    base: Mapping[str, Mapping[str, Trial]]
    """First samples of an entry, by its id and then by the eval that asked it."""
    seen: set[str] = field(default_factory=set)
    """Entries that are in the counts; what other evals ask of them is no independent pair."""
    counts: PairedCounts = field(default_factory=lambda: PairedCounts(0, 0, 0, 0))
    next_look: int = FIRST_LOOK


class DropAlarm:
    """Fed record by record while the run goes on.

    Args:
        bases: What each model of the run is compared with.
        points: Rings where the share of right answers has dropped by more, for certain: where the whole interval of the
            paired difference lies beyond.
        functions: The test functions of this run: what the base says of one of them is held against no other.
        counts_flagged: Whether contaminated entries count all the same.
    """

    def __init__(
        self,
        bases: Mapping[str, Side],
        points: float,
        *,
        functions: Collection[str] = (),
        counts_flagged: bool = False,
    ) -> None:
        self._points = points
        self._functions = functions
        self._counts_flagged = counts_flagged
        self._models = {model: _Model(_first_trials(side)) for model, side in bases.items()}
        self.reason: str | None = None
        """Why it rang; None as long as it has not."""

    def add(self, record: Record) -> bool:
        """Take in one more record, and tell whether the alarm rings; it rings once."""
        trial, model = trial_of(record), self._models.get(model_of(record))
        if self.reason is not None or model is None or record.is_variant or trial.quarantined or trial.sample > 1:
            return False  # samples of one entry are no independent pairs
        base = self._partner(model.base.get(trial.question_id, {}), trial)
        if base is None or trial.question_id in model.seen or not _comparable(base, trial):
            return False
        if (base.flagged or trial.flagged) and not self._counts_flagged:
            return False
        model.seen.add(trial.question_id)
        model.counts = _with(model.counts, base, trial)
        if model.counts.n < model.next_look:
            return False
        model.next_look *= 2
        return self._rings(model.counts)

    def _partner(self, bases: Mapping[str, Trial], new: Trial) -> Trial | None:
        """Return the base's trial of the same eval; else of the only one that asked the entry, if it has a new name."""
        if new.eval in bases or len(bases) != 1:
            return bases.get(new.eval)
        (only,) = bases.values()
        return None if only.eval and function_of(only.eval) in self._functions else only

    def _rings(self, counts: PairedCounts) -> bool:
        if -100 * newcombe_paired_interval(counts, CONFIDENCE).high <= self._points:
            return False
        base, new = counts.both + counts.lost, counts.both + counts.gained
        told = f"{new:,} of {counts.n:,} right so far, {base:,} in the baseline"
        self.reason = f"a drop of more than {self._points:g} points: {told}"
        return True


def _first_trials(side: Side) -> dict[str, dict[str, Trial]]:
    found: dict[str, dict[str, Trial]] = {}
    for trial in side.trials.values():
        if trial.sample == 1 and not trial.quarantined:
            found.setdefault(trial.question_id, {})[trial.eval] = trial
    return found


def _comparable(base: Trial, new: Trial) -> bool:
    return new.kind is not None and base.kind == new.kind and not _is_another(base, new)


def _is_another(base: Trial, new: Trial) -> bool:
    if base.entry_hash and new.entry_hash:
        return base.entry_hash != new.entry_hash
    return base.question_hash != new.question_hash


def _with(counts: PairedCounts, base: Trial, new: Trial) -> PairedCounts:
    return PairedCounts(
        counts.both + (base.correct and new.correct),
        counts.lost + (base.correct and not new.correct),
        counts.gained + (new.correct and not base.correct),
        counts.neither + (not base.correct and not new.correct),
    )
