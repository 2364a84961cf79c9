from __future__ import annotations

import io

import pytest

from pytest_llmeval.reports.ansi import screen_of, write_lines
from pytest_llmeval.reports.lines import Segment, line

LINES = [line(Segment("worse", ("bold", "red")), ": down · 3"), line()]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class File(io.TextIOWrapper):
    def __init__(self, encoding: str) -> None:
        super().__init__(io.BytesIO(), encoding=encoding)


def test_a_terminal_gets_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    write_lines(LINES, stream)
    assert stream.getvalue() == "\x1b[1;31mworse\x1b[0m: down · 3\n\n"


def test_a_terminal_gets_none_where_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    write_lines(LINES, stream)
    assert stream.getvalue() == "worse: down · 3\n\n"


def test_a_file_gets_plain_text() -> None:
    stream = io.StringIO()
    write_lines(LINES, stream, ascii_only=True)
    assert stream.getvalue() == "worse: down | 3\n\n"


@pytest.mark.parametrize(
    ("columns", "width"), [("", 80), ("100", 100), ("500", 120), ("10", 76), ("wide", 80), ("0", 80)]
)
def test_a_file_is_as_wide_as_columns_says(monkeypatch: pytest.MonkeyPatch, columns: str, width: int) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert screen_of(io.StringIO()).width == width


def test_a_terminal_is_as_wide_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    assert screen_of(Terminal(), verbosity=2).width == 90
    assert screen_of(Terminal(), verbosity=2).verbosity == 2


def test_the_encoding_says_which_signs_can_be_shown() -> None:
    assert screen_of(File("ascii")).ascii_only
    assert not screen_of(File("utf-8")).ascii_only
