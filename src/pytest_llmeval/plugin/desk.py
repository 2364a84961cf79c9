"""The desk: where the process that writes keeps the run log, its sidecar and the running summary."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.analysis.gating.quarantine import Quarantine
from pytest_llmeval.analysis.judges.judge_trust import JudgesInRun, Trust, trust_in, trust_values
from pytest_llmeval.analysis.summaries import Summaries
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.models.batches.chunks import SentBatch
from pytest_llmeval.plugin.ending import end_at_once
from pytest_llmeval.plugin.freezing import TrialsFrozen
from pytest_llmeval.plugin.past import log_path
from pytest_llmeval.plugin.recording import RunFacts
from pytest_llmeval.plugin.settings import Settings
from pytest_llmeval.plugin.skips import Skips
from pytest_llmeval.plugin.workers import PAYLOAD, Collected
from pytest_llmeval.redaction import redact_command, secrets_in, without_secrets
from pytest_llmeval.runs.calibrations import read_calibrations
from pytest_llmeval.runs.earlier import EarlierRun
from pytest_llmeval.runs.kept_findings import FOLDER
from pytest_llmeval.runs.provenance import GitState, utc_timestamp, versions
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.run_log import RunLog
from pytest_llmeval.runs.sidecar import BenchmarkInfo, RunInfo, write_sidecar
from pytest_llmeval.seen_from import seen_from


class Desk:
    """Lives in the only process, or in the xdist controller.

    Made with the eval session, told what was collected, opened before the first call (so that a log that cannot be
    written costs nothing), given every report, closed when the session ends.

    Args:
        config: Says where the log goes and what was called.
        settings: What the user asked for.
        facts: What every record shares.
        git: The state of the repository.
        resumed: The run to go on with, in its own log; None for a new one.
    """

    def __init__(
        self,
        config: pytest.Config,
        settings: Settings,
        facts: RunFacts,
        git: GitState,
        resumed: EarlierRun | None = None,
    ) -> None:
        self.facts = facts
        self.git = git
        self.collected = Collected()
        self.summaries = Summaries()
        self.quarantine = Quarantine()
        self.judges = JudgesInRun()
        self.not_asked: Counter[str] = Counter()
        """Why trials were not asked, with how often."""
        self.skips = Skips()
        self.path = resumed.path if resumed is not None else log_path(config, settings, facts.run_id)
        self._judges_folder = config.rootpath / FOLDER
        self._resumed = resumed is not None
        self._batches = resumed.batches if resumed is not None else ()
        self._shown_from = config.invocation_params.dir
        self._command = redact_command([Path(sys.argv[0]).name, *config.invocation_params.args])
        self._config = config
        self._settings = settings
        self._started = utc_timestamp()
        self._begun = time.monotonic()
        self._log: RunLog | None = None
        self._info: RunInfo | None = None
        self._handed_in: dict[str | None, Record] = {}
        self._to_rerun: set[str] = set()
        """Items whose current attempt another plugin runs again; it has ended no trial, and leaves no record."""
        self._finished_before = 0
        self.listeners: list[Callable[[Record], None]] = []
        """Are told of every record once it is written, and of those that a resumed run has already."""
        self._frozen = TrialsFrozen()
        self._gave_up = False
        self.decided: dict[str, Any] = {}
        """What a gate has come to, as the sidecar keeps it."""

    @property
    def shown_path(self) -> str:
        """The log's path, from the folder pytest was called in where it lies below that."""
        return str(seen_from(self._shown_from, self.path))

    @property
    def seconds(self) -> float:
        """How long the run has taken so far."""
        return time.monotonic() - self._begun

    @property
    def is_open(self) -> bool:
        """Tell whether there is a run to speak of."""
        return self._info is not None

    def expect(self, collected: Collected) -> None:
        """Take note of what is about to run."""
        self.collected = collected

    def open(self, finished: Iterable[Record] = ()) -> None:
        """Start the log and its sidecar, unless that was done before.

        Args:
            finished: The records that a resumed run keeps.

        Raises:
            pytest.Session.Failed: Where one of them is reason enough to ask nothing more.
        """
        if self._info is not None:
            return
        kept = list(finished)
        info = RunInfo(
            run_id=self.facts.run_id,
            started=self._started,
            command=tuple(self._command),
            versions=versions(),
            git=self.git,
            models=self.collected.models,
            params=without_secrets(self._settings.param),
            benchmarks=tuple(BenchmarkInfo(**told) for told in self.collected.benchmarks),
            shard=self._settings.shard,
            deselected=self.collected.deselected,
            left_to_shards=self.collected.left_to_shards,
            batches=self._batches,
        )
        try:
            self._log = self._new_log(kept)
            write_sidecar(self.path, info)
        except RunLogError as error:
            pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)
        self._info = info
        for record in kept:
            self._count(record)
        self._finished_before = self.collected.finished if self.collected.trials else len(kept)
        for record in kept:
            self._tell(record)
        end_at_once(self._config)

    def _new_log(self, kept: list[Record]) -> RunLog:
        secrets = secrets_in(os.environ)
        if not self._resumed:
            return RunLog.create(self.path, secrets=secrets)
        return RunLog.reopen(self.path, secrets=secrets, keep=kept)

    def note_batch(self, batch: SentBatch) -> None:
        """Write down that a provider has taken a batch, so that no later process sends it again."""
        if self._info is None:
            raise RuntimeError("the desk is opened before a batch is sent")
        self._info = self._info.model_copy(update={"batches": (*self._info.batches, batch)})
        try:
            write_sidecar(self.path, self._info)
        except RunLogError as error:
            pytest.exit(f"{error} (batch {batch.id} is under way)", returncode=pytest.ExitCode.USAGE_ERROR)

    def hand_in(self, record: Record) -> None:
        """Take the record of a trial of this process; it is written once the trial's last report is told.

        It does not travel on the report, which other plugins write down as JSON.
        """
        self._handed_in[record.nodeid] = record

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write the record of a trial that has come to its end."""
        told: dict[str, Any] = getattr(report, PAYLOAD, None) or {}
        if reason := told.get("not_asked"):
            self.not_asked[reason] += 1
        self.skips.note(report.nodeid, told.get("skipped"))
        if report.outcome == "rerun":  # type: ignore[comparison-overlap]  # pytest-rerunfailures' own outcome
            self._to_rerun.add(report.nodeid)
        if report.when == "teardown" and self._log is not None:
            sent, handed_in = told.get("record"), self._handed_in.pop(report.nodeid, None)
            record = Record.model_validate(sent) if sent else handed_in
            self.skips.note_end(report.nodeid, record)
            if record is not None and report.nodeid not in self._to_rerun:
                self._write(record, self._log)
            self._to_rerun.discard(report.nodeid)

    def _write(self, record: Record, log: RunLog) -> None:
        try:
            log.append(record)
        except RunLogError as error:
            self._give_up(error)
        else:
            self._count(record)
            self._frozen.one_more()
            self._tell(record)

    def _tell(self, record: Record) -> None:
        for listener in self.listeners:
            listener(record)

    def _give_up(self, error: RunLogError) -> None:
        """End the session over what cannot be written; told once, for what fails after it fails for the same reason."""
        if not self._gave_up:
            self._gave_up = True
            pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)

    def _count(self, record: Record) -> None:
        self.summaries.add(record)
        self.quarantine.add(record)
        self.judges.add(record)

    @cached_property
    def trust(self) -> tuple[Trust, ...]:
        """Whether the judges of the run may be believed; read once, when the run is over."""
        return trust_in(self.judges, read_calibrations(self._judges_folder, [use.hash for use in self.judges]))

    @property
    def written(self) -> int:
        """How many trials have their record."""
        return self._finished_before + (self._log.count if self._log is not None else 0)

    def finished(self, exit_status: int) -> RunInfo | None:
        """Return what describes the run should it end now; None where there is none, or it has ended."""
        if self._log is None or self._info is None:
            return None
        for record in self._handed_in.values():  # left where Ctrl-C came before the trial's last report
            self._write(record, self._log)
        self._handed_in.clear()
        accounted_for = self.written + self.skips.without_record >= self.collected.trials
        complete = exit_status in (0, 1) and accounted_for and not self.not_asked
        totals = {**self.summaries.totals(), "trials": self.collected.trials, "seconds": round(self.seconds, 3)}
        totals |= {"skipped": self.skips.number} if self.skips.number else {}
        totals |= self._judges_told()
        told = {"finished": utc_timestamp(), "exit_status": exit_status, "complete": complete, "totals": totals}
        return self._info.model_copy(update={**told, **self.decided})

    def close(self, exit_status: int) -> None:
        """Finish the sidecar and give the log back; without a run this does nothing."""
        info = self.finished(exit_status)
        if self._log is None or info is None:
            return
        self._log.close()
        self._log = None
        try:
            write_sidecar(self.path, info)
        except RunLogError as error:
            self._give_up(error)

    def _judges_told(self) -> dict[str, Any]:
        try:
            told = {"judges": [trust_values(one) for one in self.trust]} if len(self.judges) else {}
        except RunLogError:
            return {}  # said on the screen
        favours = [asdict(one) for one in self.judges.favours.figures()]
        return {**told, "self_preference": favours} if favours else told
