"""What of a run's evals is left out: collected, and yet not run."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from pytest_llmeval.plugin.items import trial_of


class LeftOut:
    """Told what collectors made and what was deselected; knows at the end what is missing from the run.

    Hearing of deselected items is not enough: ``--lf`` takes items out of what a file has collected, and a node id
    takes one of them, without a word to anybody.
    """

    def __init__(self) -> None:
        self._made: dict[str, set[str]] = {}
        """The items of each test function."""
        self._deselected: set[str] = set()

    def note_made(self, items: Iterable[object]) -> None:
        """Take note of what a file or class holds, before anybody chooses among it."""
        for item in items:
            if isinstance(item, pytest.Item) and _is_asked(item):
                self._made.setdefault(_function_of(item), set()).add(item.nodeid)

    def note_deselected(self, items: Iterable[pytest.Item]) -> None:
        """Take note of what somebody has left out, and told so."""
        self._deselected.update(item.nodeid for item in items if _is_asked(item))

    def number(self, selected: Iterable[pytest.Item], arguments: Iterable[str]) -> int:
        """Return how many evals are left out.

        Args:
            selected: The items that are run.
            arguments: What the command line names. Where it names single tests, functions that it does not name are no
                more left out than files it does not name.
        """
        kept = {item.nodeid for item in selected if _is_asked(item)}
        names_tests = any("::" in one for one in arguments)
        known = kept | self._deselected
        missing = self._deselected - kept
        for made in self._made.values():
            if not names_tests or made & known:
                missing |= made - kept
        return len(missing)


def _is_asked(item: pytest.Item) -> bool:
    trial = trial_of(item)
    return trial is not None and trial.model is not None


def _function_of(item: pytest.Item) -> str:
    name = getattr(item, "originalname", None) or item.name
    return f"{item.parent.nodeid if item.parent else ''}::{name}"


def files_skipped(config: pytest.Config) -> int:
    """Return how many files ``--lf`` passed over without collecting them; each may hold evals."""
    last_failed = config.pluginmanager.get_plugin("lfplugin")
    return int(getattr(last_failed, "_skipped_files", 0))
