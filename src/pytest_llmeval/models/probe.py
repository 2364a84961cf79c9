"""The first call to a model goes alone, so that a wrong key costs one call and not a whole window of them."""

from __future__ import annotations

import asyncio
from types import TracebackType

from pytest_llmeval.errors import FatalProviderError


class Probe:
    """Lets one caller through until one has come back; then everybody, unless that one met a fatal error.

    Made by the gateway for each model; used on the loop only, as ``async with probe: ...``.
    """

    def __init__(self) -> None:
        self._open = False
        self._turn = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None
        self._fatal: FatalProviderError | None = None

    async def __aenter__(self) -> None:
        if not self._open:
            await self._turn.acquire()
            self._holder = asyncio.current_task()
            if self._open or self._fatal:
                self._let_next()
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

    def _let_next(self) -> None:
        self._holder = None
        self._turn.release()
