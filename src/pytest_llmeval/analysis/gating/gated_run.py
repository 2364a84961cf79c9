"""A run that a gate is held against: its records read once, and what every rule says of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_llmeval.analysis.comparing.comparison import Comparison
from pytest_llmeval.analysis.comparing.sides import Side
from pytest_llmeval.analysis.comparing.trial import Trial
from pytest_llmeval.analysis.contested import VoteRules
from pytest_llmeval.analysis.gating.gate_rules import NAMED, Rule
from pytest_llmeval.analysis.gating.gates import (
    GateVerdict,
    deselected,
    max_regression,
    missing_entries,
    must_pass,
    raters_agree,
    stopped_at_drop,
)
from pytest_llmeval.analysis.gating.limits import (
    behaviour_limit,
    cost_per_trial,
    coverage,
    fail_under,
    failure_label_limit,
    latency_p95,
    output_tokens_per_trial,
)
from pytest_llmeval.analysis.gating.quarantine import Quarantine
from pytest_llmeval.analysis.gating.signal_only import SignalOnly
from pytest_llmeval.analysis.gating.tails import failures, latency_p99, worst_slice
from pytest_llmeval.analysis.summary import Summary, model_of
from pytest_llmeval.runs.reading import iter_records
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.sidecar import RunInfo

NO_VERDICT: Mapping[str, Any] = {"outcome": "skipped", "grade": None, "grader": None, "failure_label": None}
"""Makes of a record one that is in no rate, and still in what answers cost and how long they took."""


@dataclass(slots=True)
class GatedModel:
    """One model's part of a run; what is in quarantine or contaminated is in no figure."""

    side: Side
    summary: Summary
    slices: dict[str, Summary]
    """Of the categories and tags that rules name."""
    quarantine: Quarantine = field(default_factory=Quarantine)
    signal_only: SignalOnly = field(default_factory=SignalOnly)
    """Which judged grades must not decide."""
    set_aside: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Trials whose grades did not decide, by category and reason."""
    contaminated: dict[str, None] = field(default_factory=dict)
    """Entries that are known to be contaminated; in no figure unless the side counts them."""

    def add(self, record: Record) -> None:
        """Take in one more record; of one whose grade must not decide, only what it took."""
        votes = self.side.votes.why(record)
        why = votes or self.signal_only.why(record) if record.quarantined_until is None else None
        self.side.add(record, set_aside=why)
        if self.quarantine.add(record) or self._left_out(record):
            return
        if why is not None:
            self.set_aside[record.category, why] += 1
            record = record.model_copy(update=NO_VERDICT)
        self.summary.add(record)
        for name in {record.category, *record.tags} & self.slices.keys():
            self.slices[name].add(record)

    def _left_out(self, record: Record) -> bool:
        """Note a contaminated entry, and tell whether it is in no figure for that."""
        if record.contamination != "flagged":
            return False
        self.contaminated[record.parent_id or record.question_id] = None
        return not self.side.counts_flagged

    def of(self, slice_name: str | None) -> Summary:
        """Return the summary of a slice; of the whole for None."""
        return self.summary if slice_name is None else self.slices[slice_name]

    @property
    def guarded(self) -> list[Trial]:
        """Return the trials that must pass, those in quarantine left out."""
        return [one for one in self.side.trials.values() if one.guard and not one.quarantined]


def gated_models(
    path: Path,
    records: Iterable[Record],
    info: RunInfo,
    slices: Collection[str],
    signal_only: SignalOnly | None = None,
    votes: VoteRules | None = None,
    *,
    counts_flagged: bool = False,
) -> dict[str, GatedModel]:
    """Sort the records of a run by model.

    Args:
        path: Its log, as it is shown.
        records: What the log holds.
        info: What is known of the run.
        slices: Categories and tags that rules name.
        signal_only: Which judged grades must not decide.
        votes: What votes must come to for a grade to decide.
        counts_flagged: Whether contaminated entries count all the same.
    """
    found: dict[str, GatedModel] = {}
    for record in records:
        model = model_of(record)
        if model not in found:
            parts = {one: Summary(model) for one in slices}
            side = Side(path, model, info, votes=votes or VoteRules(), counts_flagged=counts_flagged)
            found[model] = GatedModel(side, Summary(model), parts, signal_only=signal_only or SignalOnly())
        found[model].add(record)
    return found


def read_gated(
    log: Path,
    shown: Path,
    info: RunInfo,
    rules: Collection[Rule],
    signal_only: SignalOnly | None = None,
    *,
    counts_flagged: bool = False,
) -> dict[str, GatedModel]:
    """Read a run's log, model by model.

    Args:
        log: The log.
        shown: Its path, as it is shown.
        info: What is known of the run.
        rules: What it is held against.
        signal_only: Which judged grades must not decide.
        counts_flagged: Whether contaminated entries count all the same.

    Raises:
        RunLogError: Where it cannot be read.
    """
    slices = {rule.of for rule in rules if rule.of is not None and rule.kind not in NAMED}
    return gated_models(
        shown,
        iter_records(log, on_fault=lambda _fault: None, every_try=True),
        info,
        slices,
        signal_only,
        vote_rules(rules),
        counts_flagged=counts_flagged,
    )


def vote_rules(rules: Iterable[Rule]) -> VoteRules:
    """Return what the rules want of votes."""
    limits = {rule.kind: rule.limit for rule in rules}
    return VoteRules(limits.get("max_disagreement", 100.0), limits.get("min_alpha"))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What rules need to know besides the records of a model."""

    comparison: Comparison | None = None
    """With the baseline, where there is one."""
    no_baseline: str = "there is no baseline"
    """Why there is no comparison."""
    deselected: int = 0
    selected: int = 0
    alarm: str | None = None
    """Why the run was ended for its drop, where it was."""
    guards_skipped: tuple[str, ...] = ()
    """Entries that must pass and were skipped by the suite."""


