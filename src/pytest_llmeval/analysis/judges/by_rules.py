"""What rules alone made of an answer, whatever a judge said."""

from __future__ import annotations

from pytest_llmeval.analysis.verdicts import success_of
from pytest_llmeval.runs.record import Record


def solved_by_rules(record: Record) -> bool | None:
    """Tell whether rules found an answer right, whatever a judge made of it; None where no rule has a verdict."""
    rules = [one for one in record.scores if one.kind == "verifiable"]
    is_judged = record.judge is not None and record.judge.has_judged
    if not is_judged and (rules or not record.scores):
        return success_of(record)
    checked = [one.passed for one in rules if one.passed is not None]
    if rules and not checked and record.outcome in ("unextractable", "truncated", "filtered", "over_budget"):
        return False
    return all(checked) if checked and record.outcome not in ("error", "skipped") else None
