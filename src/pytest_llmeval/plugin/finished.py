"""Telling again how a trial ended that a resumed run has already, without running its test."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from pytest_llmeval.analysis.verdicts import SAYS_NOTHING
from pytest_llmeval.plugin.counting import COUNTED, COUNTED_BY_GATE, Counting, tolerate
from pytest_llmeval.plugin.items import trial_of
from pytest_llmeval.plugin.quotas import allowance, quota_note
from pytest_llmeval.plugin.recording import is_model_failure
from pytest_llmeval.plugin.skips import skip_note
from pytest_llmeval.plugin.trial import Trial
from pytest_llmeval.plugin.workers import PAYLOAD
from pytest_llmeval.runs.record import Record

SKIPPED = "Skipped: as before this run was resumed"


def tell_finished(item: pytest.Item, record: Record, counting: Counting, nextitem: pytest.Item | None) -> None:
    """Report an item as its record has it, so that the end of the run counts all of it.

    Args:
        item: An eval's.
        record: What became of it.
        counting: Knows whether its failure fails the run.
        nextitem: The one that comes after it.
    """
    hook = item.ihook
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for when in ("setup", "call"):
        hook.pytest_runtest_logreport(report=_report(item, record, when, counting))
    hook.pytest_runtest_logreport(report=_torn_down(item, nextitem))
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)


def _torn_down(item: pytest.Item, nextitem: pytest.Item | None) -> pytest.TestReport:
    """Take down what an item before this one set up and the next one does not share, as pytest does after each item."""
    state = item.session._setupstate  # private, but the hook of the teardown is for items that were set up
    stopping = (pytest.exit.Exception, KeyboardInterrupt)
    call = pytest.CallInfo.from_call(lambda: state.teardown_exact(nextitem), "teardown", reraise=stopping)
    return pytest.TestReport.from_item_and_call(item, call)


def _report(item: pytest.Item, record: Record, when: Literal["setup", "call"], counting: Counting) -> pytest.TestReport:
    report = pytest.TestReport(
        nodeid=item.nodeid,
        location=item.location,
        keywords=dict.fromkeys(item.keywords, 1),
        outcome="passed",
        longrepr=None,
        when=when,
    )
    trial = trial_of(item)
    if when == "call" and trial is not None:
        grade = record.grade or (record.outcome if is_model_failure(record.outcome) else None)
        told: dict[str, Any] = {"grade": grade, "outcome": record.outcome}
        if record.outcome == "skipped":
            report.outcome, report.longrepr = "skipped", (str(item.path), item.location[1] or 0, SKIPPED)
            told["skipped"] = skip_note(trial, recorded=True)
        elif record.xfail is not None:
            tolerate(report, record.xfail)
        elif record.outcome not in ("passed", None):
            report.outcome, report.longrepr = "failed", _why(record)
            told |= _counted(report, trial, record, counting)
        setattr(report, PAYLOAD, told | _quota(report, item, trial, record, counting))
    return report


def _counted(report: pytest.TestReport, trial: Trial, record: Record, counting: Counting) -> dict[str, Any]:
    right, in_call = record.grade == "fully_correct", record.outcome != "error"
    why = (
        counting.of_unscored(trial)
        if record.outcome == "unscored" or (record.outcome == "error" and record.unmeasured)
        else counting.of_failure(trial, None, right=right, in_call=in_call)
    )
    if why is None:
        return {}
    tolerate(report, why)
    return {COUNTED: why} if COUNTED_BY_GATE in why else {}


def _quota(
    report: pytest.TestReport, item: pytest.Item, trial: Trial, record: Record, counting: Counting
) -> dict[str, Any]:
    """Return what the report tells of the sample's quota, and allow a failure that the quota is for."""
    note = quota_note(item, trial, counting)
    if note is None:
        return {}
    ended = record.outcome is not None and record.outcome not in SAYS_NOTHING
    if report.failed and ended:
        tolerate(report, allowance(note))
    return {"quota": {**note, "ended": ended, "passed": record.outcome == "passed"}}


def _why(record: Record) -> str:
    told = [f"{record.outcome} before this run was resumed"]
    told += [f"question: {record.question}", f"answer:   {record.answer}", f"notes:    {record.grading_notes}"]
    return "\n".join([*told, *([f"error:    {record.error}"] if record.error else [])])
