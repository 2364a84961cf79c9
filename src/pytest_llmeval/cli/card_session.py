"""A session of deciding at a terminal: card after card, with keys to go on and back, to scroll, and to quit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from pytest_llmeval.cli.terminal_port import CLOSED, Terminal
from pytest_llmeval.reports.grading_screen import Progress, asked_again, page, said, unknown_key
from pytest_llmeval.reports.lines import Line
from pytest_llmeval.safe_text import one_line

_FORWARD = ("s", "right")
BACK = ("z", "left", "backspace")
_MORE, _LESS = (" ", "down", "pagedown", "j"), ("b", "up", "pageup", "k")
QUIT = ("q", CLOSED)
_LONGEST_NOTE = 2000


class CardSession(ABC):
    """Lives from the first card to the last, or until the rater quits; all is in the file before the next card.

    Args:
        terminal: To ask on.
        rater: Who is asked.
        todo: How many cards there are.
        done: How many were decided before this session.
        blind: Whether to say that who answered is hidden.
        message: Shown with the first card.
    """

    _NOTHING_TO_UNDO = "nothing to undo in this session"

    def __init__(self, terminal: Terminal, *, rater: str, todo: int, done: int, blind: bool, message: str = "") -> None:
        self._terminal, self._rater = terminal, rater
        self._todo, self._done = todo, done
        self._blind = blind
        self._message = message
        self._place = self._offset = 0
        self._step = 1
        self._remark = ""
        """On the note that was asked for last; stands behind what was saved with it."""
        self._decided: list[bool] = []
        """For each card gone past: whether it was decided, not skipped."""

    @property
    def decided(self) -> int:
        """Return how many cards were decided in this session."""
        return sum(self._decided)

    @property
    def skipped(self) -> int:
        """Return how many cards were gone past without deciding."""
        return len(self._decided) - self.decided

    @property
    def left(self) -> int:
        """Return how many are still to decide, those that were skipped included."""
        return self._todo - self.decided

    def run(self) -> None:
        """Go on until the rater quits."""
        while True:
            self._show(self._keys())
            key = self._terminal.key()
            self._message = ""
            if key in QUIT:
                return
            self._act(key)

    @abstractmethod
    def _keys(self) -> Sequence[Line]:
        """Return the lines that tell the keys."""

    @abstractmethod
    def _card(self) -> list[Line]:
        """Return the lines of the card at hand, or those that stand after the last."""

    @abstractmethod
    def _decide_by(self, key: str) -> bool:
        """Decide the card at hand by a key, save, and go on; False where the key decides nothing."""

    @abstractmethod
    def _take_back(self) -> None:
        """Take back what was decided of the card at hand, and save."""

    @property
    def _at_end(self) -> bool:
        return self._place >= self._todo

    @property
    def _width(self) -> int:
        return self._terminal.width

    def _act(self, key: str) -> None:
        if key in BACK:
            self._undo()
        elif self._at_end:
            self._message = "q ends the session"
        elif self._decide_by(key):
            return
        elif key in _FORWARD:
            self._go_on(decided=False)
        elif key in _MORE or key in _LESS:
            self._offset += self._step if key in _MORE else -self._step
        else:
            self._message = unknown_key(key, "key here")

    def _note(self, told: str, *, needed: str = "") -> str | None:
        """Ask for a note on what is about to be saved.

        Args:
            told: What is about to be saved.
            needed: Why an empty note will not do, where it will not; said before it is asked for again.

        Returns:
            The note; None where the rater thought better of it.
        """
        lines = [said(told)]
        while True:
            self._show(lines, asking=True)
            typed = self._terminal.ask(" note: " if needed else " note (Enter for none): ")
            note = None if typed is None else self._as_note(typed)
            if note is None or note or not needed:
                return note
            lines = [said(told), *asked_again(needed, self._width)]

    def _as_note(self, typed: str) -> str:
        cut = len(one_line(typed, len(typed) + 1)) > _LONGEST_NOTE
        self._remark = f"; the note was cut at {_LONGEST_NOTE:,} characters" if cut else ""
        return one_line(typed, _LONGEST_NOTE)

    def _tell_saved(self, name: str, told: str) -> None:
        self._message = f"{one_line(name, 30)}: {told}, saved{self._remark}"

    def _go_on(self, *, decided: bool) -> None:
        self._decided.append(decided)
        self._place += 1
        self._offset = 0

    def _undo(self) -> None:
        if not self._decided:
            self._message = self._NOTHING_TO_UNDO
            return
        self._place -= 1
        self._offset = 0
        if self._decided.pop():
            self._take_back()
            self._message = "taken back"

    def _show(self, keys: Sequence[Line], *, asking: bool = False) -> None:
        done = self._done + self.decided
        shown = page(
            Progress(self._rater, done, self._done + self._todo, self.skipped, blind=self._blind),
            self._card(),
            keys,
            width=self._width,
            height=self._terminal.height,
            offset=self._offset,
            message=None if asking else self._message,
        )
        self._offset, self._step = shown.offset, shown.step
        self._terminal.show(shown.lines)
