"""What a gate came to over all models of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pytest_llmeval.analysis.comparing.comparison import Comparison
from pytest_llmeval.analysis.gating.gates import Decision, GateVerdict, decide
from pytest_llmeval.runs.sidecar import SignedOff

STALE_AFTER = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class ModelGate:
    """What the rules say of one model."""

    model: str
    verdicts: tuple[GateVerdict, ...]
    comparison: Comparison | None = None
    notes: tuple[str, ...] = ()
    """What there is to know of its baseline."""
    quarantined: tuple[str, ...] = ()
    """Entries in quarantine."""
    recovered: tuple[str, ...] = ()
    """Those of them whose samples all were right."""
    set_aside: tuple[str, ...] = ()
    """Slices whose grades decided nothing, each with its trials and the reason."""
    contaminated: tuple[str, ...] = ()
    """Entries known to be contaminated."""
    counts_contaminated: bool = False
    """Whether they count all the same."""


@dataclass(frozen=True, slots=True)
class GateReport:
    """The gate of a run."""

    models: tuple[ModelGate, ...]
    unfinished: str | None = None
    """Why nothing can be decided, as where the run is not whole; such a run never passes."""
    accepted: SignedOff | None = None
    """Who lets it pass all the same."""
    accept_asked: bool = False
    """Whether somebody wanted it to pass all the same."""
    whole: bool = True
    """Whether every trial of the run has its record."""
    can_be_blessed: bool = True
    """Whether the run may become the baseline, as it left nothing out."""
    skipped: int = 0
    """Trials that the suite skipped by itself."""

    @property
    def decision(self) -> Decision:
        """Return what all verdicts come to: each must pass, in every model."""
        return decide((verdict for one in self.models for verdict in one.verdicts), unfinished=self.unfinished)

    def of(self, decision: Decision) -> list[GateVerdict]:
        """Return the verdicts that come to this."""
        return [verdict for one in self.models for verdict in one.verdicts if verdict.decision == decision]

    @property
    def not_acceptable(self) -> str | None:
        """Say why nobody may accept it: a person may accept failed answers, but not what nobody knows.

        None for a gate that failed and may be accepted; one that passed asks nobody.
        """
        if any(verdict.about == "guarded" for verdict in self.of("failed")):
            return "what must pass cannot be accepted"
        if self.unfinished is not None or self.of("cannot decide"):
            return "what cannot be decided cannot be accepted"
        return None if self.of("failed") else "nothing failed"

    @property
    def passes(self) -> bool:
        """Tell whether the run may end well."""
        return self.decision == "passed" or self.accepted is not None

    @property
    def result(self) -> str:
        """Return the one word that is kept with the run."""
        return "accepted" if self.accepted is not None else self.decision

    def as_json(self) -> tuple[dict[str, Any], ...]:
        """Return the verdicts as JSON values."""
        return tuple(
            {"model": one.model, "rule": verdict.rule, "decision": verdict.decision, "reason": verdict.reason}
            for one in self.models
            for verdict in one.verdicts
        )


def set_aside_notes(found: Mapping[tuple[str, str], int]) -> Iterator[str]:
    """Say which slices decided nothing.

    Args:
        found: Trials by category and reason.
    """
    for (category, why), trials in found.items():
        yield f"{category} · {trials:,} trials are in no rule: {why}"


def baseline_notes(comparison: Comparison, bless: str, now: datetime | None = None) -> Iterator[str]:
    """Say what is odd about a baseline, each time with the next command.

    Args:
        comparison: With it.
        bless: The command that makes this run the baseline.
        now: The time its age is told by.
    """
    info = comparison.base.info
    if info is not None and info.blessed is None and comparison.base.unfinished:
        path = comparison.base.path
        way_out = f"finish it with --llm-resume={path}, or take it as it is: pytest-llmeval bless {path} --force"
        yield f"it is not complete; {way_out}"
    elif info is not None and not info.left_nothing_out:
        yield f"it was blessed although it is not whole; when this run is good: {bless}"
    if info is not None and info.blessed is not None:
        age = (now or datetime.now(UTC)) - datetime.fromisoformat(info.blessed.at)
        if age > STALE_AFTER:
            yield f"it was blessed {age.days} days ago by {info.blessed.by}; when this run is good: {bless}"
    yield from _entries_notes(comparison, bless)


def _entries_notes(comparison: Comparison, bless: str) -> Iterator[str]:
    pairing = comparison.pairing
    moved = [
        f"{len(names):,} {what}"
        for what, names in (("changed", pairing.changed), ("new", pairing.added), ("missing", pairing.removed))
        if names
    ]
    if pairing.removed and len(moved) == 1 and _same_benchmarks(comparison):
        left = f"{len(pairing.removed):,} of its entries"
        yield f"this run did not ask {left}; ask these too before you bless a run in its place"
    elif moved:
        yield f"it is of another version of the benchmark: {', '.join(moved)} entries; when this run is good: {bless}"


def _same_benchmarks(comparison: Comparison) -> bool:
    """Tell whether every benchmark of the new run is as it was in the baseline's, which may have had more."""
    base, new = (
        {(one.path or one.name, one.hash) for one in side.info.benchmarks} if side.info is not None else set()
        for side in (comparison.base, comparison.new)
    )
    return bool(new) and new <= base and all(known for _, known in new)
