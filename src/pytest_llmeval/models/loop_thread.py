"""One event loop in a thread of its own, on which every call of a session is made."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """Made by the eval session before the first call, started at once, stopped and joined when the session ends.

    Work arrives from any thread by `submit`, `run` and `call_soon`; after `stop` nothing more is taken.
    """

    def __init__(self, name: str = "llm-eval-loop") -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    @property
    def is_current(self) -> bool:
        """Tell whether the caller already runs on this loop's thread."""
        return threading.current_thread() is self._thread

    @property
    def alive(self) -> bool:
        """Tell whether work is still taken."""
        return not self._loop.is_closed()

    def submit(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Start a coroutine on the loop and return its future, for use from other threads."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and wait for it, from another thread; Ctrl-C ends the waiting and the work."""
        future = self.submit(work)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    async def join(self, work: Coroutine[Any, Any, T]) -> T:
        """Await work of this loop from a coroutine of any loop."""
        if self.is_current:
            return await work
        return await asyncio.wrap_future(self.submit(work))

    def call_soon(self, function: Callable[..., object], *args: object) -> None:
        """Have a plain function called on the loop."""
        self._loop.call_soon_threadsafe(function, *args)

    def stop(self) -> None:
        """Cancel what is under way, close the loop and join its thread; calling it again does nothing."""
        if not self.alive:
            return
        asyncio.run_coroutine_threadsafe(self._wind_down(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _wind_down(self) -> None:
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        await self._loop.shutdown_asyncgens()


async def run_in_thread(function: Callable[..., T], *args: object) -> T:
    """Call a blocking function in a daemon thread of its own and await what it returns.

    Unlike an executor's, the thread is not joined when the interpreter exits: a user's function that hangs cannot hold
    up the end of the run.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()
    context = contextvars.copy_context()

    def tell(setter: Callable[[Any], None], value: object) -> None:
        if not future.done():
            setter(value)

    def work() -> None:
        try:
            outcome, setter = context.run(function, *args), future.set_result
        except BaseException as error:
            outcome, setter = _crossable(error), future.set_exception  # type: ignore[assignment]
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell, setter, outcome)

    threading.Thread(target=work, name=f"llm-eval-{getattr(function, '__name__', 'task')}", daemon=True).start()
    return await future


def _crossable(error: BaseException) -> BaseException:
    """A future cannot carry StopIteration; give it in a shape that can."""
    return RuntimeError(f"raised {error!r}") if isinstance(error, StopIteration) else error
