from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.cli.numbers import amount, between, percent, share, whole

READERS: tuple[Callable[[str], Any], ...] = (amount, percent, share, whole(), between(0, 1, without=(0, 1)))


@given(st.sampled_from(READERS), st.text(max_size=20) | st.floats().map(str) | st.integers().map(str))
def test_any_text_is_a_number_in_range_or_is_refused_in_words(read: Callable[[str], Any], text: str) -> None:
    with suppress(argparse.ArgumentTypeError):
        assert read(text) >= 0


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (whole(), "1", 1),
        (whole(0), "0", 0),
        (amount, "0.5", 0.5),
        (share, "0", 0),
        (share, "1", 1),
        (percent, "80", 80),
        (percent, "80%", 80),
        (between(0, 1, without=(0,)), "1", 1),
    ],
)
def test_the_ends_of_a_range_belong_to_it(read: Callable[[str], Any], text: str, value: float) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "told"),
    [
        (whole(), "0", "a whole number of at least 1, got '0'"),
        (whole(), "9" * 5000, "a whole number of at least 1"),
        (amount, "0", "a number above 0, got '0'"),
        (amount, "inf", "a number above 0, got 'inf'"),
        (share, "nan", "lie between 0 and 1, got 'nan'"),
        (percent, "100.1%", "lie between 0 and 100, got '100.1'"),
        (between(0, 1, without=(0,)), "0", "lie between 0 and 1, 0 excluded, got '0'"),
        (between(0, 1, without=(0, 1)), "1", "lie between 0 and 1, both excluded, got '1'"),
    ],
)
def test_what_lies_outside_is_refused(read: Callable[[str], Any], text: str, told: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=f"^must (be )?{told}"):
        read(text)
