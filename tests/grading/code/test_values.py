"""Values on their way over the wall."""

from __future__ import annotations

import json
import math
from collections import Counter, OrderedDict, defaultdict, namedtuple
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.grading.code.inside.values import (
    CandidateError,
    TooDeep,
    Unreadable,
    decode,
    decode_error,
    encode,
    encode_error,
)

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.complex_numbers(allow_nan=False)
    | st.decimals(allow_nan=False)
    | st.fractions()
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.timedeltas(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=20,
)


def nothing_else(*_: object) -> Any:
    raise AssertionError


def over(value: object) -> Any:
    return decode(json.loads(json.dumps(encode(value, nothing_else))), nothing_else)


@given(plain)
def test_plain_data_arrives_as_it_was(value: object) -> None:
    arrived = over(value)
    assert arrived == value
    assert type(arrived) is type(value)


@pytest.mark.parametrize(
    "value", [{1, 2}, frozenset("ab"), bytearray(b"a"), range(1, 9, 2), -0.0, "\ud800", {(1, 2): [3]}, True]
)
def test_rarer_kinds_arrive_too(value: object) -> None:
    assert over(value) == value
    assert type(over(value)) is type(value)


def test_long_numbers_arrive() -> None:
    assert over(10**5000) == 10**5000


def test_nan_and_signs_of_zero_arrive() -> None:
    assert math.isnan(over(float("nan")))
    assert math.copysign(1, over(-0.0)) == -1


def test_subclasses_arrive_as_what_they_are_subclasses_of() -> None:
    class Liar(int):
        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 0

        def __index__(self) -> int:
            return 99

    class Level(IntEnum):
        HIGH = 3

    pair = namedtuple("pair", "a b")
    assert type(over(Liar(7))) is int
    assert over(Liar(7)) == 7
    assert (over(Level.HIGH), over(pair(1, 2))) == (3, (1, 2))
    assert over(Counter("aab")) == {"a": 2, "b": 1}
    assert over(defaultdict(list, a=[1])) == {"a": [1]}
    assert over(OrderedDict(a=1)) == {"a": 1}


def test_what_is_no_plain_data_is_left_to_its_owner() -> None:
    sent = encode([object, 1], lambda value: ["handle", 5])
    assert sent == ["list", [["handle", 5], ["int", "0x1"]]]
    assert decode(sent, lambda tag, data: (tag, data)) == [("handle", 5), 1]


def test_a_value_that_holds_itself_is_too_deep() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(TooDeep):
        over(endless)


NONSENSE: list[object] = [
    *(1, "a", {}, [], [1, 2], ["int"], ["int", "x"], ["int", 5], ["str", 5], ["list", 3], ["dict", [[1]]]),
    *(["set", [["list", []]]], ["complex", []], ["bytes", "zz"], ["decimal", "x"], ["date", "x"], ["range", []]),
    *(["fraction", [["int", "0x1"], ["int", "0x0"]]], ["float", "x"], ["timedelta", [["str", "a"]]]),
]


@pytest.mark.parametrize("data", NONSENSE, ids=repr)
def test_nonsense_is_told_as_such(data: object) -> None:
    with pytest.raises(Unreadable):
        decode(data, nothing_else)


TAGS = (
    "int float str list tuple dict set frozenset complex bytes bytearray range decimal fraction datetime date time "
    "timedelta unknown"
).split()
wire = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["0x1", "1.5", "2020-01-01", *TAGS]),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(st.sampled_from(TAGS), inner).map(list),
    max_leaves=10,
)


@given(wire)
def test_whatever_arrives_is_a_value_or_nonsense(data: object) -> None:
    def refuse(_: str, __: object) -> Any:
        raise Unreadable("no")

    with suppress(Unreadable):
        arrived = decode(data, refuse)
        assert over(arrived) == arrived or "nan" in repr(arrived).lower()


class OwnError(ValueError):
    pass


class OwnEnd(BaseException):
    pass


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("error", "kind", "name", "text"),
    [
        (ValueError("bad"), ValueError, "ValueError", "bad"),
        (OwnError("bad"), ValueError, "OwnError", "bad"),
        (SystemExit(3), CandidateError, "SystemExit", "3"),
        (OwnEnd("x"), CandidateError, "OwnEnd", "x"),
        (Mute(), Exception, "Mute", ""),
        (UnicodeDecodeError("utf-8", b"a", 0, 1, "why"), CandidateError, "CandidateError", "UnicodeDecodeError: "),
    ],
)
def test_exceptions_arrive_as_the_nearest_kind_that_python_has(
    error: BaseException, kind: type[Exception], name: str, text: str
) -> None:
    arrived = decode_error(json.loads(json.dumps(encode_error(error))))
    assert isinstance(arrived, kind)
    assert type(arrived).__name__ == name
    assert str(arrived).startswith(text)


@pytest.mark.parametrize(
    "told", [["print", "print", "x"], ["ValueError", "a\0b", "x"], ["", "", ""], ["int", "int", "1"]]
)
def test_what_names_no_exception_becomes_one_of_the_candidates(told: list[str]) -> None:
    assert isinstance(decode_error(told), Exception)


@pytest.mark.parametrize("told", [None, [], ["a", "b"], [1, 2, 3], "abc"])
def test_an_exception_without_sense_is_nonsense(told: object) -> None:
    with pytest.raises(Unreadable):
        decode_error(told)


def test_times_are_of_their_own_kind() -> None:
    for value in (
        datetime(2024, 1, 2, 3),
        date(2024, 1, 2),
        time(3, 4),
        timedelta(1, 2, 3),
        Decimal("1.10"),
        Fraction(1, 3),
    ):
        assert type(over(value)) is type(value)
        assert str(over(value)) == str(value)
