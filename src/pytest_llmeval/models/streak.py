"""How many calls failed one after another: one count for the whole run, however many processes work for it."""

from __future__ import annotations

import fcntl
import os
import struct
from pathlib import Path
from typing import Protocol


class Streak(Protocol):
    """Counts failures between two successes."""

    def failed(self) -> int:
        """Count one more failure, and return how many there are in a row now."""
        ...

    def ended(self) -> None:
        """Begin anew, as a call has succeeded."""
        ...


class OwnStreak:
    """The count of a run that has one process."""

    def __init__(self) -> None:
        self._length = 0

    def failed(self) -> int:
        """Count one more failure."""
        self._length += 1
        return self._length

    def ended(self) -> None:
        """Begin anew."""
        self._length = 0


class SharedStreak:
    """The count of a run with several processes: one number in a small file, changed under its lock.

    Args:
        path: The file; made where there is none. Every worker of the run is told the same.
    """

    LAYOUT = struct.Struct("<q")

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def failed(self) -> int:
        """Count one more failure of any process."""
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            length = self._length() + 1
            os.pwrite(self._file, self.LAYOUT.pack(length), 0)
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        return length

    def ended(self) -> None:
        """Begin anew for all processes."""
        if self._length():  # most calls succeed after others that did: nothing to write, and no lock to wait for
            os.pwrite(self._file, self.LAYOUT.pack(0), 0)

    def _length(self) -> int:
        told = os.pread(self._file, self.LAYOUT.size, 0)
        return int(self.LAYOUT.unpack(told)[0]) if len(told) == self.LAYOUT.size else 0
