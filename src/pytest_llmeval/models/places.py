"""Places for calls in flight that several processes of one run share."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

PAUSE_S = 0.01
"""How long a process waits before it looks again; calls take a hundred times as long."""


class SharedPlaces:
    """Fewer places than there are processes, so that each holds at most one, and none while others hold them all.

    A place is a locked file: it is free again when its process ends, however it ends. Entered with ``async with``, on
    one event loop only.

    Args:
        folder: Where the files are; made where there is none. Every process of the run is told the same.
        number: How many places there are, at least 1.
        sleep: Waits.
    """

    def __init__(self, folder: Path, number: int, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._files = [os.open(folder / str(one), os.O_RDWR | os.O_CREAT, 0o600) for one in range(number)]
        self._sleep = sleep
        self._turn = asyncio.Lock()
        self._held = -1

    async def __aenter__(self) -> None:
        await self._turn.acquire()
        try:
            while not self._take():
                await self._sleep(PAUSE_S)
        except BaseException:
            self._turn.release()
            raise

    async def __aexit__(self, *_: object) -> None:
        fcntl.flock(self._held, fcntl.LOCK_UN)
        self._turn.release()

    def _take(self) -> bool:
        for file in self._files:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            self._held = file
            return True
        return False
