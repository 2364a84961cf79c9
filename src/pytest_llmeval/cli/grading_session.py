"""A grading session: shows card after card, takes a key for each grade and label, then a note."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from pytest_llmeval.analysis.grading_queue import Queue
from pytest_llmeval.analysis.ratings import MACHINE
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.cli.dimensions import ask_numbers
from pytest_llmeval.cli.terminal_port import CLOSED, Terminal
from pytest_llmeval.grading.grade import FailureLabel, Level
from pytest_llmeval.grading.judge.rubric import Rubric
from pytest_llmeval.reports.grading_card import Card, card_lines
from pytest_llmeval.reports.grading_screen import (
    GRADES,
    LABELS,
    Progress,
    end_keys,
    grade_keys,
    label_keys,
    page,
    said,
    words,
)
from pytest_llmeval.reports.lines import Line, line
from pytest_llmeval.runs.graded_log import GradedLog, GradedTrial
from pytest_llmeval.runs.hand_grading import Vote
from pytest_llmeval.runs.provenance import utc_timestamp
from pytest_llmeval.safe_text import one_line

_FORWARD, _BACK = ("s", "right"), ("z", "left", "backspace")
_MORE, _LESS = (" ", "down", "pagedown", "j"), ("b", "up", "pageup", "k")
_QUIT = ("q", CLOSED)
_RATE = ("r", "\r", "\n")
_NOT_SAID: Literal[""] = ""
LONGEST_NOTE = 2000


class Session:
    """Lives from the first card to the last, or until the rater quits; every grade is in the file before the next card.

    Args:
        log: Takes the votes.
        queue: What to ask.
        terminal: To ask on.
        rater: Who is asked.
        entries: Of the benchmark, by id; may lack any.
        blind: Whether to hide which model answered.
        settling: Whether the votes of others are shown, and this one settles them.
        rubric: With dimensions, whose numbers are asked in place of a grade, which follows from them.
        message: Shown with the first card.
        now: The clock.
    """

    def __init__(
        self,
        log: GradedLog,
        queue: Queue,
        terminal: Terminal,
        *,
        rater: str,
        entries: Mapping[str, Entry],
        blind: bool = False,
        settling: bool = False,
        rubric: Rubric | None = None,
        message: str = "",
        now: Callable[[], str] = utc_timestamp,
    ) -> None:
        self._log, self._queue, self._terminal = log, queue, terminal
        self._rater, self._entries, self._now = rater, entries, now
        self._blind, self._settling = blind, settling
        self._rubric = rubric
        self._message = message
        self._place = 0
        self._offset = 0
        self._step = 1
        self._voted: list[bool] = []
        """For each card gone past: whether it was graded, not skipped."""

    @property
    def graded(self) -> int:
        """Return how many answers were graded in this session."""
        return sum(self._voted)

    @property
    def left(self) -> int:
        """Return how many are still to grade, those that were skipped included."""
        return len(self._queue.todo) - self.graded

    def run(self) -> None:
        """Go on until the last card is done or the rater quits."""
        while True:
            self._show(end_keys(self._width) if self._at_end else grade_keys(self._width, self._rubric))
            key = self._terminal.key()
            self._message = ""
            if key in _QUIT:
                return
            self._act(key)

    @property
    def _at_end(self) -> bool:
        return self._place >= len(self._queue.todo)

    @property
    def _width(self) -> int:
        return self._terminal.width

    def _act(self, key: str) -> None:
        if key in _BACK:
            self._undo()
        elif self._at_end:
            self._message = "q ends the session"
        elif self._rubric is None and key in GRADES:
            self._grade(GRADES[key])
        elif self._rubric is not None and key in _RATE:
            self._rate(self._rubric)
        elif key in _FORWARD:
            self._go_on(voted=False)
        elif key in _MORE or key in _LESS:
            self._offset += self._step if key in _MORE else -self._step
        else:
            self._message = f"{one_line(key, 10)!r} is no key here"

    def _rate(self, rubric: Rubric) -> None:
        """Ask for the numbers, and grade by what they come to."""
        numbers = ask_numbers(rubric, self._terminal, lambda keys: self._show(keys, asking=True))
        if numbers is None:
            self._message = "not graded"
            return
        self._grade(rubric.level_of(numbers), numbers)

    def _grade(self, level: Level, numbers: Mapping[str, int] | None = None) -> None:
        label: FailureLabel | Literal[""] | None = None if level == "fully_correct" else self._label(level)
        if label == _NOT_SAID:
            return
        told = words(level) + (f" · {words(label)}" if label else "")
        note = self._note(told)
        if note is None:
            self._message = "not graded"
            return
        vote = Vote(
            rater=self._rater,
            grade=level,
            failure_label=label,
            scores=numbers or {},
            rubric_hash=self._rubric.hash if self._rubric is not None and numbers else None,
            notes=note or None,
            timestamp=self._now(),
            adjudication=self._settling,
        )
        self._log.vote(self._number, vote)
        self._log.save()
        self._message = f"{one_line(self._trial.record.question_id, 30)}: {told}, saved"
        self._go_on(voted=True)

    def _label(self, level: Level) -> FailureLabel | Literal[""] | None:
        """Ask why; `_NOT_SAID` where the rater thought better of the grade."""
        while True:
            self._show(label_keys(level, self._width))
            key = self._terminal.key()
            self._message = ""
            if key in LABELS:
                return LABELS[key]
            if key in (*_BACK, "esc", *_QUIT):
                return _NOT_SAID
            self._message = f"{one_line(key, 10)!r} is no label"

    def _note(self, told: str) -> str | None:
        self._show([said(told)], asking=True)
        note = self._terminal.ask(" note (Enter for none): ")
        return None if note is None else one_line(note, LONGEST_NOTE)

    def _go_on(self, *, voted: bool) -> None:
        self._voted.append(voted)
        self._place += 1
        self._offset = 0

    def _undo(self) -> None:
        if not self._voted:
            self._message = "nothing to undo in this session"
            return
        self._place -= 1
        self._offset = 0
        if self._voted.pop():
            self._log.take_back(self._number)
            self._log.save()
            self._message = "taken back"

    @property
    def _number(self) -> int:
        return self._queue.todo[self._place]

    @property
    def _trial(self) -> GradedTrial:
        return self._log.trials[self._number]

    def _card(self) -> list[Line]:
        if self._at_end:
            return [line(), said(f"Nothing is left: {self.graded} graded now, {self.left} skipped.")]
        trial = self._trial
        votes = all_votes(trial) if self._settling else ()
        card = Card(trial.record, self._entries.get(trial.record.question_id), votes, self._blind)
        return card_lines(card, self._width - 2)

    def _show(self, keys: Sequence[Line], *, asking: bool = False) -> None:
        progress = Progress(
            self._rater,
            done=self._queue.done + self.graded,
            total=self._queue.done + len(self._queue.todo),
            skipped=len(self._voted) - self.graded,
            blind=self._blind,
        )
        shown = page(
            progress,
            self._card(),
            keys,
            width=self._width,
            height=self._terminal.height,
            offset=self._offset,
            message=None if asking else self._message,
        )
        self._offset, self._step = shown.offset, shown.step
        self._terminal.show(shown.lines)


def all_votes(trial: GradedTrial) -> tuple[Vote, ...]:
    """Return the votes on a trial, the machine's grade as the first."""
    record = trial.record
    if record.grade is None:
        return trial.votes
    notes, label = record.grading_notes, record.failure_label
    machine = Vote(rater=MACHINE, grade=record.grade, failure_label=label, notes=notes, timestamp=record.timestamp)
    return (machine, *trial.votes)
