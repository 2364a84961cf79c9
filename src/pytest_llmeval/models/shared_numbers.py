"""A few numbers that the processes of a run share."""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class SharedNumbers:
    """Numbers in one small file; whoever changes them by what they are holds its lock meanwhile.

    Args:
        path: The file; made where there is none. Every process of the run is told the same.
        layout: Of the numbers, as `struct` writes it.
    """

    def __init__(self, path: Path, layout: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._layout = struct.Struct(layout)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep all others out that hold the lock while they change the numbers."""
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def read(self) -> tuple[Any, ...]:
        """Return the numbers; none where nobody has written any."""
        told = os.pread(self._file, self._layout.size, 0)
        return self._layout.unpack(told) if len(told) == self._layout.size else ()

    def write(self, *numbers: float) -> None:
        """Put numbers in the place of those that are there."""
        os.pwrite(self._file, self._layout.pack(*numbers), 0)
