"""The order of evals: what must pass comes first."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pytest_llmeval.plugin.items import trial_of


def guarded_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return items with the evals that must pass before the other evals; ordinary tests keep their places."""
    evals = [item for item in items if trial_of(item) is not None]
    ordered = iter(sorted(evals, key=lambda item: not _guarded(item)))  # sorting keeps the order of equals
    return [item if trial_of(item) is None else next(ordered) for item in items]


def _guarded(item: pytest.Item) -> bool:
    trial = trial_of(item)
    return trial is not None and trial.standing.guarded
