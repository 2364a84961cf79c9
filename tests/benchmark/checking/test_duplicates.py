"""When two entries ask the same, and when they only look as if they did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.benchmark.checking.checks import Strictness, check_benchmark
from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.checking.near import similar_pairs
from pytest_llmeval.benchmark.loading import benchmark_from_entries

Row = dict[str, Any]
LONG = "Please go on with the story that was begun above in the very same style{}"


def findings(*rows: Row) -> list[Finding]:
    numbered = [{"id": f"q{number}", "gold_answer": "x", **row} for number, row in enumerate(rows, start=1)]
    return check_benchmark(
        benchmark_from_entries(numbered),
        root=Path(),
        today=date(2026, 11, 21),
        strictness=Strictness(least_in_slice=0),
    )


def checks(*rows: Row) -> list[str]:
    return [one.check for one in findings(*rows)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is 5 + 3?", "What is 5 - 3?"),
        ("Is x > 0 for x = 3?", "Is x < 0 for x = 3?"),
        ("Who created C++?", "Who created C#?"),
        ("What is 3!?", "What is 3?"),
        ("\U0001f600", "\U0001f622"),
        ("ปีคืออะไร", "ปูคืออะไร"),
        ("क्या काला रंग है?", "क्या कोलो रंग है?"),
        ("ما معنى مَلِك؟", "ما معنى مُلْك؟"),
    ],
)
def test_another_sign_or_mark_makes_another_question(one: str, other: str) -> None:
    assert findings({"question": one, "gold_answer": "8"}, {"question": other, "gold_answer": "2"}) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"choices": ["a star", "a planet"]}, {"choices": ["fish", "mammals"]}),
        ({"premise": "A man sleeps."}, {"premise": "A dog runs."}),
        ({"metadata": {"x": 1}}, {"metadata": {"x": 2}}),
        ({"fake_tools": [{"name": "a"}]}, {"fake_tools": [{"name": "b"}]}),
        ({"turns": ["Hello.", "It broke."]}, {"turns": ["Hello.", "Where is it?"]}),
        ({"turns": ["Hi.", {"user": "So?", "page": 1}]}, {"turns": ["Hi.", {"user": "So?", "page": 2}]}),
    ],
)
def test_the_same_words_with_other_choices_texts_tools_or_turns_are_another_question(one: Row, other: Row) -> None:
    same: Row = {} if "turns" in one else {"question": "Which of them is true?"}
    assert findings({**same, **one, "gold_answer": "A"}, {**same, **other, "gold_answer": "B"}) == []
    assert checks({**same, **one}, {**same, **one}) == ["duplicates"]


@pytest.mark.parametrize("field", ["author", "notes", "idx", "uuid", "objectives"])
def test_what_names_or_keeps_an_entry_makes_no_other_question(field: str) -> None:
    assert checks({"question": "Why?", field: "one"}, {"question": "why", field: "two"}) == ["duplicates"]


@pytest.mark.parametrize(("one", "other"), [("-2", "2"), ("==", "!="), ("5!", "5"), (["a"], ["b"]), ("ปี", "ปู")])
def test_gold_answers_that_differ_by_a_sign_are_in_conflict(one: object, other: object) -> None:
    found = findings({"question": "Which?", "gold_answer": one}, {"question": "which", "gold_answer": other})
    assert [(told.check, told.text) for told in found] == [
        ("conflicting answers", f"the same question has gold answers {str(one)!r} and {str(other)!r}")
    ]


def test_conversations_with_other_gold_answers_are_in_conflict() -> None:
    one, other = ({"turns": ["Hi.", {"user": "So?", "gold_answer": gold}], "gold_answer": None} for gold in "AB")
    (found,) = findings(one, other)
    assert found.text == "the same question has gold answers 'A' and 'B'"


def test_messages_that_hold_the_question_in_other_words_make_no_other_question() -> None:
    def chat(text: str, system: str) -> Row:
        return {"messages": [{"role": "system", "content": system}, {"role": "user", "content": text}]}

    assert checks(chat("Why is it?", "Be brief."), chat("why is it", "Be brief.")) == ["duplicates"]
    assert checks(chat("Why is it?", "Be brief."), chat("why is it", "Be kind.")) == []


def test_near_duplicates_are_looked_for_among_questions_of_one_setting_alone() -> None:
    rows: list[Row] = [
        {"question": LONG.format(end), "messages": [{"role": "user", "content": told}]}
        for end, told in (("", "A fox."), (" now", "An elk."), (" here", "An elk."))
    ]
    (found,) = findings(*rows)
    assert (found.check, found.entries) == ("near duplicates", ("q2", "q3"))


def test_a_cluster_names_those_that_ask_word_for_word_the_same_too() -> None:
    rows: list[Row] = [{"question": LONG.format(end)} for end in (" now", "", "!", " here")]
    again, near = findings(*rows)
    assert (again.check, again.entries) == ("duplicates", ("q2", "q3"))
    assert (near.check, near.entries) == ("near duplicates", ("q1", "q2", "q3", "q4"))


def test_clusters_are_told_in_the_order_of_the_file() -> None:
    ends = [("", 1), (" x", 2), (" y", 2), (" now", 1)]
    rows: list[Row] = [{"question": LONG.format(end), "page": page} for end, page in ends]
    assert [one.entries for one in findings(*rows)] == [("q1", "q4"), ("q2", "q3")]


@pytest.mark.parametrize("count", [200, 800])
def test_questions_of_one_wording_are_never_compared_with_each_other(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []

    def counting(sets: Sequence[frozenset[str]], least: float, wanted: Any) -> Iterator[tuple[int, int, float]]:
        compared.append(len(sets))
        return similar_pairs(sets, least, wanted)

    monkeypatch.setattr("pytest_llmeval.benchmark.checking.duplicates.similar_pairs", counting)
    findings(*({"question": LONG, "system_prompt": f"Story {number}."} for number in range(count)))
    assert compared == []
    findings(*({"question": LONG.format(number % 2)} for number in range(count)))
    assert compared == [2]
