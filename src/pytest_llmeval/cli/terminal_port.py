"""What grading sessions are shown on and steered by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pytest_llmeval.reports.lines import Line

CLOSED = ""
"""What `Terminal.key` gives where no key can come any more."""


class Terminal(Protocol):
    """A screen, single keys, and a line of text now and then."""

    @property
    def width(self) -> int:
        """Columns, now."""
        ...

    @property
    def height(self) -> int:
        """Lines, now."""
        ...

    def show(self, lines: Sequence[Line]) -> None:
        """Clear the screen and show these; the cursor stays behind the last."""
        ...

    def key(self) -> str:
        """Wait for a key: its character, or a name such as ``left``; `CLOSED` at the end."""
        ...

    def ask(self, prompt: str) -> str | None:
        """Ask for a line of text below what is shown; None at the end."""
        ...
