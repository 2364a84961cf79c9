import asyncio
import gc
import threading
import weakref
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import CancelledError
from typing import Any

import pytest

from pytest_llmeval.models.loop_thread import LoopThread
from pytest_llmeval.models.run_ahead import Job, RunAhead


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    thread = LoopThread()
    yield thread
    thread.stop()


class Kitchen:
    """Jobs that note when they begin and end, and wait where they are told to."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.most_at_once = 0
        self._at_once = 0
        self.gate = threading.Event()
        self.someone_began = threading.Event()

    def job(self, number: int, *, held: bool = False) -> Job[int]:
        async def work() -> int:
            self.begun.append(number)
            self.someone_began.set()
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            while held and not self.gate.is_set():
                await asyncio.sleep(0.001)
            await asyncio.sleep(0)
            self._at_once -= 1
            return number

        return Job(work)


def test_hinted_jobs_begin_in_order_and_within_the_limit(loop: LoopThread) -> None:
    kitchen, ahead = Kitchen(), RunAhead(loop, 3)
    jobs = [kitchen.job(number) for number in range(20)]
    ahead.hint(jobs)
    assert [ahead.result(job) for job in jobs] == list(range(20))
    assert kitchen.begun == list(range(20))
    assert kitchen.most_at_once == 3


def test_job_without_a_hint_is_done_on_demand(loop: LoopThread) -> None:
    kitchen = Kitchen()
    assert RunAhead(loop, 1).result(kitchen.job(7)) == 7


def test_demand_goes_before_hints_that_have_not_begun(loop: LoopThread) -> None:
    kitchen, ahead = Kitchen(), RunAhead(loop, 1)
    first, later, wanted = kitchen.job(1, held=True), kitchen.job(2), kitchen.job(3)
    ahead.hint([first, later])
    threading.Timer(0.05, kitchen.gate.set).start()
    assert ahead.result(wanted) == 3
    assert ahead.result(later) == 2
    assert kitchen.begun == [1, 3, 2]


def test_job_is_done_once_however_often_it_is_hinted_and_wanted(loop: LoopThread) -> None:
    kitchen, ahead = Kitchen(), RunAhead(loop, 2)
    job = kitchen.job(1)
    ahead.hint([job, job])
    ahead.hint([job])
    assert [ahead.result(job), ahead.result(job)] == [1, 1]
    assert kitchen.begun == [1]


def test_error_of_a_job_is_raised_where_it_is_wanted_and_stops_no_other(loop: LoopThread) -> None:
    async def fail() -> int:
        raise LookupError("burnt")

    kitchen, ahead = Kitchen(), RunAhead(loop, 1)
    bad, good = Job(fail), kitchen.job(1)
    ahead.hint([bad, good])
    with pytest.raises(LookupError, match="burnt"):
        ahead.result(bad)
    assert ahead.result(good) == 1


def test_stop_cancels_what_runs_and_what_waits(loop: LoopThread) -> None:
    kitchen, ahead = Kitchen(), RunAhead(loop, 1)
    running, waiting, unhinted = kitchen.job(1, held=True), kitchen.job(2), kitchen.job(3)
    ahead.hint([running, waiting])
    assert kitchen.someone_began.wait(5)
    ahead.stop()
    ahead.stop()
    ahead.hint([unhinted])
    for job in (running, waiting, unhinted):
        with pytest.raises(CancelledError):
            ahead.result(job)
    assert kitchen.begun == [1]


def test_withdrawn_job_is_passed_over(loop: LoopThread) -> None:
    kitchen, ahead = Kitchen(), RunAhead(loop, 1)
    first, second, third = kitchen.job(1, held=True), kitchen.job(2), kitchen.job(3)
    ahead.hint([first, second, third])
    assert kitchen.someone_began.wait(2)
    second.withdraw()
    kitchen.gate.set()
    assert ahead.result(third) == 3
    assert kitchen.begun == [1, 3]


def test_work_that_cannot_even_begin_is_an_error_of_its_job_alone(loop: LoopThread) -> None:
    def fail() -> Coroutine[Any, Any, int]:
        raise LookupError("no pan")

    kitchen, ahead = Kitchen(), RunAhead(loop, 1)
    bad, good = Job(fail), kitchen.job(1)
    ahead.hint([bad, good])
    with pytest.raises(LookupError, match="no pan"):
        ahead.result(bad)
    assert ahead.result(good) == 1


class Impatient(LoopThread):
    """Does on its own thread at once what else waits for its turn, so that no step of a task comes in between."""

    def call_soon(self, function: Callable[..., object], *args: object) -> None:
        if self.is_current:
            function(*args)
        else:
            super().call_soon(function, *args)


def test_job_that_was_stopped_before_its_first_step_leaves_nobody_waiting() -> None:
    loop = Impatient()
    kitchen, ahead = Kitchen(), RunAhead(loop, 1)
    job = kitchen.job(1)

    async def hint_and_stop() -> None:
        ahead.hint([job])
        assert job.begun
        ahead.stop()

    try:
        loop.run(hint_and_stop())
        with pytest.raises(CancelledError):
            job.future.result(timeout=5)
    finally:
        loop.stop()
    assert kitchen.begun == []


def test_done_job_does_not_hold_what_made_it(loop: LoopThread) -> None:
    """Trials hold their jobs; as circles they would all wait for the garbage collector."""

    class Cook:
        def __init__(self) -> None:
            self.job = Job(self.work)

        async def work(self) -> int:
            return 1

    cook, ahead = Cook(), RunAhead(loop, 1)
    ahead.hint([cook.job])
    assert ahead.result(cook.job) == 1
    loop.run(asyncio.sleep(0))  # the task ends a step after its result is known
    gone = weakref.ref(cook)
    gc.disable()
    try:
        del cook
        assert gone() is None
    finally:
        gc.enable()
