"""Reporting: what goes from the process that runs an item to the process that writes."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from functools import cache
from typing import Any

import pytest

from pytest_llmeval.errors import FatalProviderError, InfrastructureError, OverBudget
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.plugin.counting import COUNTED, COUNTED_BY_GATE, Counting, tolerate
from pytest_llmeval.plugin.desk import Desk
from pytest_llmeval.plugin.failures import NOT_ASKED
from pytest_llmeval.plugin.items import PHASES, RUN, name_of, test_case_of, trial_of
from pytest_llmeval.plugin.phases import Phases
from pytest_llmeval.plugin.quotas import allowance, quota_note
from pytest_llmeval.plugin.recording import RunFacts, junit_properties, make_record
from pytest_llmeval.plugin.skips import skip_note
from pytest_llmeval.plugin.trial import Trial
from pytest_llmeval.plugin.workers import PAYLOAD
from pytest_llmeval.runs.line import record_as_json
from pytest_llmeval.runs.record import Outcome

OWN_SKIPS = (pytest.skip.Exception, pytest.xfail.Exception)
"""How a suite leaves out an item by itself: marks, and calls in fixtures and tests."""


class Reporter:
    """Registered with the eval session wherever tests run; hangs a payload on the reports of evals.

    Args:
        facts: What every record of the run shares.
        desk: Takes records where this process writes; None in an xdist worker, whose records travel on the report.
        counting: Knows which failures do not fail the run.
    """

    def __init__(self, facts: RunFacts, desk: Desk | None, counting: Counting) -> None:
        self._facts = facts
        self._desk = desk
        self._under_way: pytest.Item | None = None
        self._counting = counting

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Begin to take down what becomes of an item; a second time where it is rerun."""
        before = item.stash.get(PHASES, None)
        item.stash[PHASES] = Phases(attempt=before.attempt + 1 if before else 1)
        self._under_way = item

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Know while a test function is running: what is reported meanwhile is a subtest of it."""
        phases = item.stash[PHASES]
        phases.in_body = True
        try:
            return (yield)
        finally:
            phases.in_body = False

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Hang on the report what the process that writes needs to know."""
        report = yield
        trial = trial_of(item)
        if trial is None:
            return report
        phases, error = item.stash[PHASES], call.excinfo.value if call.excinfo else None
        subtest = phases.is_subtest(call)
        phases.note_expected(report)
        if report.when == "call" and not subtest:
            error = _of_subtests(phases, report) or error
        if isinstance(error, NOT_ASKED):
            report.outcome, report.longrepr = "skipped", (str(item.path), item.location[1] or 0, f"Skipped: {error}")
        if isinstance(error, FatalProviderError):
            item.session.shouldstop = str(error)
        if subtest:
            self._hear_subtest(item, trial, report, error)
            return report
        if report.when == "teardown":
            payload = self._of_end(item, report, error)
        else:
            payload = self._of_phase(item, trial, report, error)
        if payload:
            setattr(report, PAYLOAD, payload)
        return report

    def _of_phase(
        self, item: pytest.Item, trial: Trial, report: pytest.TestReport, error: BaseException | None
    ) -> Mapping[str, Any]:
        phases, grade = item.stash[PHASES], _grade_of(item)
        counted = self._counted(trial, report, error, grade)
        quota = self._quota(item, trial, report, error)
        phases.heard(report, error)
        shown = str(grade) if grade else OverBudget.state if isinstance(error, OverBudget) else None
        usual = _usual(shown, phases.outcome)
        if counted is None and quota is None and error is None:
            return usual
        told: dict[str, Any] = dict(usual)
        if counted is not None and COUNTED_BY_GATE in counted:
            told[COUNTED] = counted
        if isinstance(error, NOT_ASKED):
            told["not_asked"] = str(error)
        elif trial.model is not None and (isinstance(error, OWN_SKIPS) or _expected_before_asking(item, report)):
            told["skipped"] = skip_note(trial)
        if quota is not None:
            told["quota"] = {
                **quota,
                "ended": phases.outcome in ("passed", "failed"),
                "passed": phases.outcome == "passed",
            }
        return told

    def _hear_subtest(
        self, item: pytest.Item, trial: Trial, report: pytest.TestReport, error: BaseException | None
    ) -> None:
        """Take in what becomes of a subtest, which is no trial; where its failure is allowed, the test bears it.

        In a fixture it is no word of the test on the answer, and fails the run as a fixture does.
        """
        phases, said = item.stash[PHASES], report.longrepr
        if report.failed and phases.in_body:
            self._counted(trial, report, error, _grade_of(item))
            self._quota(item, trial, report, error)
            if not report.failed:
                phases.allowed = phases.allowed or said
        phases.heard_subtest(report, error)

    def _counted(
        self, trial: Trial, report: pytest.TestReport, error: BaseException | None, grade: Grade | None
    ) -> str | None:
        if not report.failed:
            return None
        right = grade is not None and grade.level == "fully_correct"
        why = self._counting.of_failure(trial, error, right=right, in_call=report.when == "call")
        if why is not None:
            tolerate(report, why)
        return why

    def _quota(
        self, item: pytest.Item, trial: Trial, report: pytest.TestReport, error: BaseException | None
    ) -> dict[str, Any] | None:
        if trial.spec.require is None or report.when != "call":
            return None
        note = quota_note(item, trial, self._counting)
        if note is not None and report.failed and not isinstance(error, InfrastructureError):
            tolerate(report, allowance(note))
        return note

    def _of_end(self, item: pytest.Item, report: pytest.TestReport, error: BaseException | None) -> Mapping[str, Any]:
        self._under_way = None
        run, phases = item.stash.get(RUN, None), item.stash[PHASES]
        phases.heard(report, error)
        if run is None or (phases.outcome == "skipped" and not run.calls):
            return {}
        record = make_record(run, phases, name_of(item), self._facts, test_case=test_case_of(item))
        report.user_properties.extend(junit_properties(record))
        del item.stash[RUN]
        if self._desk is None:
            return {"record": record_as_json(record)}
        self._desk.hand_in(record)
        return _usual(None, phases.outcome)

    def pytest_sessionfinish(self) -> None:
        """Record the trial whose test had ended, and was told, when Ctrl-C came before its teardown."""
        item = self._under_way
        if item is None or self._desk is None or RUN not in item.stash or not item.stash[PHASES].called:
            return
        run, phases = item.stash[RUN], item.stash[PHASES]
        self._desk.hand_in(make_record(run, phases, name_of(item), self._facts, test_case=test_case_of(item)))


def _of_subtests(phases: Phases, report: pytest.TestReport) -> BaseException | None:
    """Make the report of a test tell what its subtests kept to themselves; return what was raised there."""
    if phases.not_asked is None and report.passed and phases.allowed is not None:
        report.outcome, report.longrepr = "failed", phases.allowed
        return phases.error
    return phases.not_asked


def _expected_before_asking(item: pytest.Item, report: pytest.TestReport) -> bool:
    """Tell whether an ``xfail`` expects what broke before anything was asked, so that there will be no record."""
    return report.skipped and hasattr(report, "wasxfail") and RUN not in item.stash


def _grade_of(item: pytest.Item) -> Grade | None:
    run = item.stash.get(RUN, None)
    return run.asked.grade if run is not None and run.asked else None


@cache
def _usual(grade: str | None, outcome: Outcome) -> Mapping[str, Any]:
    """Return what there is to tell of a phase in which nothing special happened; thousands of reports share it."""
    return {"grade": grade, "outcome": outcome}
