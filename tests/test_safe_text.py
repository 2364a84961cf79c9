"""Text of strangers must not act on a terminal."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.safe_text import named, one_line, strip_control, trim_middle
from tests.patience import PATIENCE_S


@pytest.mark.parametrize(
    ("hostile", "safe"),
    [
        ("plain", "plain"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[1;1Hgone", "gone"),
        ("\x1b]0;new title\x07text", "text"),
        ("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]52;c;ZXZpbA==", "52;c;ZXZpbA=="),
        ("\x9b31mred", "red"),
        ("\x1bcreset", "reset"),
        ("wrong\rright", "wrong\nright"),
        ("dos\r\nline", "dos\nline"),
        ("bell\x07 back\x08space \x00null \x7fdel", "bell backspace null del"),
        ("abc\u202ecba\u202c \u2066x\u2069", "abccba x"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("tag\U000e0041\U000e007f", "tag"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("naïve 数据 😀 e\u0301", "naïve 数据 😀 e\u0301"),
    ],
)
def test_what_a_terminal_would_act_on_is_removed_and_the_rest_stays(hostile: str, safe: str) -> None:
    assert strip_control(hostile) == safe


@given(st.text())
def test_no_control_code_survives_whatever_the_text(text: str) -> None:
    safe = strip_control(text)
    assert not [char for char in safe if (ord(char) < 32 and char not in "\n\t") or 0x7F <= ord(char) < 0xA0]
    safe.encode("utf-8")


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert strip_control(strip_control(text)) == strip_control(text)


@pytest.mark.parametrize("bomb", ["\x1b]", "\x9d", "\x1b[", "\x1b", "\x1b]a"])
def test_a_megabyte_of_introducers_is_cleaned_at_once(bomb: str) -> None:
    begun = time.process_time()
    strip_control(bomb * (1_000_000 // len(bomb)))
    assert time.process_time() - begun < PATIENCE_S


def test_a_long_text_keeps_its_begin_and_its_end_and_tells_what_is_left_out() -> None:
    assert trim_middle("a" * 500 + "b" * 1500, 90) == "a" * 60 + " … [1,910 characters left out] … " + "b" * 30


def test_a_text_within_the_limit_is_not_trimmed() -> None:
    assert trim_middle("x" * 90, 90) == "x" * 90


def test_one_line_holds_no_line_feed_and_is_cut_at_the_limit() -> None:
    assert one_line("a\n  b\tc") == "a b c"
    assert one_line("abcdefgh", 5) == "abcd…"
    assert one_line(" " * 5000 + "late", 80).endswith("…")


def test_of_many_names_the_first_are_told_and_the_others_counted() -> None:
    assert named([]) == ""
    assert named(list("abcde")) == "a, b, c, d, e"
    assert named(list("abcdefg")) == "a, b, c, d, e and 2 more"
    assert named(["a", "b"], most=1) == "a and 1 more"
