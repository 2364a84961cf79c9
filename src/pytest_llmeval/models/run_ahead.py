"""Running ahead: work that will be needed is begun before it is asked for, within one budget."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Generic, TypeVar

from pytest_llmeval.models.loop_thread import LoopThread

T = TypeVar("T")


class Job(Generic[T]):
    """One piece of work, done at most once: made by whoever needs it, begun by a hint or by the first demand.

    Args:
        work: Makes the coroutine when the job begins.
    """

    __slots__ = ("begun", "future", "work")

    def __init__(self, work: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self.work = work
        self.future: concurrent.futures.Future[T] = concurrent.futures.Future()
        self.begun = False

    def take_work(self) -> Callable[[], Coroutine[Any, Any, T]]:
        """Return what makes the work, and let go of it: most often it holds this job."""
        work, self.work = self.work, _taken
        return work

    def withdraw(self) -> None:
        """Keep the job from being begun by a hint; nobody may wait for it any more."""
        self.begun = True


class RunAhead:
    """Does jobs on the loop, at most `limit` at a time, in the order of the hints.

    A hint is only a hint: `result` of a job that was never hinted begins it at the next free place. After `stop`, jobs
    that were hinted and not begun are cancelled.
    """

    def __init__(self, loop: LoopThread, limit: int) -> None:
        self._loop = loop
        self._limit = limit
        self._waiting: deque[Job[Any]] = deque()
        self._running: dict[asyncio.Task[None], Job[Any]] = {}
        self._stopped = False

    def hint(self, jobs: Iterable[Job[Any]]) -> None:
        """Begin these jobs when there is room, in this order, after those hinted before."""
        batch = list(jobs)
        if batch and not self._stopped:
            self._loop.call_soon(self._take, batch)

    def result(self, job: Job[T]) -> T:
        """Wait for a job and return what it made, or raise what it raised.

        Raises:
            concurrent.futures.CancelledError: Where running ahead was stopped before the job was done.
        """
        if not job.begun:
            if self._stopped:
                job.future.cancel()
            else:
                self._loop.call_soon(self._take_first, job)
        return job.future.result()

    def stop(self) -> None:
        """Begin nothing more, and cancel what is under way."""
        if not self._stopped and self._loop.alive:
            self._stopped = True
            self._loop.call_soon(self._cancel_all)

    def _take(self, batch: list[Job[Any]]) -> None:
        self._waiting.extend(batch)
        self._pump()

    def _take_first(self, job: Job[Any]) -> None:
        self._waiting.appendleft(job)
        self._pump()

    def _pump(self) -> None:
        while self._waiting and len(self._running) < self._limit and not self._stopped:
            job = self._waiting.popleft()
            if not job.begun:
                self._begin(job)

    def _begin(self, job: Job[Any]) -> None:
        job.begun = True
        task = asyncio.get_running_loop().create_task(_do(job))
        self._running[task] = job
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        job = self._running.pop(task)
        if not job.future.done():  # cancelled before its first step
            job.future.cancel()
        self._pump()

    def _cancel_all(self) -> None:
        for job in self._waiting:
            job.future.cancel()
        self._waiting.clear()
        for task in self._running:
            task.cancel()


def _taken() -> Coroutine[Any, Any, Any]:
    raise RuntimeError("a job is done at most once")


async def _do(job: Job[Any]) -> None:
    try:
        job.future.set_result(await job.take_work()())
    except asyncio.CancelledError:
        job.future.cancel()
    except BaseException as error:
        job.future.set_exception(error)
