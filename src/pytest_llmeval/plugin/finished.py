"""Telling again how a trial ended that a resumed run has already, without running its test."""

from __future__ import annotations

from typing import Literal

import pytest

from pytest_llmeval.plugin.recording import is_model_failure
from pytest_llmeval.plugin.workers import PAYLOAD
from pytest_llmeval.runs.record import Record


def tell_finished(item: pytest.Item, record: Record) -> None:
    """Report an item as its record has it, so that the end of the run counts all of it."""
    hook = item.ihook
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for when in ("setup", "call", "teardown"):
        hook.pytest_runtest_logreport(report=_report(item, record, when))
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)


def _report(item: pytest.Item, record: Record, when: Literal["setup", "call", "teardown"]) -> pytest.TestReport:
    failed = when == "call" and record.outcome not in ("passed", "skipped", None)
    report = pytest.TestReport(
        nodeid=item.nodeid,
        location=item.location,
        keywords=dict.fromkeys(item.keywords, 1),
        outcome="failed" if failed else "passed",
        longrepr=_why(record) if failed else None,
        when=when,
    )
    if when == "call":
        grade = record.grade or (record.outcome if is_model_failure(record.outcome) else None)
        setattr(report, PAYLOAD, {"grade": grade, "outcome": record.outcome})
    return report


def _why(record: Record) -> str:
    told = [f"{record.outcome} before this run was resumed"]
    told += [f"question: {record.question}", f"answer:   {record.answer}", f"notes:    {record.grading_notes}"]
    return "\n".join([*told, *([f"error:    {record.error}"] if record.error else [])])
