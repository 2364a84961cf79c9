from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest
from rich.console import Console

from pytest_llmeval.cli.grading_terminal import RichTerminal, grading_terminal
from pytest_llmeval.cli.terminal_port import CLOSED
from pytest_llmeval.reports.lines import Segment, line
from pytest_llmeval.runs.reading import iter_records
from pytest_llmeval.safe_text import strip_control
from tests.cli.logs import trial, write_log

CODE = "import sys; from pytest_llmeval.cli.main import main; sys.exit(main(sys.argv[1:]))"


class Person:
    """Sits before a terminal: reads what is shown, and types."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self.raw = ""

    def sees(self, wanted: str) -> str:
        """Wait for a text, colours and cursor movements left out, and forget what was before."""
        while wanted not in strip_control(self.raw):
            ready, _, _ = select.select([self._fd], [], [], 20)
            assert ready, f"{wanted!r} did not come; there was: {self.raw[-2000:]!r}"
            self.raw += os.read(self._fd, 65536).decode("utf-8", "replace")
        seen, self.raw = self.raw, ""
        return seen

    def types(self, text: str) -> None:
        os.write(self._fd, text.encode())


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    """The person's end of a terminal of 80 by 24, and the program's."""
    mine, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    yield mine, theirs
    os.close(mine)
    os.close(theirs)


@pytest.fixture
def streams(ends: tuple[int, int]) -> Iterator[tuple[TextIO, TextIO]]:
    """What the program reads from and writes to."""
    with (
        open(ends[1], encoding="utf-8", closefd=False) as reader,
        open(ends[1], "w", encoding="utf-8", closefd=False) as writer,
    ):
        yield reader, writer


@pytest.fixture
def terminal(streams: tuple[TextIO, TextIO]) -> Iterator[RichTerminal]:
    lent = RichTerminal(Console(file=streams[1], width=80, height=24, markup=False), streams[0].fileno())
    with lent.raw():
        yield lent


def test_keys_come_one_by_one(ends: tuple[int, int], terminal: RichTerminal) -> None:
    Person(ends[0]).types("cé\x1b[C\x1b[6~ \x7f\x1b")
    assert [terminal.key() for _ in range(7)] == ["c", "é", "right", "pagedown", " ", "backspace", "esc"]


def test_a_key_that_sends_several_characters_is_one_key(ends: tuple[int, int], terminal: RichTerminal) -> None:
    Person(ends[0]).types("\x1b[1~\x1b[3~\x1bOP\x1b[1;5C\x1bOCw")
    assert [terminal.key() for _ in range(6)] == ["\x1b[1~", "\x1b[3~", "\x1bOP", "\x1b[1;5C", "right", "w"]


def test_control_d_is_the_end(ends: tuple[int, int], terminal: RichTerminal) -> None:
    Person(ends[0]).types("\x04")
    assert terminal.key() == CLOSED


def test_lines_are_shown_as_they_are(ends: tuple[int, int], streams: tuple[TextIO, TextIO]) -> None:
    console = Console(file=streams[1], width=80, height=24, markup=False, emoji=False, color_system="standard")
    terminal = RichTerminal(console, ends[1])
    terminal.show([line(Segment("[bold]:smile: x[/bold]", ("red", "light"))), line("日本 2.5")])
    seen = Person(ends[0]).sees("日本 2.5")
    assert "\x1b[2;31m[bold]:smile: x[/bold]\x1b[0m" in seen
    assert "\x1b[2J" in seen
    assert (terminal.width, terminal.height) == (80, 24)


def test_a_terminal_without_unicode_gets_plain_signs(ends: tuple[int, int]) -> None:
    with open(ends[1], "w", encoding="ascii", closefd=False) as file:
        RichTerminal(Console(file=file, width=80, height=24), ends[1]).show([line("█ · end")])
    assert "# | end" in Person(ends[0]).sees("end")


def test_what_the_encoding_of_the_terminal_lacks_is_a_question_mark(ends: tuple[int, int]) -> None:
    with open(ends[1], "w", encoding="latin-1", closefd=False) as file:
        RichTerminal(Console(file=file, width=80, height=24), ends[1]).show([line("── Zürich 東京 · end")])
    assert "-- Z\ufffdrich ?? | end" in Person(ends[0]).sees("end"), "ü is one byte of Latin-1"


def test_where_no_screen_can_be_cleared_each_screen_and_what_follows_begin_a_line(
    ends: tuple[int, int], streams: tuple[TextIO, TextIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    console = Console(file=streams[1], width=80, height=24, markup=False, force_terminal=True)
    lent = RichTerminal(console, streams[0].fileno())
    with lent.raw():
        lent.show([line("first"), line("'x' is no label")])
        lent.show([line("second"), line("its keys")])
    print("1 graded", file=streams[1], flush=True)
    seen = Person(ends[0]).sees("1 graded")
    assert seen.replace("\r", "").strip().split("\n") == ["first", "'x' is no label", "second", "its keys", "1 graded"]


def test_a_note_is_asked_for_and_typed(
    ends: tuple[int, int],
    streams: tuple[TextIO, TextIO],
    terminal: RichTerminal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", streams[0])
    monkeypatch.setattr(sys, "stdout", streams[1])
    person = Person(ends[0])

    def answers() -> None:
        for typed in ("see p. 3\n", "\x04"):
            person.sees("note: ")
            person.types(typed)

    typing = threading.Thread(target=answers)
    typing.start()
    assert terminal.ask("note: ") == "see p. 3"
    assert terminal.ask("note: ") is None
    typing.join()
    person.types("c")
    assert terminal.key() == "c", "keys come one by one again"


def test_a_note_may_come_in_one_go_with_its_keys(ends: tuple[int, int], terminal: RichTerminal) -> None:
    Person(ends[0]).types("c a note\nq")
    assert terminal.key() == "c"
    assert terminal.ask("note: ") == " a note"
    assert terminal.key() == "q"


def test_the_terminal_is_given_back_as_it_was(ends: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    before = termios.tcgetattr(ends[1])

    def breaks() -> None:
        with grading_terminal():
            assert termios.tcgetattr(ends[1]) != before
            raise RuntimeError("broken")

    with open(ends[1], encoding="utf-8", closefd=False) as reader:
        monkeypatch.setattr(sys, "stdin", reader)
        with pytest.raises(RuntimeError, match="broken"):
            breaks()
    assert termios.tcgetattr(ends[1]) == before


def test_a_whole_session_on_a_terminal(tmp_path: Path, ends: tuple[int, int]) -> None:
    run = write_log(tmp_path / "a.jsonl", [trial(n) for n in (1, 2, 3)])
    mine, theirs = ends
    environment = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONUTF8": "1"}
    person = Person(mine)
    with subprocess.Popen(
        [sys.executable, "-c", CODE, "grade", str(run), "--rater", "anna"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
    ) as process:
        first = person.sees("q quit")
        assert "\x1b[?1049h" in first, "a screen of its own"
        assert "What is 1?" in strip_control(first)
        person.types("w2")
        person.sees("note (Enter for none)")
        person.types("é: not there\n")
        person.sees("q1: wrong · retrieval miss, saved")
        person.types("\x1b[C")
        person.sees("1 skipped")
        person.types("q")
        assert "\x1b[?1049l" in person.sees("1 graded, 2 left")
    assert process.returncode == 0
    one = next(iter_records(tmp_path / "a-graded.jsonl"))
    assert (one.grade, one.failure_label, one.grading_notes) == ("wrong", "retrieval_miss", "é: not there")
