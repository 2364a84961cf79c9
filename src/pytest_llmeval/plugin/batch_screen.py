"""What the terminal shows while batches are waited for."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from pytest_llmeval.models.batches.waiting import Progress
from pytest_llmeval.reports.batch_lines import progress_text
from pytest_llmeval.reports.lines import safe, shortened

BETWEEN_LINES_S = 30.0
"""Where lines stay, as in a CI log, not every poll gets one."""


class BatchScreen:
    """Lives while batches are dealt with: one line that is written over on a terminal, few lines elsewhere.

    Args:
        terminal: Where it is shown; None where pytest has none.
        width: Columns of the terminal.
        ascii_only: Whether the terminal's encoding has no more than ASCII.
        clock: Seconds, monotonic.
    """

    def __init__(
        self,
        terminal: pytest.TerminalReporter | None,
        *,
        width: int,
        ascii_only: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._terminal = terminal
        self._width = width
        self._ascii_only = ascii_only
        self._clock = clock
        self._is_rewriting = False
        self._last: float | None = None

    def say(self, text: str) -> None:
        """Print a line that stays."""
        if self._terminal is not None:
            self.end_line()
            self._terminal.write_line(safe(f"llm-batch: {text}", ascii_only=self._ascii_only, limit=4096))

    def show(self, progress: Progress) -> None:
        """Show how far batches are; where lines stay, at most every 30 seconds, and when they are over."""
        if self._terminal is None:
            return
        text = safe(progress_text(progress), ascii_only=self._ascii_only)
        if self._terminal.isatty:
            self._terminal.rewrite(shortened(text, self._width - 1), erase=True)
            self._is_rewriting = True
        elif self._last is None or self._clock() - self._last >= BETWEEN_LINES_S or progress.over == progress.batches:
            self._terminal.write_line(text)
            self._last = self._clock()

    def end_line(self) -> None:
        """Leave the line that was written over, so that what comes next stands below it."""
        if self._is_rewriting and self._terminal is not None:
            self._terminal.write_line("")
            self._is_rewriting = False
