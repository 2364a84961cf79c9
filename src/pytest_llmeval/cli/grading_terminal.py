"""The terminal a person grades on: a screen of its own, single keys, and a line of text for notes."""

from __future__ import annotations

import os
import re
import sys
import termios
import tty
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import MappingProxyType

from rich.console import Console
from rich.text import Text

from pytest_llmeval.cli.terminal_port import CLOSED
from pytest_llmeval.reports.ansi import WIDEST
from pytest_llmeval.reports.lines import Line, Style, in_ascii

_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "\x1b[A": "up",
        "\x1b[B": "down",
        "\x1b[C": "right",
        "\x1b[D": "left",
        "\x1bOA": "up",
        "\x1bOB": "down",
        "\x1bOC": "right",
        "\x1bOD": "left",
        "\x1b[5~": "pageup",
        "\x1b[6~": "pagedown",
        "\x1b": "esc",
        "\x7f": "backspace",
        "\x04": CLOSED,
    }
)
_ONE_KEY = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1bO.|.", re.DOTALL)
"""What a terminal sends for one key: cursor and function keys send several characters, which are no keys themselves."""
_STYLES: Mapping[Style, str] = MappingProxyType({"light": "dim"})


class RichTerminal:
    """Made by `grading_terminal`, which gives the terminal back as it was, however the session ends."""

    def __init__(self, console: Console, fd: int) -> None:
        self._console = console
        self._fd = fd
        self._cooked = termios.tcgetattr(fd)
        self._pending = ""

    @property
    def width(self) -> int:
        """Columns, now; of very wide terminals only what can be read."""
        return min(self._console.width, WIDEST)

    @property
    def height(self) -> int:
        """Lines, now."""
        return self._console.height

    def show(self, lines: Sequence[Line]) -> None:
        """Clear the screen and show these."""
        if "utf" not in self._console.encoding:
            lines = in_ascii(lines)
        # As texts, not markup: an answer may hold anything.
        told = Text("\n").join(
            Text.assemble(
                *(
                    (self._fit_to_print(one.text), " ".join(_STYLES.get(s, s) for s in one.styles))
                    for one in line.segments
                )
            )
            for line in lines
        )
        self._console.clear()
        self._begin_a_line()
        self._console.print(told, end="", no_wrap=True, overflow="crop")

    def _begin_a_line(self) -> None:
        """Leave the last line behind where no screen can be cleared: what comes next stood on that line."""
        if self._console.is_dumb_terminal:
            self._console.print()

    def _fit_to_print(self, text: str) -> str:
        """Put ``?`` for what the terminal's encoding lacks."""
        encoding = self._console.encoding
        return text.encode(encoding, "replace").decode(encoding)

    def key(self) -> str:
        """Wait for a key."""
        if not self._pending:
            self._pending = os.read(self._fd, 64).decode("utf-8", "replace")
        found = _ONE_KEY.match(self._pending)
        sent = found[0] if found else ""
        self._pending = self._pending[len(sent) :]
        return _NAMES.get(sent, sent)

    def ask(self, prompt: str) -> str | None:
        """Ask for a line of text, with the line editing the terminal has."""
        typed, whole, rest = self._pending.partition("\n")
        if whole:  # the note was typed, or pasted, in one go with the keys before it
            self._pending = rest
            return typed
        self._pending = ""
        with suppress(ImportError):
            import readline  # noqa: F401  arrow keys in notes, where it is there
        self._console.print()
        termios.tcsetattr(self._fd, termios.TCSADRAIN, self._cooked)
        try:
            return input(prompt)
        except EOFError:
            return None
        finally:
            tty.setcbreak(self._fd)

    @contextmanager
    def raw(self) -> Iterator[None]:
        """Take keys one by one, on a screen that leaves the scrollback alone."""
        self._console.set_alt_screen(True)
        tty.setcbreak(self._fd)
        try:
            yield
        finally:
            termios.tcsetattr(self._fd, termios.TCSADRAIN, self._cooked)
            self._console.set_alt_screen(False)
            self._begin_a_line()


@contextmanager
def grading_terminal() -> Iterator[RichTerminal]:
    """Lend the terminal for a session."""
    terminal = RichTerminal(Console(highlight=False, emoji=False, markup=False), sys.stdin.fileno())
    with terminal.raw():
        yield terminal
