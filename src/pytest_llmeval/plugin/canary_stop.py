"""Ending a run at the first failure of what must pass: the rest would be paid for in vain."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from pytest_llmeval.plugin.items import trial_of


class CanaryStop:
    """Registered wherever tests run, with ``--llm-canary-stop``."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let nothing more run once a test of an entry that must pass has failed."""
        report = yield
        trial = trial_of(item)
        if report.failed and trial is not None and trial.standing.guarded:
            item.session.shouldfail = f"{trial.entry.id} must pass ({trial.standing.guard}), and did not"
        return report
