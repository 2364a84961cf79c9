"""Telling again how a trial ended that a resumed run has already, without running its test."""

from __future__ import annotations

from typing import Literal

import pytest

from pytest_llmeval.errors import UnscoredError
from pytest_llmeval.plugin.counting import COUNTED, COUNTED_BY_GATE, Counting, tolerate
from pytest_llmeval.plugin.items import trial_of
from pytest_llmeval.plugin.recording import is_model_failure
from pytest_llmeval.plugin.workers import PAYLOAD
from pytest_llmeval.runs.record import Record


def tell_finished(item: pytest.Item, record: Record, counting: Counting) -> None:
    """Report an item as its record has it, so that the end of the run counts all of it.

    Args:
        item: An eval's.
        record: What became of it.
        counting: Knows whether its failure fails the run.
    """
    hook = item.ihook
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for when in ("setup", "call", "teardown"):
        hook.pytest_runtest_logreport(report=_report(item, record, when, counting))
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)


def _report(
    item: pytest.Item, record: Record, when: Literal["setup", "call", "teardown"], counting: Counting
) -> pytest.TestReport:
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
        told: dict[str, str | None] = {"grade": grade, "outcome": record.outcome}
        why = _counted(item, record, counting) if failed else None
        if why is not None:
            tolerate(report, why)
            told |= {COUNTED: why} if COUNTED_BY_GATE in why else {}
        setattr(report, PAYLOAD, told)
    return report


def _counted(item: pytest.Item, record: Record, counting: Counting) -> str | None:
    trial = trial_of(item)
    error = UnscoredError() if record.outcome in ("error", "unscored") else None
    right = record.grade == "fully_correct"
    return counting.of_failure(trial, error, right=right, in_call=True) if trial is not None else None


def _why(record: Record) -> str:
    told = [f"{record.outcome} before this run was resumed"]
    told += [f"question: {record.question}", f"answer:   {record.answer}", f"notes:    {record.grading_notes}"]
    return "\n".join([*told, *([f"error:    {record.error}"] if record.error else [])])
