"""Trials that the suite skips by itself: its own choice, as with any test, and nothing that is missing from a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from pytest_llmeval.plugin.trial import Trial
from pytest_llmeval.runs.record import Record


def skip_note(trial: Trial, *, recorded: bool = False) -> dict[str, Any]:
    """Return what a report tells of a skip.

    Args:
        trial: What is skipped.
        recorded: Whether the run that is resumed has its record.
    """
    guarded = trial.entry.id if trial.standing.guarded else None
    return {"model": str(trial.model), "guarded": guarded, "recorded": recorded}


class Skips:
    """Belongs to the desk, and counts what was skipped by marks and by calls in fixtures and tests.

    Trials that were not asked for want of a model, a budget or an answer to replay are none of these.
    """

    def __init__(self) -> None:
        self.number = 0
        """How many trials were skipped."""
        self.without_record = 0
        """How many trials left no record, because of a skip or an ``xfail`` before anything was asked."""
        self.guarded: defaultdict[str, dict[str, None]] = defaultdict(dict)
        """Entries that must pass, and of which a trial was skipped, by model."""
        self._under_way: dict[str, Mapping[str, Any]] = {}

    def note(self, nodeid: str, told: Mapping[str, Any] | None) -> None:
        """Take note of what the report of a phase says of a skip."""
        if told is not None:
            self._under_way[nodeid] = told

    def note_end(self, nodeid: str, record: Record | None) -> None:
        """Take note that an item is over, with the record that it leaves."""
        told = self._under_way.pop(nodeid, None)
        if told is None:
            return
        self.without_record += record is None and not told["recorded"]
        if record is None or record.outcome == "skipped":
            self.number += 1
            if told["guarded"] is not None:
                self.guarded[told["model"]][told["guarded"]] = None
