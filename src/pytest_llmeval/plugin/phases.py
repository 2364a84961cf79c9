"""The phases of an item: what pytest has said of it so far, its subtests told apart from the test itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from pytest_llmeval.errors import InfrastructureError, OverBudget, UnscoredError
from pytest_llmeval.plugin.failures import NOT_ASKED
from pytest_llmeval.runs.record import Outcome


@dataclass(slots=True)
class Phases:
    """What pytest has said of an item so far: one per attempt, begun at setup, read at teardown."""

    outcome: Outcome = "passed"
    error: BaseException | None = None
    attempt: int = 1
    """Which attempt at the item it is; more than 1 where a plugin reruns failures."""
    begun: bool = False
    """Whether the trial is under way: asked for by a fixture, or about to be by the test."""
    set_up: bool = False
    """Whether its setup has come to its end."""
    in_body: bool = False
    """Whether the test function is running."""
    called: bool = False
    """Whether the test function has come to its end."""
    broke: bool = False
    """Whether any phase or subtest failed though nothing said that it may."""
    xfail: str | None = None
    """Why the test, or a subtest, was expected to fail, where it did."""
    not_asked: BaseException | None = None
    """Why a subtest could not ask; the test that goes on without its answer is no verdict on the model."""
    allowed: Any = None
    """What a failed subtest said that does not fail the run by itself: the test bears it at its end."""

    def is_subtest(self, call: pytest.CallInfo[None]) -> bool:
        """Tell whether a report that is about to be made is of a subtest, for which pytest names the same phase."""
        return call.when == "call" and (self.in_body or self.called or not self.set_up)

    @property
    def expected(self) -> str | None:
        """Return why the failure was expected, where there was no other; None where nothing failed."""
        return None if self.broke or self.outcome in ("passed", "skipped") else self.xfail

    def note_expected(self, report: pytest.TestReport) -> None:
        """Take note of a failure that the suite itself expects, before a rule of ours allows any other."""
        if report.skipped and hasattr(report, "wasxfail"):
            self.xfail = report.wasxfail

    def heard(self, report: pytest.TestReport, error: BaseException | None) -> None:
        """Take in the report of one phase."""
        self.set_up = True  # the first report is of the setup
        self.called = self.called or report.when == "call"
        self.broke = self.broke or report.failed
        self._take(_outcome(report, error), error)

    def heard_subtest(self, report: pytest.TestReport, error: BaseException | None) -> None:
        """Take in the report of a subtest: one that fails has failed the test, one that is skipped only itself."""
        if isinstance(error, NOT_ASKED):
            self.not_asked = error
            return
        self.broke = self.broke or report.failed
        said = _outcome(report, error)
        self._take(None if said == "skipped" else said, error)

    def _take(self, said: Outcome | None, error: BaseException | None) -> None:
        """Keep the gravest: what failed is not undone by a skip that comes after it."""
        if said is None or self.outcome in ("error", "unscored") or (said == "skipped" and self.outcome == "failed"):
            return
        self.outcome, self.error = said, error


def _outcome(report: pytest.TestReport, error: BaseException | None) -> Outcome | None:
    if report.passed and not hasattr(report, "wasxfail"):
        return None
    if isinstance(error, InfrastructureError):  # also where the failure is tolerated: it says nothing about the model
        return "unscored" if isinstance(error, UnscoredError) else "error"
    if isinstance(error, OverBudget):  # raised by the fixture that asks, and yet no fixture's fault
        return "failed"
    if report.skipped and hasattr(report, "wasxfail"):
        broken = report.when == "setup" and not isinstance(error, pytest.xfail.Exception)
        return "error" if broken else "failed"
    if report.skipped:
        return "skipped"
    if report.failed:
        return "error" if report.when != "call" else "failed"
    return None
