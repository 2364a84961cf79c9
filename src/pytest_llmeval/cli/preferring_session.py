"""A session of choosing: shows two answers side by side, takes a key, then a note; every choice is saved at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pytest_llmeval.analysis.preferring import AnswerPair, Pairs, who
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.cli.grading_session import LONGEST_NOTE
from pytest_llmeval.cli.terminal_port import CLOSED, Terminal
from pytest_llmeval.reports.grading_screen import Progress, keyed, page, said
from pytest_llmeval.reports.lines import Line, line
from pytest_llmeval.reports.pair_card import CHOICE_KEYS, CHOICES, OTHER_KEYS, pair_lines
from pytest_llmeval.runs.preference_file import Preference, Verdict, write_preferences
from pytest_llmeval.runs.provenance import utc_timestamp
from pytest_llmeval.safe_text import one_line

_FORWARD, _BACK = ("s", "right"), ("z", "left", "backspace")
_MORE, _LESS = (" ", "down", "pagedown", "j"), ("b", "up", "pageup", "k")
_QUIT = ("q", CLOSED)


class PreferringSession:
    """Lives from the first pair to the last, or until the rater quits.

    Args:
        pairs: All of them.
        preferences: What the file holds; choices are added to it.
        path: The file.
        terminal: To ask on.
        rater: Who is asked; what this rater chose before is not asked again.
        entries: Of the benchmark, by id; may lack any.
        most: How many pairs to ask about, those of earlier sessions counted; all by default.
        now: The clock.
    """

    def __init__(
        self,
        pairs: Pairs,
        preferences: list[Preference],
        path: Path,
        terminal: Terminal,
        *,
        rater: str,
        entries: Mapping[str, Entry],
        most: int | None = None,
        now: Callable[[], str] = utc_timestamp,
    ) -> None:
        self._preferences, self._path, self._terminal = preferences, path, terminal
        self._rater, self._entries, self._now = rater, entries, now
        wanted = pairs.pairs[:most]
        self._todo = [pair for pair in wanted if not is_chosen(pair, preferences, rater)]
        self._done = len(wanted) - len(self._todo)
        self._place = self._offset = 0
        self._step = 1
        self._chosen: list[bool] = []
        """For each pair gone past: whether it was chosen from, not skipped."""
        self._message = "" if entries else "no gold answers: name the benchmark with --benchmark FILE"

    @property
    def chosen(self) -> int:
        """Return how many choices were made in this session."""
        return sum(self._chosen)

    @property
    def left(self) -> int:
        """Return how many pairs are still to choose from, those that were skipped included."""
        return len(self._todo) - self.chosen

    def run(self) -> None:
        """Go on until the rater quits."""
        while True:
            self._show([*keyed(CHOICE_KEYS, self._terminal.width), *keyed(OTHER_KEYS, self._terminal.width)])
            key = self._terminal.key()
            self._message = ""
            if key in _QUIT:
                return
            self._act(key)

    def _act(self, key: str) -> None:
        if key in _BACK:
            self._undo()
        elif self._place >= len(self._todo):
            self._message = "q ends the session"
        elif key in CHOICES:
            self._choose(CHOICES[key])
        elif key in _FORWARD:
            self._go_on(chosen=False)
        elif key in _MORE or key in _LESS:
            self._offset += self._step if key in _MORE else -self._step
        else:
            self._message = f"{one_line(key, 10)!r} is no key here"

    def _choose(self, choice: str) -> None:
        self._show([said(choice if choice in ("tie", "both bad") else f"{choice} is better")], asking=True)
        note = self._terminal.ask(" note (Enter for none): ")
        if note is None:
            self._message = "not chosen"
            return
        pair = self._todo[self._place]
        notes = one_line(note, LONGEST_NOTE) or None
        self._preferences.append(
            preference_of(pair, verdict_of_side(pair, choice), self._rater, self._now(), notes, shown=True)
        )
        self._save()
        self._message = f"{one_line(pair.first.question_id, 30)}: {choice}, saved"
        self._go_on(chosen=True)

    def _go_on(self, *, chosen: bool) -> None:
        self._chosen.append(chosen)
        self._place += 1
        self._offset = 0

    def _undo(self) -> None:
        if not self._chosen:
            self._message = "nothing to undo in this session"
            return
        self._place -= 1
        self._offset = 0
        if self._chosen.pop():
            self._preferences.pop()
            self._save()
            self._message = "taken back"

    def _save(self) -> None:
        write_preferences(self._path, self._preferences)

    def _show(self, keys: Sequence[Line], *, asking: bool = False) -> None:
        done = self._done + self.chosen
        skipped = len(self._chosen) - self.chosen
        shown = page(
            Progress(self._rater, done, self._done + len(self._todo), skipped, blind=True),
            self._card(),
            keys,
            width=self._terminal.width,
            height=self._terminal.height,
            offset=self._offset,
            message=None if asking else self._message,
        )
        self._offset, self._step = shown.offset, shown.step
        self._terminal.show(shown.lines)

    def _card(self) -> list[Line]:
        if self._place >= len(self._todo):
            return [
                line(),
                said(f"Nothing is left: {self.chosen} chosen now, {len(self._chosen) - self.chosen} skipped."),
            ]
        pair = self._todo[self._place]
        return pair_lines(pair, self._entries.get(pair.first.question_id), self._terminal.width - 2)


def is_chosen(pair: AnswerPair, preferences: Sequence[Preference], rater: str) -> bool:
    """Tell whether a rater has chosen between these two answers."""
    return any(one.rater == rater and pair.is_of(one) for one in preferences)


def verdict_of_side(pair: AnswerPair, choice: str) -> Verdict:
    """Say which answer it is that was on a side."""
    if choice in ("tie", "both bad"):
        return "tie" if choice == "tie" else "both_bad"
    return "first" if (choice == "left") == (pair.left == "first") else "second"


def preference_of(
    pair: AnswerPair, verdict: Verdict, rater: str, timestamp: str, notes: str | None, *, shown: bool
) -> Preference:
    """Return a choice as it is kept."""
    return Preference(
        question_id=pair.first.question_id,
        sample=pair.first.sample,
        category=pair.first.category,
        first=who(pair.first),
        second=who(pair.second),
        preferred=verdict,
        left=pair.left if shown else None,
        answers=pair.answers,
        rater=rater,
        notes=notes,
        timestamp=timestamp,
    )
