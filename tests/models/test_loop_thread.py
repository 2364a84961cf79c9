import asyncio
import contextvars
import threading
from collections.abc import Iterator

import pytest

from pytest_llmeval.models.loop_thread import LoopThread, run_in_thread


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    thread = LoopThread()
    yield thread
    thread.stop()


async def thread_name() -> str:
    return threading.current_thread().name


def test_work_runs_on_the_loops_own_thread(loop: LoopThread) -> None:
    assert loop.run(thread_name()) == "llm-eval-loop"
    assert not loop.is_current


def test_coroutine_of_another_loop_can_join_in(loop: LoopThread) -> None:
    assert asyncio.run(loop.join(thread_name())) == "llm-eval-loop"


def test_coroutine_of_the_same_loop_joins_directly(loop: LoopThread) -> None:
    async def outer() -> str:
        return await loop.join(thread_name())

    assert loop.run(outer()) == "llm-eval-loop"


def test_error_of_the_work_reaches_the_caller(loop: LoopThread) -> None:
    async def fail() -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        loop.run(fail())


def test_stop_cancels_what_is_under_way_and_joins_the_thread() -> None:
    loop, seen = LoopThread(), []

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    loop.submit(endless())
    loop.stop()
    loop.stop()
    assert seen == ["cancelled"]
    assert not loop.alive
    assert "llm-eval-loop" not in [thread.name for thread in threading.enumerate() if thread.is_alive()]


def test_blocking_function_runs_in_a_daemon_thread_with_the_callers_context(loop: LoopThread) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")

    def look(prefix: str) -> tuple[str, bool]:
        return prefix + variable.get(), threading.current_thread().daemon

    async def outer() -> tuple[str, bool]:
        variable.set("set")
        return await run_in_thread(look, "it is ")

    assert loop.run(outer()) == ("it is set", True)


@pytest.mark.parametrize(("raised", "seen"), [(ValueError("bad"), ValueError), (StopIteration(3), RuntimeError)])
def test_error_of_a_blocking_function_reaches_the_awaiter(
    loop: LoopThread, raised: Exception, seen: type[Exception]
) -> None:
    def fail() -> None:
        raise raised

    with pytest.raises(seen):
        loop.run(run_in_thread(fail))


def test_blocking_function_that_outlives_the_loop_harms_nobody() -> None:
    loop, begun, release, ended = LoopThread(), threading.Event(), threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        release.wait(5)
        ended.set()

    loop.submit(run_in_thread(slow))
    begun.wait(5)
    loop.stop()
    release.set()
    assert ended.wait(5)
