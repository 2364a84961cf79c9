"""The gate: compares a run with its baseline, holds it against the rules, and has the last word on its exit status."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_llmeval.analysis.comparing.comparison import LEAST_OVERLAP, Comparison, compare
from pytest_llmeval.analysis.gating.gate_report import GateReport, ModelGate, baseline_notes, set_aside_notes
from pytest_llmeval.analysis.gating.gated_run import GatedModel, Surroundings, read_gated, verdicts
from pytest_llmeval.analysis.gating.gates import GateVerdict
from pytest_llmeval.analysis.gating.signal_only import SignalOnly, signal_only
from pytest_llmeval.analysis.judges.judge_noise import with_judge_noise
from pytest_llmeval.analysis.judges.judge_trust import objections
from pytest_llmeval.errors import ConfigurationError, RunLogError
from pytest_llmeval.plugin.baseline import Matches, check_baseline, match_baseline
from pytest_llmeval.plugin.desk import Desk
from pytest_llmeval.plugin.drop_alarm import alarm_bell
from pytest_llmeval.plugin.gate_flags import is_typed
from pytest_llmeval.plugin.gate_screen import GateScreen
from pytest_llmeval.plugin.parametrize import NO_MODEL
from pytest_llmeval.plugin.settings import Settings
from pytest_llmeval.reports.gate_lines import next_command
from pytest_llmeval.runs.grader_checks import read_checks
from pytest_llmeval.runs.kept_findings import FOLDER
from pytest_llmeval.runs.people import who
from pytest_llmeval.runs.provenance import utc_timestamp
from pytest_llmeval.runs.sidecar import RunInfo, SignedOff

ALLOW = "--llm-allow-uncalibrated-judge"


class Gate:
    """Lives where the desk lives, if there are rules or a baseline; decides once, before the desk closes.

    Args:
        config: Of the only process, or of the xdist controller.
        settings: The rules, and the baseline.
        desk: Has the run log.
    """

    def __init__(self, config: pytest.Config, settings: Settings, desk: Desk) -> None:
        self._config = config
        self._settings = settings
        self._desk = desk
        self._skipped = 0
        self.report: GateReport | None = None
        """What it came to; None before the end, and where there was no run."""
        self._screen = GateScreen(config, settings)
        self._bell = alarm_bell(config, settings, desk)

    @property
    def passed_over(self) -> str | None:
        """Say why the command line asks for a gate, and no eval was run; None where one was, or nobody asks."""
        if self._desk.is_open or not self._settings.demanded:
            return None
        if self._skipped:
            return NO_MODEL
        left_out = self._desk.collected.deselected
        return f"all {left_out:,} evals were left out" if left_out and is_typed(self._config) else None

    def pytest_collection_finish(self) -> None:
        """End the session where the baseline cannot be read, before anything is asked.

        A path on the command line was tried before; one of the ini file only now that there are evals.
        """
        try:
            check_baseline(self._config, self._settings.baseline or "")
        except ConfigurationError as error:
            pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the evals that were skipped because there is no model."""
        self._skipped += report.skipped and NO_MODEL in str(report.longrepr)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Decide, and fail a session that has no other failure where the gate does not pass."""
        info = self._desk.finished(int(session.exitstatus))
        if info is not None:
            self.report = self._decided(info)
        if self.report is not None and self._settings.rules:
            self._desk.decided = {
                "gate": self.report.result,
                "gate_stage": self._settings.gate_stage,
                "gates": self.report.as_json(),
                "accepted": self.report.accepted,
            }
        passes = self.report is None or self.report.passes or not self._settings.rules
        if exitstatus == pytest.ExitCode.OK and (not passes or self.passed_over):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show what it came to."""
        if self.passed_over:
            self._screen.show_passed_over(terminalreporter, self.passed_over)
        if self.report is not None:
            self._screen.show(terminalreporter, self.report, self._desk.shown_path)

    def _decided(self, info: RunInfo) -> GateReport:
        unfinished = self._why_not_believed() if info.complete else self._why_unfinished()
        rules = self._settings.rules
        try:
            aside = self._signal_only()
            models = read_gated(
                self._desk.path,
                Path(self._desk.shown_path),
                info,
                rules,
                aside,
                counts_flagged=self._settings.counts_flagged,
            )
        except RunLogError as error:  # there may be no record at all
            reason = unfinished or self._all_skipped() or str(error)
            return self._signed(GateReport((), reason, whole=info.complete))
        told = aside.objections({why for one in models.values() for _, why in one.set_aside})
        unfinished = "; ".join(filter(None, (unfinished, *told))) or None
        bless = self._bless_words(info)
        matches = self._matches(models, bless)
        gates = (*(self._of_model(one, matches, bless) for one in models.values()), *self._without_a_trial(models))
        report = GateReport(
            gates,
            unfinished,
            whole=info.complete,
            can_be_blessed=info.left_nothing_out,
            skipped=self._desk.skips.number,
        )
        return self._signed(report)

    def _without_a_trial(self, models: Collection[str]) -> Iterator[ModelGate]:
        """Yield the models of which the suite has skipped every trial: no rule is known to hold for them."""
        for name in self._desk.collected.models:
            if name not in models and self._settings.rules and self._desk.skips.number:
                told = GateVerdict("every rule", "cannot decide", "all its trials were skipped by the suite")
                yield ModelGate(name, (told,))

    def _all_skipped(self) -> str | None:
        number = self._desk.skips.number
        return f"all {number:,} trials were skipped by the suite" if number and not self._desk.written else None

    def _bless_words(self, info: RunInfo) -> str:
        if not info.left_nothing_out:
            return "make it whole and bless it"  # as it is it would be refused
        return next_command(self._desk.shown_path, self._settings.baseline)

    def _signed(self, report: GateReport) -> GateReport:
        """Accept a gate where somebody wants that and may."""
        if self._settings.accept is None:
            return report
        if report.not_acceptable is not None:
            return replace(report, accept_asked=True)
        signed = SignedOff(by=who(self._config.rootpath), at=utc_timestamp(), reason=self._settings.accept)
        return replace(report, accepted=signed, accept_asked=True)

    def _why_unfinished(self) -> str:
        asked, told_of = self._desk.collected.trials, self._desk.written + self._desk.skips.without_record
        if told_of >= asked and not self._desk.not_asked:
            return "the run was interrupted"
        told = f"the run is not whole: {told_of:,} of {asked:,} trials have a record"
        return told + "".join(f"; {times:,} not asked, {why}" for why, times in self._desk.not_asked.most_common(1))

    def _why_not_believed(self) -> str | None:
        """Name the judges that must not decide: nobody knows how good they are, or the run shows that they are bad."""
        if not self._settings.rules:
            return None
        try:
            told = objections(self._desk.trust, allow_uncalibrated=self._settings.allow_uncalibrated_judge)
            void = objections(self._desk.trust, allow_uncalibrated=True)
        except RunLogError as error:
            return str(error)
        way_out = f"; pytest-llmeval calibrate {self._desk.shown_path}, or add {ALLOW}" if told != void else ""
        return "; ".join(told) + way_out if told else None

    def _signal_only(self) -> SignalOnly:
        """Return what must not decide: judges in slices that are not theirs, and graders over their limit."""
        if not self._settings.rules:
            return SignalOnly()
        checks = read_checks(self._config.rootpath / FOLDER)
        graders = {name: one for name, one in checks.items() if not one.holds}
        try:
            found = signal_only(self._desk.trust, allow_uncalibrated=self._settings.allow_uncalibrated_judge)
        except RunLogError:
            return SignalOnly(graders=graders)  # then nothing is decided at all
        return replace(found, graders=graders)

    def _matches(self, models: dict[str, GatedModel], bless: str) -> Matches:
        if self._settings.baseline is None:
            return Matches()
        sides = {name: model.side for name, model in models.items()}
        return match_baseline(self._config, self._settings.baseline, sides, bless)

    def _of_model(self, model: GatedModel, matches: Matches, bless: str) -> ModelGate:
        name, rules = model.side.model, self._settings.rules
        comparison = self._compared(name, matches)
        around = Surroundings(
            comparison,
            matches.why_not.get(name, "there is no baseline"),
            self._desk.collected.deselected,
            self._desk.collected.trials,
            self._bell.reason if self._bell is not None else None,
            tuple(self._desk.skips.guarded[name]),
        )
        return ModelGate(
            name,
            tuple(verdicts(rules, model, around)),
            comparison,
            tuple(baseline_notes(comparison, bless)) if comparison else (),
            model.quarantine.entries,
            model.quarantine.recovered,
            tuple(set_aside_notes(model.set_aside)),
            tuple(model.contaminated),
            model.side.counts_flagged,
        )

    def _compared(self, model: str, matches: Matches) -> Comparison | None:
        if model not in matches.sides:
            return None
        allowed = [rule.limit for rule in self._settings.rules if rule.kind == "max_regression" and rule.of is None]
        missing = max((rule.limit for rule in self._settings.rules if rule.kind == "max_missing"), default=0.0)
        base, new = matches.sides[model]
        with suppress(RunLogError):  # a calibration that cannot be read is told of in other places
            base = with_judge_noise(base, new, self._config.rootpath / FOLDER)
        return compare(
            base,
            new,
            allowed=min(allowed, default=0.0),
            least_overlap=min(LEAST_OVERLAP, 1 - missing / 100),
            force=self._settings.baseline_force,
        )
