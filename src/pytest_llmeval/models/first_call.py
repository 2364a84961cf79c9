"""The first call to a model goes alone, so that a wrong key costs one call and not a whole window of them."""

from __future__ import annotations

import asyncio
from types import TracebackType

from pytest_llmeval.errors import FatalProviderError

PATIENCE_S = 1.0
"""How long the others wait for it: a provider refuses a key at once, while an answer may take half a minute."""


class FirstCall:
    """Lets one caller through until it has come back or is slow; then everybody, unless it met a fatal error.

    Made by the gateway for each model; used on the loop only, as ``async with first_call: ...``.

    Args:
        patience_s: Seconds after which the others go as well.
    """

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._open = False
        self._turn = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._fatal: FatalProviderError | None = None

    async def __aenter__(self) -> None:
        if not self._open:
            await self._turn.acquire()
            self._holder = asyncio.current_task()
            if self._open or self._fatal:
                self._let_next()
            else:
                self._timer = asyncio.get_running_loop().call_later(self._patience_s, self._lose_patience)
        if self._fatal:
            raise self._fatal

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, FatalProviderError):
            self._fatal = error
        elif not isinstance(error, asyncio.CancelledError):
            self._open = True
        if self._holder is asyncio.current_task():
            self._let_next()

    def _lose_patience(self) -> None:
        self._open = True
        self._let_next()

    def _let_next(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._holder = None
        self._turn.release()
