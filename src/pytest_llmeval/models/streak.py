"""How many calls failed one after another: one count for the whole run, however many processes work for it."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from pytest_llmeval.models.shared_numbers import SharedNumbers


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

    def __init__(self, path: Path) -> None:
        self._numbers = SharedNumbers(path, "<q")

    def failed(self) -> int:
        """Count one more failure of any process."""
        with self._numbers.locked():
            length: int = sum(self._numbers.read()) + 1
            self._numbers.write(length)
        return length

    def ended(self) -> None:
        """Begin anew for all processes."""
        if any(self._numbers.read()):  # most calls succeed after others that did: nothing to write, no lock to wait for
            self._numbers.write(0)
