"""Entries in quarantine, known to fail for the time being, and those among them that are right again."""

from __future__ import annotations

from pytest_llmeval.analysis.verdicts import success_of
from pytest_llmeval.runs.record import Record


class Quarantine:
    """Fed record by record."""

    def __init__(self) -> None:
        self._right: dict[str, bool] = {}

    def add(self, record: Record) -> bool:
        """Take in one more record, and tell whether it is of an entry in quarantine; others change nothing."""
        if record.quarantined_until is None:
            return False
        before = self._right.get(record.question_id, True)
        self._right[record.question_id] = before and success_of(record) is True
        return True

    @property
    def entries(self) -> tuple[str, ...]:
        """Return the entries, in order of first appearance."""
        return tuple(self._right)

    @property
    def recovered(self) -> tuple[str, ...]:
        """Return those of which every trial was right; an error or an answer without a verdict is not."""
        return tuple(entry for entry, right in self._right.items() if right)