def verdicts(rules: Sequence[Rule], model: GatedModel, around: Surroundings) -> Iterator[GateVerdict]:
    """Hold every rule against a model's part of a run: what must pass first, what is missing last."""
    guarded = model.guarded
    if guarded or around.guards_skipped:
        entries = (*[one.question_id for one in guarded], *around.guards_skipped)
        yield must_pass(guarded, entries, around.guards_skipped)
    most = next((rule.limit for rule in rules if rule.kind == "max_missing"), 0.0)
    for rule in rules:
        if rule.kind not in ("max_missing", "max_disagreement"):  # what they set aside is told apart
            yield _verdict(rule, rules, model, around)
    if around.deselected:
        yield deselected(around.deselected, around.selected, most)
    if around.comparison is not None and around.comparison.pairing.removed:
        yield missing_entries(around.comparison, most)


def _verdict(rule: Rule, rules: Sequence[Rule], model: GatedModel, around: Surroundings) -> GateVerdict:
    if rule.kind == "max_regression":
        if around.comparison is None:
            told = f"max regression {rule.limit:g} points{f' in {rule.of}' if rule.of else ''}"
            return GateVerdict(told, "cannot decide", around.no_baseline)
        tags = [one.of for one in rules if one.kind == "max_regression" and one.of]
        return max_regression(around.comparison, rule.limit, of=rule.of, tags=tags)
    if rule.kind == "stop_at_drop":
        return stopped_at_drop(around.alarm, rule.limit)
    if rule.kind == "min_alpha":
        return raters_agree(model.side.raters, rule.limit)
    if not model.summary.records and model.contaminated:
        return GateVerdict(str(rule), "cannot decide", f"all {len(model.contaminated):,} entries are contaminated")
    if rule.kind == "failure_label":
        return failure_label_limit(model.summary, str(rule.of), rule.limit)
    if rule.kind == "behaviour":
        return behaviour_limit(model.summary, str(rule.of), rule.limit)
    if rule.of is not None and not model.of(rule.of).records:
        left_out = ", contaminated ones left out" if model.contaminated else ""
        return GateVerdict(str(rule), "cannot decide", f"no trial is of category or tag {rule.of}{left_out}")
    made = _ABOUT_A_SUMMARY[rule.kind](model.of(rule.of), rule.limit)
    return made if rule.of is None else GateVerdict(f"{made.rule} in {rule.of}", made.decision, made.reason)


_ABOUT_A_SUMMARY: Mapping[str, Callable[[Summary, float], GateVerdict]] = {
    "fail_under": fail_under,
    "worst_slice": worst_slice,
    "failures": failures,
    "max_unscored": coverage,
    "latency_p95": latency_p95,
    "latency_p99": latency_p99,
    "cost_per_trial": cost_per_trial,
    "output_tokens_per_trial": output_tokens_per_trial,
}
