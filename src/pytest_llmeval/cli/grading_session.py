"""A grading session: shows card after card, takes a key for each grade and label, then a note."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pytest_llmeval.analysis.people.grading_queue import Queue
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.cli.card_session import CardSession
from pytest_llmeval.cli.dimensions import ask_numbers
from pytest_llmeval.cli.failure_keys import Failure, ask_failure
from pytest_llmeval.cli.terminal_port import Terminal
from pytest_llmeval.grading.grade import Level
from pytest_llmeval.grading.judge.rubric import Rubric
from pytest_llmeval.reports.grading_card import Card, all_votes, card_lines
from pytest_llmeval.reports.grading_screen import (
    GRADES,
    end_keys,
    grade_keys,
    said,
    words,
)
from pytest_llmeval.reports.lines import Line, line
from pytest_llmeval.runs.asked_entry import asked_entry
from pytest_llmeval.runs.graded_log import GradedLog
from pytest_llmeval.runs.graded_trial import GradedTrial
from pytest_llmeval.runs.hand_grading import Vote
from pytest_llmeval.runs.provenance import utc_timestamp

_RATE = ("r", "\r", "\n")
NEEDED = "a grade below fully correct needs a note that says why (Ctrl-D: do not grade)"


class GradingSession(CardSession):
    """Asks for the grade of answer after answer.

    Args:
        log: Takes the votes.
        queue: What to ask.
        terminal: To ask on.
        rater: Who is asked.
        entries: Of the benchmark, by id; may lack any.
        blind: Whether to hide which model answered.
        settling: Whether the votes of others are shown, and this one settles them.
        needs_notes: Whether a grade below fully correct needs a note.
        rubric: With dimensions, whose numbers are asked in place of a grade, which follows from them.
        message: Shown with the first card.
        now: The clock.
    """

    _NOTHING_TO_UNDO = "nothing to undo in this session; --again ID asks an earlier grade again"

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
        needs_notes: bool = False,
        rubric: Rubric | None = None,
        message: str = "",
        now: Callable[[], str] = utc_timestamp,
    ) -> None:
        super().__init__(terminal, rater=rater, todo=len(queue.todo), done=queue.done, blind=blind, message=message)
        self._log, self._queue = log, queue
        self._entries, self._now = entries, now
        self._settling, self._rubric, self._needs_notes = settling, rubric, needs_notes

    def _keys(self) -> list[Line]:
        return end_keys(self._width) if self._at_end else grade_keys(self._width, self._rubric)

    def _decide_by(self, key: str) -> bool:
        if self._rubric is None and key in GRADES:
            self._grade(GRADES[key])
        elif self._rubric is not None and key in _RATE:
            self._rate(self._rubric)
        else:
            return False
        return True

    def _rate(self, rubric: Rubric) -> None:
        """Ask for the numbers, and grade by what they come to."""
        numbers = ask_numbers(rubric, self._terminal, lambda keys: self._show(keys, asking=True))
        if numbers is None:
            self._message = "not graded"
            return
        self._grade(rubric.level_of(numbers), numbers)

    def _grade(self, level: Level, numbers: Mapping[str, int] | None = None) -> None:
        why = Failure() if level == "fully_correct" else ask_failure(level, self._terminal, self._show_with)
        if why is None:
            return
        told = " · ".join(words(one) for one in (level, why.label, why.mode) if one)
        note = self._note(told, needed=NEEDED if self._needs_notes and level != "fully_correct" else "")
        if note is None:
            self._message = "not graded"
            return
        vote = Vote(
            rater=self._rater,
            grade=level,
            failure_label=why.label,
            error_mode=why.mode,
            scores=numbers or {},
            rubric_hash=self._rubric.hash if self._rubric is not None and numbers else None,
            notes=note or None,
            timestamp=self._now(),
            adjudication=self._settling,
        )
        self._log.vote(self._number, vote)
        self._log.save()
        self._tell_saved(self._trial.record.question_id, told)
        self._go_on(decided=True)

    def _show_with(self, keys: Sequence[Line], message: str) -> None:
        self._message = message
        self._show(keys)

    def _take_back(self) -> None:
        self._log.take_back(self._number)
        self._log.save()

    @property
    def _number(self) -> int:
        return self._queue.todo[self._place]

    @property
    def _trial(self) -> GradedTrial:
        return self._log.trials[self._number]

    def _card(self) -> list[Line]:
        if self._at_end:
            return [line(), said(f"Nothing is left: {self.decided} graded now, {self.left} skipped.")]
        trial = self._trial
        own = tuple(vote for vote in trial.votes if vote.rater == self._rater)  # there where it is asked again
        votes = all_votes(trial) if self._settling else own
        card = Card(trial.record, asked_entry(trial.record, self._entries), votes, self._blind)
        return card_lines(card, self._width - 2)
