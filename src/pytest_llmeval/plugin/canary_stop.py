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
    """

    def __init__(self, config: pytest.Config, desk: Desk | None) -> None:
        self._config = config
        if desk is not None:
            desk.listeners.append(self._hear)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let nothing more run in this process once an entry that must pass has failed."""
        report = yield
        trial = trial_of(item)
        if trial is None or trial.standing.guard is None or not trial.standing.guarded:
            return report
        told = getattr(report, PAYLOAD, {})
        if report.failed or _is_wrong(told.get("record")):
            reason = _reason(trial.entry.id, trial.standing.guard)
            item.session.shouldfail = reason
            setattr(report, PAYLOAD, {**told, GUARD: reason})
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """End the whole run where that was the case in any process."""
        reason = (getattr(report, PAYLOAD, None) or {}).get(GUARD)
        if reason is not None:
            self._end(reason)

    def _hear(self, record: Record) -> None:
        if record.guard is not None and record.quarantined_until is None and success_of(record) is False:
            self._end(_reason(record.question_id, record.guard))

    def _end(self, reason: str) -> None:
        end_run(self._config, reason)


def _is_wrong(sent: dict[str, Any] | None) -> bool:
    """Tell whether the record that a worker sends says so; where the desk is here, it hears of the record itself."""
    return sent is not None and success_of(Record.model_validate(sent)) is False


def _reason(entry: str, guard: str) -> str:
    return f"{entry} must pass ({guard}), and did not"
