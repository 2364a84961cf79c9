from __future__ import annotations

import doctest

from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.reports import lines
from pytest_llmeval.reports.lines import (
    Line,
    Segment,
    fit,
    in_ascii,
    line,
    paragraph,
    safe,
    shortened,
    width_of,
    wrapped,
)


@given(st.text(max_size=30), st.integers(1, 20))
def test_a_fitted_text_is_exactly_as_wide_as_asked(text: str, width: int) -> None:
    assert width_of(fit(text, width)) == width


def test_wide_signs_take_two_columns_and_combining_ones_none() -> None:
    assert (width_of("日本"), width_of("e\u0301"), width_of("abc")) == (4, 1, 3)
    assert fit("日本語", 4) == "日… "


def test_a_cut_text_shows_that_something_is_missing() -> None:
    assert (shortened("symbol_lookup", 9), shortened("abc", 9), shortened("abcdefghijk", 2)) == (
        "symbol_l…",
        "abc",
        "abcdefg…",
    )


def test_blanks_at_the_end_are_left_out() -> None:
    assert line("a", Segment("b  ", ("bold",)), "  ") == Line((Segment("a"), Segment("b", ("bold",))))
    assert line("").text == ""


@given(st.lists(st.text("ab", min_size=1, max_size=30), min_size=1, max_size=8))
def test_wrapped_items_stay_within_the_width_and_in_order(items: list[str]) -> None:
    told = wrapped("label ", items, 24)
    assert all(width_of(one) <= 24 for one in told)
    assert told[0].startswith("label ")
    if all(len(item) <= 18 for item in items):
        assert " · ".join(one[6:] for one in told) == " · ".join(items)


@given(st.text(st.sampled_from("ab日é\u0301 "), max_size=60), st.integers(2, 12))
def test_a_paragraph_stays_within_the_width_and_loses_no_sign(text: str, width: int) -> None:
    told = paragraph(text, width)
    assert all(width_of(one) <= width for one in told)
    assert "".join(told).replace(" ", "") == text.replace(" ", "")


def test_examples_in_docstrings_are_true() -> None:
    assert doctest.testmod(lines).failed == 0


def test_a_paragraph_is_cut_at_blanks_where_it_can() -> None:
    assert paragraph("one two threefour", 9) == ["one two", "threefour"]
    assert paragraph("日本 日本語日本語日本語", 8) == ["日本 日", "本語日本", "語日本語"]
    assert paragraph("", 8) == []


def test_text_of_strangers_is_one_line_without_control_codes() -> None:
    assert safe("\x1b[31mred\x1b[0m\nnext\u202e", ascii_only=False) == "red next"
    assert safe("naïve … é", ascii_only=True) == "na?ve ~ ?"


def test_ascii_signs_are_as_wide_as_those_they_stand_for() -> None:
    signs = line("a · b – c … d × █▌", Segment("█", ("green",)))
    (plain,) = in_ascii([signs])
    assert plain.text == "a | b - c ~ d x ###"
    assert plain.segments[1].styles == ("green",)
    assert width_of(plain.text) == width_of(signs.text)
