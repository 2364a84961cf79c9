from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.analysis.people.grading_queue import Queue, grading_queue
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.cli.grading_session import GradingSession
from pytest_llmeval.cli.terminal_port import CLOSED
from pytest_llmeval.reports.grading_card import all_votes
from pytest_llmeval.reports.lines import Line
from pytest_llmeval.runs.graded_log import GradedLog, graded_path
from pytest_llmeval.runs.hand_grading import Vote
from pytest_llmeval.runs.reading import iter_records
from tests.cli.logs import trial, write_log

NOW = "2026-11-21T05:00:00.000Z"


class ScriptedTerminal:
    """Types what it was told and keeps every screen; a text in brackets is a note, ``[^D]`` the end of input."""

    width, height = 80, 24

    def __init__(self, *script: str) -> None:
        self._script = iter(script)
        self.screens: list[str] = []

    def show(self, lines: Sequence[Line]) -> None:
        self.screens.append("\n".join(line.text for line in lines))

    def key(self) -> str:
        return next(self._script, CLOSED)

    def ask(self, prompt: str) -> str | None:
        self.screens[-1] += "\n" + prompt
        note = next(self._script)
        assert note.startswith("["), "a note was asked for"
        return None if note == "[^D]" else note[1:-1]


Play = Callable[..., tuple[GradingSession, ScriptedTerminal]]


@pytest.fixture
def log(tmp_path: Path) -> GradedLog:
    run = write_log(tmp_path / "a.jsonl", [trial(n) for n in (1, 2, 3)])
    return GradedLog(run, graded_path(run))


@pytest.fixture
def play(log: GradedLog) -> Play:
    def run(*script: str, **how: Any) -> tuple[GradingSession, ScriptedTerminal]:
        terminal = ScriptedTerminal(*script)
        told: dict[str, Any] = {"rater": "anna", "entries": {}, "now": lambda: NOW, **how}
        queue = told.pop("queue", None) or grading_queue(log.trials, rater="anna")
        session = GradingSession(log, queue, terminal, **told)
        session.run()
        return session, terminal

    return run


def grades(log: GradedLog) -> list[str | None]:
    return [record.grade for record in iter_records(log.path)]


def votes(log: GradedLog) -> Iterator[Vote]:
    return (vote for trial in log.trials for vote in trial.votes)


def test_one_key_grades_and_the_next_answer_comes(log: GradedLog, play: Play) -> None:
    session, terminal = play("c", "[]", "q")
    assert grades(log) == ["fully_correct", None, None]
    assert "q2 · even" in terminal.screens[-1]
    assert "q1: fully correct, saved" in terminal.screens[-1]
    assert (session.decided, session.left) == (1, 2)


def test_a_failure_takes_a_label_and_a_note(log: GradedLog, play: Play) -> None:
    _, terminal = play("w", "2", "[ see p. 3 ]", "q")
    assert next(votes(log)) == Vote(
        rater="anna", grade="wrong", failure_label="retrieval_miss", notes="see p. 3", timestamp=NOW
    )
    assert "wrong, because of" in terminal.screens[1]
    assert " wrong · retrieval miss\n note (Enter for none): " in terminal.screens[2]


@pytest.mark.parametrize(
    ("key", "grade"), [("c", "fully_correct"), ("p", "partially_correct"), ("u", "unsupported"), ("w", "wrong")]
)
def test_each_grade_has_its_key(log: GradedLog, play: Play, key: str, grade: str) -> None:
    play(*([key, "[]"] if key == "c" else [key, "0", "[]"]))
    assert grades(log)[0] == grade
    assert next(votes(log)).failure_label is None


def test_every_grade_is_in_the_file_before_the_next_is_asked(log: GradedLog, play: Play) -> None:
    seen: list[list[str | None]] = []

    class Watching(ScriptedTerminal):
        def key(self) -> str:
            seen.append(grades(log) if log.path.exists() else [])
            return super().key()

    queue = grading_queue(log.trials, rater="anna")
    GradingSession(log, queue, Watching("c", "[]", "c", "[]", "q"), rater="anna", entries={}).run()
    assert seen == [[], ["fully_correct", None, None], ["fully_correct", "fully_correct", None]]


