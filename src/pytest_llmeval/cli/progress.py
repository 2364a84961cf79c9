"""How far a command has come."""

from __future__ import annotations

import sys


class Progress:
    """Tells how far a command has come: a line that is written over on a terminal, nothing anywhere else.

    Args:
        what: What it does.
        total: How many steps there are; None where nobody knows.
    """

    def __init__(self, what: str, total: int | None = None) -> None:
        self._what = what
        self._of = "" if total is None else f" of {total:,}"
        self._done = 0
        self._shown = sys.stderr.isatty()

    def step(self, times: int = 1) -> None:
        """Count one more, or several."""
        self._done += times
        if self._shown:
            sys.stderr.write(f"\r{self._what} {self._done:,}{self._of}")
            sys.stderr.flush()

    def end(self) -> None:
        """Leave the line."""
        if self._shown and self._done:
            sys.stderr.write("\n")
