"""What the plugin keeps with a test item, and how it tells an eval from any other test."""

from __future__ import annotations

import pytest

from pytest_llmeval.plugin.parameter import value_of
from pytest_llmeval.plugin.recording import Phases
from pytest_llmeval.plugin.trial import Trial
from pytest_llmeval.plugin.trial_run import TrialRun
from pytest_llmeval.runs.record import Record

RUN = pytest.StashKey[TrialRun]()
"""The item's current attempt at its trial."""
PHASES = pytest.StashKey[Phases]()
"""What pytest has said of that attempt so far."""
FINISHED = pytest.StashKey[Record]()
"""The record of an item that a resumed run has already."""


def trial_of(item: pytest.Item) -> Trial | None:
    """Return the trial of an eval's item, None for any other item."""
    trial: Trial | None = value_of(item)
    return trial
