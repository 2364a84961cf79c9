"""What of a run's evals is left out: collected, and yet not run."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from pytest_llmeval.benchmark.sampling import Shard, in_shard
from pytest_llmeval.plugin.items import name_of, trial_of


class LeftOut:
    """Told what collectors made and what was deselected; knows at the end what is missing from the run.

    Hearing of deselected items is not enough: ``--lf`` takes items out of what a file has collected, and a node id
    takes one of them, without a word to anybody.

    Args:
        shard: The part of the benchmarks that is run, where it is one of several.
    """

    def __init__(self, shard: Shard | None = None) -> None:
        self._shard = shard
        self._made: dict[str, set[str]] = {}
        """The items of each test function."""
        self._deselected: set[str] = set()
        self._of_others: set[str] = set()
        """The items of other shards, which run them or leave them out in their turn."""

    def note_made(self, items: Iterable[object]) -> None:
        """Take note of what a file or class holds, before anybody chooses among it."""
        for item in items:
            if isinstance(item, pytest.Item) and self._is_asked(item):
                self._made.setdefault(_function_of(item), set()).add(name_of(item))

    def note_deselected(self, items: Iterable[pytest.Item]) -> None:
        """Take note of what somebody has left out, and told so."""
        self._deselected.update(name_of(item) for item in items if self._is_asked(item))

    def told(self, selected: Iterable[pytest.Item], arguments: Iterable[str]) -> tuple[int, int]:
        """Return how many evals are left out, and how many of them are of other shards.

        Args:
            selected: The items that are run.
            arguments: What the command line names. Where it names single tests, functions that it does not name are no
                more left out than files it does not name.
        """
        kept = {name_of(item) for item in selected if self._is_asked(item)}
        names_tests = any("::" in one for one in arguments)
        known = kept | self._deselected
        missing = self._deselected - kept
        for made in self._made.values():
            if not names_tests or made & known:
                missing |= made - kept
        return len(missing), len(missing & self._of_others)

    def _is_asked(self, item: pytest.Item) -> bool:
        trial = trial_of(item)
        if trial is None or trial.model is None:
            return False
        if self._shard is not None and not in_shard(trial.origin.id, self._shard):
            self._of_others.add(name_of(item))
        return True


def _function_of(item: pytest.Item) -> str:
    name = getattr(item, "originalname", None) or item.name
    return f"{item.parent.nodeid if item.parent else ''}::{name}"


def files_skipped(config: pytest.Config) -> int:
    """Return how many files ``--lf`` passed over without collecting them; each may hold evals."""
    last_failed = config.pluginmanager.get_plugin("lfplugin")
    return int(getattr(last_failed, "_skipped_files", 0))
