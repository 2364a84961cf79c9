"""Missing inputs: the model asks, and makes nothing up."""

from __future__ import annotations

import pytest

from pytest_llmeval.errors import NothingExpected
from pytest_llmeval.grading.traces.asking_back import asks_back
from pytest_llmeval.models.answer import ToolCall
from tests.grading.traces.traces import answer, entry, tool

DATE = ["date", "when", "which day"]
CITY = ["city", "where"]


@pytest.mark.parametrize(
    ("text", "level", "notes"),
    [
        ("For which day, and where to?", "fully_correct", ""),
        ("Please tell me the date and the city.", "fully_correct", ""),
        ("I still need the date and the city.", "fully_correct", ""),
        ("When would you like to travel?", "partially_correct", "does not ask for city"),
        ("What is your name?", "wrong", "does not ask for date, city"),
        ("I booked the city for that date.", "wrong", "asks nothing"),
    ],
)
def test_asking_for_all_that_is_missing_is_right(text: str, level: str, notes: str) -> None:
    grade = asks_back([DATE, CITY])(entry(), answer(text=text))
    assert (grade.level, grade.notes) == (level, notes)


def test_a_call_is_wrong_and_what_it_makes_up_is_named() -> None:
    grade = asks_back([DATE])(entry(), answer(tool("book", Date="2026-01-01"), text="When?"))
    assert (grade.level, grade.failure_label) == ("wrong", "hallucination")
    assert grade.notes == 'called book({"Date": "2026-01-01"}); made up date \'2026-01-01\''
    other = asks_back([DATE])(entry(), answer(tool("book", date=""), text="When?"))
    assert (other.level, other.failure_label, other.notes) == ("wrong", None, 'called book({"date": ""})')


def test_missing_inputs_come_from_the_entry() -> None:
    told = entry(metadata={"missing_inputs": "date"})
    assert asks_back()(told, answer(text="Which date?")).level == "fully_correct"
    assert asks_back("date")(entry(), answer(ToolCall("x"), text="Which date?")).level == "wrong"
    with pytest.raises(NothingExpected, match=r"graders\.asks_back\(\) needs a missing_inputs"):
        asks_back()(entry(), answer())
