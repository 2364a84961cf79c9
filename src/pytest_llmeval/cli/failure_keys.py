"""Asking a person why an answer failed: the failure label, and in what way it is wrong where they want to say so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pytest_llmeval.cli.terminal_port import CLOSED, Terminal
from pytest_llmeval.grading.grade import ErrorMode, FailureLabel, Level
from pytest_llmeval.reports.grading_screen import ASKS_MODE, LABELS, MODES, label_keys, mode_keys, unknown_key
from pytest_llmeval.reports.lines import Line

BACK = ("z", "left", "backspace", "esc", "q", CLOSED)
Show = Callable[[Sequence[Line], str], None]
"""Shows keys below the card, and a message."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an answer failed."""

    label: FailureLabel | None = None
    mode: ErrorMode | None = None


def ask_failure(level: Level, terminal: Terminal, show: Show) -> Failure | None:
    """Ask for the label, which ends the question; the error mode is asked where the rater wants to give it before.

    Args:
        level: The grade.
        terminal: To ask on.
        show: Puts keys and a message on the screen.

    Returns:
        None where the rater thought better of the grade.
    """
    mode, message = None, ""
    while True:
        show(label_keys(level, terminal.width, mode), message)
        key = terminal.key()
        message = ""
        if key in LABELS:
            return Failure(LABELS[key], mode)
        if key in BACK:
            return None
        if key == ASKS_MODE:
            mode = _ask_mode(level, mode, terminal, show)
        else:
            message = unknown_key(key, "label")


def _ask_mode(level: Level, before: ErrorMode | None, terminal: Terminal, show: Show) -> ErrorMode | None:
    message = ""
    while True:
        show(mode_keys(level, terminal.width), message)
        key = terminal.key()
        if key in MODES:
            return MODES[key]
        if key in BACK:
            return before
        message = unknown_key(key, "error mode")
