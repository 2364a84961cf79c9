"""Which items come next: known from the session's list, or under xdist from the worker's own queue."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, Protocol

import pytest

from pytest_llmeval.plugin.items import RUN

PAUSE_S = 0.02
"""How long a worker that has nothing to give back lets the controller wait."""


class Upcoming(Protocol):
    """Tells what will run soon; asked each time an item starts."""

    def after(self, item: pytest.Item, nextitem: pytest.Item | None, window: int) -> Sequence[pytest.Item]:
        """Return up to `window` items from this one on, those not named before."""
        ...


class SessionOrder:
    """One process: the session's own list, from front to back."""

    def __init__(self, items: Sequence[pytest.Item]) -> None:
        self._items = items
        self._at = 0
        self._named = 0

    def after(self, item: pytest.Item, nextitem: pytest.Item | None, window: int) -> Sequence[pytest.Item]:  # noqa: ARG002  the port's arguments
        """Name the next items a quarter of the window at a time: each batch wakes the thread that asks."""
        self._at += 1
        end = min(self._at + window, len(self._items))
        if end - self._named < min(window // 4, len(self._items) - self._named):
            return ()
        batch = self._items[max(self._named, self._at - 1) : end]
        self._named = max(self._named, end)
        return batch


class WorkerQueue:
    """An xdist worker: the queue of indices that the controller has handed to it so far.

    The queue is xdist's own and no public interface; where it cannot be read, only the next item is known. With
    ``--dist worksteal`` the controller takes items back; those whose question is asked already stay, or another worker
    would ask it again.

    Args:
        items: What was collected, in the order of the indices.
        interactor: xdist's part in this worker.
        leave: Leaves an item to another process, and tells whether that could be.
    """

    def __init__(
        self, items: Sequence[pytest.Item], interactor: Any, leave: Callable[[pytest.Item], bool] | None = None
    ) -> None:
        self._items = items
        self._interactor = interactor
        self._leave = leave or give_up
        self._named: set[int] = set()
        self._steal: Callable[[Sequence[int]], None] | None = getattr(interactor, "steal", None)
        if self._steal is not None:
            interactor.steal = self._give_back

    def after(self, item: pytest.Item, nextitem: pytest.Item | None, window: int) -> Sequence[pytest.Item]:
        """Name this item, the next one, and what waits in the queue behind them."""
        try:
            with self._interactor.torun.lock() as queue:
                indices = [index for index in islice(queue, window) if isinstance(index, int)]
            new = [index for index in indices if index not in self._named]
            self._named.update(new)
            waiting = [self._items[index] for index in new]
        except (AttributeError, TypeError, IndexError):
            waiting = []
        return [item, *([nextitem] if nextitem is not None else []), *waiting]

    def _give_back(self, indices: Sequence[int]) -> None:
        """Give the controller those of the wanted items that nobody has asked about; called in xdist's own thread."""
        free = [index for index in indices if self._leave(self._items[index])]
        self._named.difference_update(free)
        if not free:
            time.sleep(PAUSE_S)  # the controller asks anew at once
        if self._steal is not None:
            self._steal(free)


def give_up(item: pytest.Item) -> bool:
    """Leave an item to another process, unless its question was asked; tell whether it is left."""
    run = item.stash.get(RUN, None)
    if run is None:
        return True
    jobs = [job for job in (run.job, run.body) if job is not None]
    if any(job.begun for job in jobs):
        return False
    for job in jobs:
        job.withdraw()
    del item.stash[RUN]
    return True


def upcoming_items(session: pytest.Session) -> Upcoming:
    """Choose how to look ahead in this process."""
    manager = session.config.pluginmanager
    interactor = next((plugin for plugin in manager.get_plugins() if hasattr(plugin, "torun")), None)
    if hasattr(session.config, "workerinput"):
        return WorkerQueue(session.items, interactor)
    return SessionOrder(session.items)
