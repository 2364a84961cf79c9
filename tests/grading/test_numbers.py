"""Numbers as people and models write them."""

from __future__ import annotations

import contextlib
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.errors import ExtractionError
from pytest_llmeval.grading.numbers import find_number, last_number, numbers_in
from tests.patience import PATIENCE_S


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("42", "42"),
        ("-5", "-5"),
        ("−5", "-5"),
        ("(-5)", "-5"),
        ("-$5", "-5"),
        ("$-5", "-5"),
        ("+5", "5"),
        ("- 5", "5"),
        ("3-5", "5"),
        ("(x)-5", "5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("**42**", "42"),
        ("_42_", "42"),
        ("007", "7"),
        ("1,234.5", "1234.5"),
        ("1,000", "1000"),
        ("1 234", "1234"),
        ("12 345 apples", "12345"),
        ("1\u202f234\u00a0567", "1234567"),
        ("1'234", "1234"),
        ("1’234.5", "1234.5"),
        ("1_234", "1234"),
        ("1 234,5", "1234.5"),
        ("1.234,56", "1234.56"),
        ("1,5", "1.5"),
        ("5,00 €", "5"),
        ("0,123", "0.123"),
        ("1,2345", "1.2345"),
        ("$1,234.50", "1234.50"),
        ("3/4", "0.75"),
        ("3/4.", "0.75"),
        ("-3/4", "-0.75"),
        ("1 3/4", "1.75"),
        ("½", "0.5"),
        ("1½", "1.5"),
        ("5%", "5"),
        ("5 percent", "5"),
        ("5e3", "5000"),
        ("1.5E-3", "0.0015"),
        ("5×10³", "5000"),
        ("5 x 10^-3", "0.005"),
        ("10^6", "1000000"),
        ("10⁶", "1000000"),
        ("2.5 million", "2500000"),
        ("3 thousand", "3000"),
        ("10", "10"),
        ("\\frac{3}{4}", "0.75"),
        ("5 \\times 10^{3}", "5000"),
        ("1{,}234", "1234"),
        ("\\$5\\%", "5"),
        ("３４", "34"),
        ("-0", "0"),
        ("1e999999", "1e999999"),
    ],
)
def test_a_number_is_read_however_it_is_written(text: str, value: str) -> None:
    assert last_number(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,2,3", [1, 2, 3]),
        ("(3, 4)", [3, 4]),
        ("3/4/2024", [3, 4, 2024]),
        ("1,234,5", [1, 234, 5]),
        ("Python 3.11.4 has 7", [7]),
        ("in 2019 100 people", [2019, 100]),
        ("gpt4, A1, x5y and CO2", []),
        ("1/0 is not 5", [5]),
        ("pages 3-5", [3, 5]),
    ],
)
def test_lists_dates_versions_and_words_are_told_from_numbers(text: str, values: list[int]) -> None:
    assert [number.value for number in numbers_in(text)] == values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 2 = 4", 4),
        ("First 3, then 4, so 7 apples.", 7),
        ("24 * 3 = 72\n#### 72\nChecked 2 times.", 72),
        ("#### 1\nno:\n#### 1,072", 1072),
        ("so \\boxed{42} by theorem 7", 42),
        ("\\boxed{x = \\frac{1}{2}}", Decimal("0.5")),
        ("\\boxed{1} then \\boxed{2}", 2),
        ("The answer is 42, see page 7.", 42),
        ("The answer is 6 * 7 = 42, not 7", 42),
        ("**Answer:** 42\nOf 7 attempts.", 42),
        ("Answer:\n\n**42**\n\nsee 7", 42),
        ("The answer to question 3 is 42. Next: 7", 42),
        ("the answer is unclear, perhaps 7", 7),
        ("\\boxed{cut off 9", 9),
        ("#### none\nbut 8", 8),
    ],
)
def test_what_the_text_marks_as_its_answer_counts_before_its_last_number(text: str, value: Decimal | int) -> None:
    assert last_number(text) == value


@pytest.mark.parametrize("text", ["", "no", "NaN", "Infinity", "3.11.4", "gpt4", "1/0", "…"])
def test_a_text_without_number_is_unextractable(text: str) -> None:
    with pytest.raises(ExtractionError, match="there is no number in"):
        last_number(text)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("5 km", "km"),
        ("5km/h", "km/h"),
        ("5 m²", "m²"),
        ("5 °C", "°C"),
        ("€5", "€"),
        ("5 €", "€"),
        ("5%", "%"),
        ("5 percent", "%"),
        ("5", ""),
        ("5.", ""),
        ("2 million km", "km"),
    ],
)
def test_the_unit_beside_the_number_is_told(text: str, unit: str) -> None:
    assert find_number(text).unit == unit


def test_a_percentage_can_be_read_as_its_number_and_as_its_hundredth() -> None:
    assert find_number("5%").readings == (Decimal(5), Decimal("0.05"))
    assert find_number("5 km").readings == (Decimal(5),)


NUMBERS = st.decimals(min_value=-(10**12), max_value=10**12, places=3, allow_nan=False, allow_infinity=False)


@given(NUMBERS)
def test_a_number_survives_being_grouped_by_commas(number: Decimal) -> None:
    assert last_number(f"{number:,}") == number


@given(st.integers(-(10**15), 10**15), st.sampled_from("'_ \u202f\u00a0"))
def test_a_whole_number_survives_every_thousands_separator(number: int, separator: str) -> None:
    assert last_number(f"It is {number:,}".replace(",", separator)) == number


@given(NUMBERS, st.sampled_from(["km", "€", "%", "apples", "kg/m²", "USD"]), st.sampled_from(["", " "]))
def test_a_number_survives_a_unit(number: Decimal, unit: str, space: str) -> None:
    assert last_number(f"the total is {number}{space}{unit}.") == number


@given(NUMBERS, st.sampled_from("$€£¥"))
def test_a_number_survives_a_currency_sign(number: Decimal, sign: str) -> None:
    assert last_number(f"costs {'-' if number < 0 else ''}{sign}{abs(number):,}") == number


@given(NUMBERS, st.integers(0, 999))
def test_a_marked_number_wins_over_numbers_around_it(number: Decimal, noise: int) -> None:
    assert last_number(f"{noise} tries\n#### {number:,}\n{noise} checks") == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_is_read_back_from_its_repr(number: float) -> None:
    assert float(last_number(repr(number))) == number


@given(st.text())
def test_no_text_does_worse_than_holding_no_number(text: str) -> None:
    try:
        value = last_number(text)
    except ExtractionError:
        return
    assert value.is_finite()


@pytest.mark.parametrize(
    "piece",
    ["9", "1,", "1 234 ", "1/", "-", "answer to ", "\\boxed{", "#### ", "1 1/", "\\frac{1}", "10^{", " ", "1,234"],
)
def test_a_hostile_text_is_read_in_little_time(piece: str) -> None:
    begun = time.process_time()
    with contextlib.suppress(ExtractionError):
        assert last_number(piece * (300_000 // len(piece))).is_finite()
    assert time.process_time() - begun < PATIENCE_S
