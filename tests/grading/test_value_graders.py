"""Graders of a number, a choice, a similar text."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval import graders
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, GraderError
from pytest_llmeval.grading.extraction import in_tag
from pytest_llmeval.grading.grade import Level
from pytest_llmeval.models.answer import Answer


def entry(gold: Any = None, **metadata: Any) -> Entry:
    return Entry(id="x", question="?", gold_answer=gold, metadata=metadata)


@pytest.mark.parametrize(
    ("gold", "settings", "text", "right"),
    [
        (72, {}, "24 * 3 = 72", True),
        ("Natalia sold 48/2 = 24 clips.\n#### 72", {}, "So she sold 72 in all.", True),
        (72, {}, "72.0", True),
        (1000, {}, "1,000", True),
        ("1,000", {}, "1000", True),
        (-5, {}, "5", False),
        (5, {}, "-5", False),
        (-5, {}, "−5", True),
        (5, {}, "5%", True),
        (0.05, {}, "5%", True),
        ("5%", {}, "0.05", True),
        ("5%", {}, "5", True),
        (500, {}, "5%", False),
        ("0.05%", {}, "5%", False),
        ("5%", {}, "0.05%", False),
        ("1e9999999", {"rel_tol": 0.1}, "5", False),
        (0.1, {}, "0.10", True),
        (0.3, {}, "0.30000000001", False),
        (1000000000000, {}, "1000000000001", False),
        (10**20 + 1, {}, str(10**20), False),
        ("1/3", {}, "2/6", True),
        (0.333, {}, "1/3", False),
        (0.333, {"rel_tol": 0.01}, "1/3", True),
        (100, {"rel_tol": 0.01}, "101", True),
        (100, {"rel_tol": 0.01}, "101.1", False),
        (0, {"rel_tol": 0.5}, "0.1", False),
        (0, {"abs_tol": 0.1}, "0.1", True),
        (0, {"abs_tol": 0.1}, "1e999999", False),
        (5, {"unit": "km"}, "5 km", True),
        (5, {"unit": "km"}, "5 miles", False),
        (5, {"unit": "km"}, "5", False),
        (5, {"unit": ["km", "kilometres"]}, "5 kilometres", True),
        ([3, 4], {}, "4", True),
        ([3, 4], {}, "5", False),
        (3, {"extract": in_tag}, "<answer>3</answer> of 7", True),
    ],
)
def test_numeric_compares_exactly_within_its_tolerance(
    gold: Any, settings: dict[str, Any], text: str, right: bool
) -> None:
    grade = graders.numeric(**settings)(entry(gold), Answer(text))
    assert grade.level == ("fully_correct" if right else "wrong")


@pytest.mark.parametrize("text", ["", "I don't know", "NaN", "infinity", "about twelve"])
def test_numeric_on_an_answer_without_number_is_unextractable_not_wrong(text: str) -> None:
    grade = graders.numeric()(entry(5), Answer(text))
    assert (grade.level, grade.state) == (None, "unextractable")
    assert grade.notes.startswith("there is no number in")


def test_numeric_says_what_it_read_and_what_it_expected() -> None:
    assert graders.numeric()(entry("#### 1,000"), Answer("It is 999 km.")).notes == "got 999 km, expected 1,000"
    assert graders.numeric(unit="m")(entry(1), Answer("1 km")).notes == "got 1 km, expected the unit m"


@pytest.mark.parametrize("gold", ["many", True, float("nan"), {"a": "b"}])
def test_numeric_with_a_gold_answer_that_is_no_number_is_the_benchmarks_fault(gold: Any) -> None:
    with pytest.raises(GraderError, match=r"cannot read the gold_answer of entry 'x': .* holds no number; give one"):
        graders.numeric()(entry(gold), Answer("5"))


@pytest.mark.parametrize("settings", [{"rel_tol": -1}, {"abs_tol": float("nan")}, {"abs_tol": float("inf")}])
def test_a_tolerance_that_is_none_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="must be a number from 0 up"):
        graders.numeric(**settings)


CITIES = ["Rome", "Paris", "Bonn"]


@pytest.mark.parametrize(
    ("gold", "options", "text", "right"),
    [
        ("B", None, "B", True),
        ("B", None, "The answer is (A)", False),
        ("B", CITIES, "B) Paris", True),
        ("B", CITIES, "Paris", True),
        ("B", CITIES, "**paris**.", True),
        ("B", CITIES, "The answer is Paris.", True),
        ("B", CITIES, "Rome", False),
        ("Paris", CITIES, "b", True),
        (1, CITIES, "B", True),
        (1, CITIES, "A", False),
        (4, [3, 4, 5], "B", True),
        (1, ["1", "2"], "B", True),
        ("(b)", CITIES, "B", True),
        ("B", {"A": "Rome", "B": "Paris"}, "Paris", True),
        ("2", {"1": "Rome", "2": "Paris"}, "paris", True),
        ("B", {"label": ["A", "B"], "text": ["Rome", "Paris"]}, "Paris", True),
        ("negative", ["positive", "negative"], "Negative", True),
        ("negative", ["positive", "negative"], "positive", False),
        ("B", CITIES, "Paris\n\nIt lies on the Seine.", True),
        ("B", CITIES, "Let me think.\nParis", True),
    ],
)
def test_choice_knows_an_option_by_its_letter_and_by_its_text(gold: Any, options: Any, text: str, right: bool) -> None:
    grade = graders.choice(options=options)(entry(gold), Answer(text))
    assert grade.level == ("fully_correct" if right else "wrong")


@pytest.mark.parametrize("field", ["choices", "options"])
def test_choice_takes_the_options_from_the_entry(field: str) -> None:
    grade = graders.choice()(entry("Paris", **{field: CITIES}), Answer("A"))
    assert (grade.level, grade.notes) == ("wrong", "picked A (Rome), expected B (Paris)")


@pytest.mark.parametrize("text", ["", "Madrid", "Rome or Paris", "not Paris", "D", "(A) or (B)"])
def test_an_answer_that_picks_no_option_is_unextractable(text: str) -> None:
    assert graders.choice(options=CITIES)(entry("B"), Answer(text)).state == "unextractable"


@pytest.mark.parametrize("gold", ["Madrid", 7, -1, True, "Z"])
def test_a_gold_answer_that_is_no_option_is_the_benchmarks_fault(gold: Any) -> None:
    with pytest.raises(GraderError, match=r"cannot place the gold_answer .* .* is none of Rome, Paris, Bonn"):
        graders.choice(options=CITIES)(entry(gold), Answer("A"))


def test_two_options_of_like_wording_are_told_apart_by_letter_alone() -> None:
    grader = graders.choice(options=["C", "c", "C++"])
    assert grader(entry(1), Answer("the answer is B")).level == "fully_correct"
    assert graders.choice(options=["Go", "go", "C"])(entry("A"), Answer("GO")).state == "unextractable"


def test_more_options_than_letters_are_refused() -> None:
    with pytest.raises(GraderError, match="can name 26 options by letters, got 27"):
        graders.choice(options=list(range(27)))(entry("A"), Answer("A"))


@pytest.mark.parametrize(
    ("settings", "text", "level"),
    [
        ({}, "the quick brown fox", "fully_correct"),
        ({}, "**The quick brown fox.**", "fully_correct"),
        ({}, "the quick brown cat", "partially_correct"),
        ({}, "zzz", "wrong"),
        ({}, "", "wrong"),
        ({"threshold": 0.5}, "the quick brown cat", "fully_correct"),
        ({"partial": 0.95}, "the quick brown cat", "wrong"),
        ({}, "fox brown quick the", "wrong"),
        ({"word_order": False}, "fox brown quick the", "fully_correct"),
        ({"extract": in_tag}, "<answer>the quick brown fox</answer>", "fully_correct"),
    ],
)
def test_similarity_grades_by_its_thresholds(settings: dict[str, Any], text: str, level: Level) -> None:
    assert graders.similarity(**settings)(entry(["???", "the quick brown fox"]), Answer(text)).level == level


def test_similarity_is_a_heuristic_and_shows_its_value() -> None:
    grade = graders.similarity()(entry("abcd"), Answer("abxx"))
    assert grade.scores[0].kind == "heuristic"
    assert grade.scores[0].value == 0.5
    assert grade.notes == "0.50 similar to the gold answer, 0.9 wanted"


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_a_threshold_that_is_no_share_is_refused(value: float) -> None:
    with pytest.raises(ConfigurationError, match=r"graders\.similarity\(threshold=.*must lie between 0 and 1"):
        graders.similarity(threshold=value)
