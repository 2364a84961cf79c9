"""What the plugin keeps with a test item, and how it tells an eval from any other test."""

from __future__ import annotations

import pytest

from pytest_llmeval.plugin.parameter import value_of
from pytest_llmeval.plugin.phases import Phases
from pytest_llmeval.plugin.trial import Trial
from pytest_llmeval.plugin.trial_run import TrialRun
from pytest_llmeval.runs.record import Record

RUN = pytest.StashKey[TrialRun]()
"""The item's current attempt at its trial."""
PHASES = pytest.StashKey[Phases]()
"""What pytest has said of that attempt so far."""
FINISHED = pytest.StashKey[Record]()
"""The record of an item that a resumed run has already."""


def name_of(item: pytest.Item) -> str:
    """Return an item's node id as it was collected.

    With pytest 8 ``--dist loadgroup`` writes the item's group behind it, in the workers alone.
    """
    return f"{item.parent.nodeid}::{item.name}" if item.parent is not None else item.nodeid


def test_case_of(item: pytest.Item) -> str | None:
    """Return what else an eval's test function is parametrized by, as its id has it; None where by nothing."""
    trial, callspec = trial_of(item), getattr(item, "callspec", None)
    return None if trial is None or callspec is None else without(trial.name, callspec.id)


def without(name: str, whole: str) -> str | None:
    """Take one of the parts of an item's id out of it, which pytest joins by hyphens; None where nothing is left.

    Example:
        >>> [without("q-1", one) for one in ("q-1", "q-1-short", "short-q-1", "de-q-1-short")]
        [None, 'short', 'short', 'de-short']
    """
    for part in (name, name.encode("unicode_escape").decode("ascii")):  # as pytest writes it unless told otherwise
        before, found, after = f"-{whole}-".partition(f"-{part}-")
        if found:
            return "-".join(filter(None, (before[1:], after[:-1]))) or None
    return whole


def trial_of(item: pytest.Item) -> Trial | None:
    """Return the trial of an eval's item, None for any other item."""
    trial: Trial | None = value_of(item)
    return trial
