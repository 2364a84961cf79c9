"""What is counted in place of failing the run: answers that a gate covers; and what counts for nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pytest_llmeval.analysis.gating.gate_rules import Rule
from pytest_llmeval.errors import InfrastructureError, is_unmeasured
from pytest_llmeval.plugin.trial import Trial

COUNTED = "counted"
"""Under this key of a report's payload stands which rule decides about its failure."""
COUNTED_BY_GATE = "counted by the gate"
CONTAMINATED = "contaminated, so in no figure of the gate"


class Counting:
    """Knows from the rules which failures the gate decides about; in every process alike.

    Args:
        rules: Those in force; with none only quarantine is tolerant.
        counts_flagged: Whether contaminated entries count all the same.
    """

    def __init__(self, rules: Sequence[Rule], *, counts_flagged: bool = False) -> None:
        self._counts_flagged = counts_flagged
        self._rules = rules
        self._unscored = [rule for rule in rules if rule.kind == "max_unscored"]

    def by(self, trial: Trial) -> str | None:
        """Name what decides about a trial's answer in place of its own assertions; None where they do."""
        standing = trial.standing
        if standing.quarantined_until is not None:
            reason = f": {standing.reason}" if standing.reason else ""
            return f"in quarantine until {standing.quarantined_until}{reason}"
        if standing.guarded:
            return None
        slices = trial.entry.slices if self._rules else ()
        rule = next((rule for rule in self._rules if rule.covers(slices)), None)
        if rule is not None and standing.contamination == "flagged" and not self._counts_flagged:
            return CONTAMINATED
        return None if rule is None else f"{COUNTED_BY_GATE} {rule}"

    def of_failure(self, trial: Trial, error: BaseException | None, *, right: bool, in_call: bool) -> str | None:
        """Say why a failure does not fail the run, None where it does.

        Args:
            trial: What failed.
            error: What was raised, where that is known.
            right: Whether the answer's grade is the best there is: then the gate counts it as right, and an assertion
                that fails all the same would be lost.
            in_call: Whether the test itself failed, and not its setup or teardown.
        """
        if isinstance(error, InfrastructureError):
            return self.of_unscored(trial) if is_unmeasured(error) else None
        return None if right or not in_call else self.by(trial)

    def of_unscored(self, trial: Trial) -> str | None:
        """Say why it does not fail the run that a trial could not be measured, None where it does."""
        slices = trial.entry.slices
        if trial.standing.guarded:
            return None
        rule = next((rule for rule in self._unscored if rule.of is None or rule.of in slices), None)
        return None if rule is None else f"{COUNTED_BY_GATE} {rule}"


def tolerate(report: pytest.TestReport, reason: str) -> None:
    """Make of a failure one that was allowed, as pytest reports what is expected to fail."""
    report.outcome = "skipped"
    report.wasxfail = reason
