"""Looking ahead: in the session's list, and in a worker's queue from which items are taken away again."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from pytest_llmeval.models.run_ahead import Job
from pytest_llmeval.plugin.items import RUN
from pytest_llmeval.plugin.upcoming import SessionOrder, Upcoming, WorkerQueue, give_up
from tests.plugin.conftest import Project


class Queue:
    """The part of xdist's queue that is used."""

    def __init__(self, indices: Sequence[int]) -> None:
        self._indices = deque(indices)
        self._lock = threading.Lock()

    @contextmanager
    def lock(self) -> Iterator[deque[int]]:
        with self._lock:
            yield self._indices


class Interactor:
    """The part of xdist's worker that is used."""

    def __init__(self, indices: Sequence[int]) -> None:
        self.torun = Queue(indices)
        self.given_back: list[list[int]] = []

    def steal(self, indices: Sequence[int]) -> None:
        self.given_back.append(list(indices))


ITEMS: list[Any] = [f"item {number}" for number in range(100)]


def named(upcoming: Upcoming, at: int, nextitem: Any, window: int) -> list[Any]:
    return list(upcoming.after(ITEMS[at], nextitem, window))


def test_session_order_names_each_item_once_beginning_with_the_first() -> None:
    order = SessionOrder(ITEMS)
    assert [item for at in range(100) for item in named(order, at, None, 40)] == ITEMS


def test_session_order_never_looks_further_than_the_window() -> None:
    order = SessionOrder(ITEMS)
    furthest = -1
    for at in range(100):
        furthest = max([furthest, *(ITEMS.index(item) for item in named(order, at, None, 8))])
        assert furthest <= at + 8


def test_worker_names_what_waits_in_its_queue_once() -> None:
    queue = WorkerQueue(ITEMS, Interactor([2, 3, 4]), lambda _item: True)
    assert named(queue, 0, ITEMS[1], 2) == ["item 0", "item 1", "item 2", "item 3"]
    assert named(queue, 1, ITEMS[2], 3) == ["item 1", "item 2", "item 4"]


def test_worker_gives_back_only_what_was_not_asked() -> None:
    interactor = Interactor([1, 2, 3, 4])
    asked: set[Any] = {"item 3"}
    queue = WorkerQueue(ITEMS, interactor, lambda item: item not in asked)
    named(queue, 0, None, 10)
    interactor.steal([2, 3, 4])
    interactor.steal([3])
    assert interactor.given_back == [[2, 4], []]
    assert named(queue, 1, None, 10) == ["item 1", "item 2", "item 4"]  # named anew: they may have come back


@pytest.mark.parametrize("interactor", [None, object()], ids=["none", "another version's"])
def test_worker_without_a_queue_that_can_be_read_knows_the_next_item(interactor: object) -> None:
    queue = WorkerQueue(ITEMS, interactor, lambda _item: True)
    assert named(queue, 0, ITEMS[1], 10) == ["item 0", "item 1"]
    assert named(queue, 1, None, 10) == ["item 1"]


class Waiting:
    """The part of an item and of its run that is used."""

    def __init__(self, *jobs: Job[Any]) -> None:
        self.stash = pytest.Stash()
        if jobs:
            self.job, self.body = (*jobs, None)[:2]
            self.stash[RUN] = self  # type: ignore[misc]  # the two jobs are all that is looked at


def job() -> Job[Any]:
    async def work() -> None: ...

    return Job(work)


def test_item_that_nobody_has_hinted_is_left() -> None:
    assert give_up(Waiting())  # type: ignore[arg-type]  # see there


def test_item_that_only_waits_is_left_and_never_begun() -> None:
    waiting = Waiting(first := job(), second := job())
    assert give_up(waiting)  # type: ignore[arg-type]
    assert (first.begun, second.begun) == (True, True)  # as far as running ahead knows
    assert RUN not in waiting.stash


def test_item_that_is_being_asked_is_kept() -> None:
    asked = job()
    asked.begun = True
    waiting = Waiting(asked, other := job())
    assert not give_up(waiting)  # type: ignore[arg-type]
    assert not other.begun
    assert RUN in waiting.stash


UNEVEN = """
import asyncio

@pytest.mark.llm_eval("questions.jsonl")
def test_fast(answer): ...

async def slow(entry, llm):
    await asyncio.sleep(0.05)
    return await llm.acomplete(entry.question)

@pytest.mark.llm_eval("questions.jsonl", task=slow)
def test_slow(answer): ...
"""


def test_work_that_is_stolen_is_not_asked_twice(project: Project) -> None:
    project.benchmark([{"id": str(number), "question": f"say: {number}"} for number in range(30)])
    project.evals(UNEVEN)
    project.run("-n2", "--dist=worksteal", "--llm-concurrency=4").assert_outcomes(passed=60)
    assert len(project.records()) == len(project.asked()) == 60
