"""Ending a run at the first failure of what must pass: the rest would be paid for in vain."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from pytest_llmeval.analysis.verdicts import success_of
from pytest_llmeval.plugin.desk import Desk
from pytest_llmeval.plugin.ending import end_run
from pytest_llmeval.plugin.items import trial_of
from pytest_llmeval.plugin.workers import PAYLOAD
from pytest_llmeval.runs.record import Record

GUARD = "guard"
"""Under this key of a report's payload stands what has failed that must pass."""


class CanaryStop:
    """Registered wherever tests run and where the desk lives, with ``--llm-canary-stop``.

    Args:
        config: Of this process.
        desk: Where this process writes; its records tell of answers that are not right though no assertion says so.
            None in an xdist worker, which looks at those that it sends.
    """

    def __init__(self, config: pytest.Config, desk: Desk | None) -> None:
        self._config = config
        self._is_worker = desk is None
        self._to_rerun: set[str] = set()
        """Items whose current attempt another plugin runs again; it decides nothing."""
        if desk is not None:
            desk.listeners.append(self._hear)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Say on the report what has failed that must pass; whether that is final is known once the report is told."""
        report = yield
        trial = trial_of(item)
        if report.failed and trial is not None and trial.standing.guard is not None and trial.standing.guarded:
            told = getattr(report, PAYLOAD, {})
            setattr(report, PAYLOAD, {**told, GUARD: _reason(trial.entry.id, trial.standing.guard)})
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Let nothing more run in this process, or in any where this is the controller, once an entry has failed."""
        told: dict[str, Any] = getattr(report, PAYLOAD, None) or {}
        if report.outcome == "rerun":  # type: ignore[comparison-overlap]  # pytest-rerunfailures' own outcome
            self._to_rerun.add(report.nodeid)
        if report.failed and GUARD in told:
            self._end(told[GUARD])
        if report.when == "teardown":
            sent = told.get("record")
            if self._is_worker and sent and sent.get("guard") and report.nodeid not in self._to_rerun:
                self._hear(Record.model_validate(sent))
            self._to_rerun.discard(report.nodeid)

    def _hear(self, record: Record) -> None:
        if record.guard is not None and record.quarantined_until is None and success_of(record) is False:
            self._end(_reason(record.question_id, record.guard))

    def _end(self, reason: str) -> None:
        end_run(self._config, reason)


def _reason(entry: str, guard: str) -> str:
    return f"{entry} must pass ({guard}), and did not"