def test_the_label_can_be_thought_better_of(log: GradedLog, play: Play) -> None:
    play("w", "z", "p", "esc", "u", "q", "q")
    assert not log.path.exists()


def test_a_failure_may_take_an_error_mode_before_its_label(log: GradedLog, play: Play) -> None:
    _, terminal = play("w", "m", "2", "2", "[]", "q")
    (one,) = votes(log)
    assert (one.failure_label, one.error_mode) == ("retrieval_miss", "omission")
    assert [record.error_mode for record in iter_records(log.path)] == ["omission", None, None]
    assert "wrong, in the way of" in terminal.screens[2]
    assert "2 omission" in terminal.screens[2]
    assert "wrong (omission), because of" in terminal.screens[3]
    assert " wrong · retrieval miss · omission\n note (Enter for none): " in terminal.screens[4]


def test_the_error_mode_can_be_thought_better_of(log: GradedLog, play: Play) -> None:
    _, terminal = play("w", "m", "9", "3", "m", "z", "m", "0", "m", "esc", "1", "[]", "q")
    assert "'9' is no error mode" in terminal.screens[3]
    assert "wrong (conflation), because of" in terminal.screens[6]
    (one,) = votes(log)
    assert (one.failure_label, one.error_mode) == ("missing_evidence", None)


def test_what_is_no_label_is_told(log: GradedLog, play: Play) -> None:
    _, terminal = play("w", "9", "1", "[]", "q")
    assert "'9' is no label" in terminal.screens[2]
    assert grades(log)[0] == "wrong"


def test_a_key_without_a_sign_is_told_as_this_key(log: GradedLog, play: Play) -> None:
    _, terminal = play("\n", "w", "\x1b[3~", "m", "\n", "z", "z", "q")
    assert "this key is no key here" in terminal.screens[1]
    assert "this key is no label" in terminal.screens[3]
    assert "this key is no error mode" in terminal.screens[5]
    assert not log.path.exists()


def test_an_input_that_ends_at_the_note_grades_nothing(log: GradedLog, play: Play) -> None:
    _, terminal = play("w", "1", "[^D]", "q")
    assert "not graded" in terminal.screens[-1]
    assert not log.path.exists()


def test_undo_takes_the_grade_back_and_asks_again(log: GradedLog, play: Play) -> None:
    session, terminal = play("c", "[]", "z", "w", "1", "[]", "q")
    assert "taken back" in terminal.screens[3]
    assert "q1 · odd" in terminal.screens[3]
    assert grades(log) == ["wrong", None, None]
    assert session.decided == 1


def test_undo_after_undo_goes_to_the_start_and_no_further(log: GradedLog, play: Play) -> None:
    _, terminal = play("c", "[]", "s", "z", "z", "z", "q")
    assert grades(log) == [None, None, None]
    assert "nothing to undo in this session" in terminal.screens[-1]


def test_what_is_skipped_comes_again_next_time(log: GradedLog, play: Play) -> None:
    session, terminal = play("s", "c", "[]", "q")
    assert "1 skipped" in terminal.screens[1]
    assert session.left == 2
    assert grading_queue(log.trials, rater="anna") == Queue((0, 2), done=1)


def test_after_the_last_answer_undo_is_still_there(log: GradedLog, play: Play) -> None:
    session, terminal = play("c", "[]", "s", "c", "[]", "x", "z", "s", "q")
    assert "Nothing is left: 2 graded now, 1 skipped." in terminal.screens[5]
    assert "q ends the session" in terminal.screens[6]
    assert session.decided == 1
    assert grades(log) == ["fully_correct", None, None]


def test_earlier_sessions_count_in_the_progress(log: GradedLog, play: Play) -> None:
    play("c", "[]", "q")
    _, terminal = play("q")
    assert "1 of 3 graded" in terminal.screens[0]
    assert "q2 · even" in terminal.screens[0]


def test_another_key_is_told(log: GradedLog, play: Play) -> None:
    _, terminal = play("x", "q")
    assert "'x' is no key here" in terminal.screens[-1]


def test_a_long_answer_scrolls(tmp_path: Path) -> None:
    run = write_log(tmp_path / "b.jsonl", [trial(1, answer="\n".join(f"line {n}" for n in range(60)))])
    terminal = ScriptedTerminal(" ", "down", "b", "q")
    GradingSession(GradedLog(run, graded_path(run)), Queue((0,), 0), terminal, rater="anna", entries={}).run()
    first, second, third, back = terminal.screens
    assert "line 0\n" in first
    assert "line 0\n" not in second
    assert "line 40" in third
    assert back == second


def test_the_card_shows_the_gold_answer(log: GradedLog, play: Play) -> None:
    entry = Entry(id="q1", question="What is 1?", gold_answer="One.")
    _, terminal = play("q", entries={"q1": entry}, message="hello")
    assert "gold      One." in terminal.screens[0]
    assert " hello" in terminal.screens[0]


def test_a_blind_session_names_no_model(log: GradedLog, play: Play) -> None:
    _, terminal = play("q", blind=True)
    assert "small" not in terminal.screens[0]
    assert "anna · blind" in terminal.screens[0]


def test_the_machines_grade_is_not_shown_lest_it_sways_the_rater(tmp_path: Path) -> None:
    run = write_log(tmp_path / "b.jsonl", [trial(1, "unsupported", grading_notes="by rule")])
    for settling, shown in ((False, False), (True, True)):
        terminal = ScriptedTerminal("q")
        log = GradedLog(run, graded_path(run))
        GradingSession(log, Queue((0,), 0), terminal, rater="anna", entries={}, settling=settling).run()
        assert ("machine: unsupported · hallucination — by rule" in terminal.screens[0]) is shown


def test_an_earlier_grade_is_asked_again_with_what_was_said_and_the_new_one_counts(log: GradedLog, play: Play) -> None:
    play("w", "0", "[too harsh]", "c", "[]", "q")
    queue = grading_queue(log.trials, rater="anna", again=["q1"])
    session, terminal = play("p", "0", "[]", "q", queue=queue)
    assert "anna: wrong — too harsh" in terminal.screens[0]
    assert "0 of 1 graded" in terminal.screens[0]
    assert grades(log) == ["partially_correct", "fully_correct", None]
    assert (session.decided, session.left) == (1, 0)
    play("w", "0", "[]", "z", "q", queue=grading_queue(log.trials, rater="anna", again=["q1"]))
    assert grades(log)[0] == "partially_correct", "undo gives the grade before back"


def test_undo_at_the_start_names_the_way_to_earlier_grades(play: Play) -> None:
    _, terminal = play("z", "q")
    assert "nothing to undo in this session; --again ID asks an earlier grade again" in terminal.screens[-1]


@pytest.mark.parametrize(("length", "cut"), [(2000, False), (2001, True), (90_000, True)])
def test_a_note_that_was_cut_is_told(log: GradedLog, play: Play, length: int, cut: bool) -> None:
    _, terminal = play("c", f"[{'x' * length}]", "q")
    assert ("saved; the note was cut at 2,000 characters" in terminal.screens[-1]) == cut
    assert [len(vote.notes or "") for vote in votes(log)] == [2000]
    _, terminal = play("c", f"[{'x' * length}]", "c", "[short]", "q")
    assert "was cut" not in terminal.screens[-1]


def test_settling_shows_all_votes_and_decides(log: GradedLog, play: Play) -> None:
    for rater, grade in (("ben", "wrong"), ("cleo", "unsupported")):
        log.vote(0, Vote.model_validate({"rater": rater, "grade": grade, "timestamp": NOW}))
    _, terminal = play("p", "0", "[]", "q", settling=True, queue=Queue((0,), 0))
    assert "votes     ben: wrong\n           cleo: unsupported" in terminal.screens[0]
    assert [vote.adjudication for vote in votes(log)] == [False, False, True]
    assert grades(log)[0] == "partially_correct"


def test_without_a_grade_before_only_people_have_voted(log: GradedLog) -> None:
    assert all_votes(log.trials[0]) == ()


def test_a_note_is_one_safe_line(log: GradedLog, play: Play) -> None:
    play("c", "[a\x1b[31m b\t c]", "q")
    assert next(votes(log)).notes == "a b c"
